# The ledger test: ledger_play plays, check.awk judges. The quick form is a test of make check, the long one `make ledger`.
EXTRA_DIST += tests/ledger/check.awk tests/ledger/power.c
dist_check_SCRIPTS += tests/ledger/run

if HAVE_CUNIT
check_LIBRARIES += libtestissuer.a
libtestissuer_a_SOURCES = tests/support/issuer.c tests/support/issuer.h
libtestissuer_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
LINK_ISSUER = libtestissuer.a libtestredis.a libsupport.a libsigner.a $(LINK_STORE)

EXTRA_PROGRAMS = ledger_play
ledger_play_SOURCES = \
	tests/ledger/client.c \
	tests/ledger/crew.c \
	tests/ledger/dump.c \
	tests/ledger/ledger.h \
	tests/ledger/main.c \
	tests/ledger/node.c \
	tests/ledger/proxy.c \
	tests/ledger/rows.c \
	tests/ledger/worker.c \
	tests/ledger/world.c
ledger_play_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
ledger_play_LDADD = $(LINK_ISSUER)

# Goes into Redis, not into a program of ours: none of the modes of this build.
tests/ledger/power.so: tests/ledger/power.c
	@$(MKDIR_P) tests/ledger
	$(AM_V_CCLD)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O1 -shared -fPIC -o $@ $<

check_SCRIPTS += t_ledger
TESTS += t_ledger
CLEANFILES += t_ledger ledger_play tests/ledger/power.so
t_ledger: ledger_play$(EXEEXT) tests/ledger/power.so tests/ledger/run
	$(AM_V_GEN)printf '#!/bin/sh\nLEDGER_BUILD=. exec bash %s/tests/ledger/run "$$@"\n' '$(abs_top_srcdir)' >$@ && chmod +x $@

# Races, a long random life, and a store that is broken or forbidden.
check_PROGRAMS += t_race
t_race_SOURCES = \
	tests/ledger/ledger.h \
	tests/ledger/node.c \
	tests/ledger/proxy.c \
	tests/ledger/world.c \
	tests/store/bench.c \
	tests/store/group.c \
	tests/store/group.h \
	tests/store/race.h \
	tests/store/race_main.c \
	tests/store/test_broken.c \
	tests/store/test_crl_race.c \
	tests/store/test_denied.c \
	tests/store/test_keep.c \
	tests/store/test_pending.c \
	tests/store/test_race.c \
	tests/store/test_rubbish.c \
	tests/store/test_wait.c
t_race_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_race_LDADD = $(LINK_ISSUER) $(CUNIT_LIBS)

LEDGER_CHALLENGES = 2000
RACE_STEPS = 100000
ledger: t_ledger t_race$(EXEEXT)
	./t_ledger -n $(LEDGER_CHALLENGES)
	TEST_SUITE=pending RACE_STEPS=$(RACE_STEPS) ./t_race$(EXEEXT)

# The table of doc/store-cost.md.
EXTRA_PROGRAMS += store_cost
store_cost_SOURCES = tests/bench/fill.c tests/bench/fill.h tests/bench/store_cost.c
store_cost_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
store_cost_LDADD = $(LINK_ISSUER)
CLEANFILES += store_cost
store-cost: store_cost$(EXEEXT)
	./store_cost$(EXEEXT)
.PHONY: ledger store-cost
endif
