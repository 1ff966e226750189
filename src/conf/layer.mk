noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = \
	src/conf/assemble.c \
	src/conf/assemble_ca.c \
	src/conf/assemble_ra.c \
	src/conf/assemble_store.c \
	src/conf/conf.c \
	src/conf/digest.c \
	src/conf/key.c \
	src/conf/keys.c \
	src/conf/line.c \
	src/conf/load.h \
	src/conf/owner.c \
	src/conf/passphrase.c \
	src/conf/print.c \
	src/conf/ras.c \
	src/conf/report.c \
	src/conf/scan.c \
	src/conf/take.c \
	src/conf/take_profile.c \
	src/conf/take_revocation.c \
	src/conf/take_store.c \
	src/conf/tree.c

if HAVE_CUNIT
check_PROGRAMS += t_conf
t_conf_SOURCES = \
	tests/conf/main.c \
	tests/conf/suites.h \
	tests/manual.h \
	tests/conf/test_assemble.c \
	tests/conf/test_conf.c \
	tests/conf/test_digest.c \
	tests/conf/test_keys.c \
	tests/conf/test_line.c \
	tests/conf/test_manual.c \
	tests/conf/test_owner.c \
	tests/conf/test_passphrase.c \
	tests/conf/test_print.c \
	tests/conf/test_ras.c \
	tests/conf/test_scan.c
t_conf_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_conf_LDADD = libtestredis.a libsupport.a $(LINK_CONF) $(CUNIT_LIBS)
endif
