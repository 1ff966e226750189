noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	include/base/buf.h \
	include/base/clock.h \
	include/base/daily.h \
	include/base/enc.h \
	include/base/err.h \
	include/base/err_list.h \
	include/base/file.h \
	include/base/gate.h \
	include/base/journal.h \
	include/base/log.h \
	include/base/net.h \
	include/base/ossl.h \
	include/base/resolve.h \
	include/base/shared.h \
	include/base/span.h \
	include/base/tally.h \
	include/base/tty.h \
	include/base/version.h \
	src/base/buf.c \
	src/base/clock.c \
	src/base/daily.c \
	src/base/enc.c \
	src/base/err.c \
	src/base/file.c \
	src/base/file_judge.c \
	src/base/gate.c \
	src/base/journal.c \
	src/base/log.c \
	src/base/net.c \
	src/base/ossl.c \
	src/base/ossl_key.c \
	src/base/resolve.c \
	src/base/shared.c \
	src/base/span.c \
	src/base/tally.c \
	src/base/tty.c \
	src/base/version.c

if HAVE_CUNIT
check_PROGRAMS += t_base
t_base_SOURCES = \
	tests/asleep.h \
	tests/base/main.c \
	tests/base/suites.h \
	tests/base/test_buf.c \
	tests/base/test_clock.c \
	tests/base/test_daily.c \
	tests/base/test_enc.c \
	tests/base/test_err.c \
	tests/base/test_file.c \
	tests/base/test_gate.c \
	tests/base/test_journal.c \
	tests/base/test_log.c \
	tests/base/test_manual.c \
	tests/base/test_net.c \
	tests/base/test_ossl.c \
	tests/base/test_resolve.c \
	tests/base/test_span.c \
	tests/base/test_tally.c \
	tests/harness.h \
	tests/manual.h \
	tests/tmpdir.h
t_base_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_base_LDADD = $(LINK_BASE) $(CUNIT_LIBS)
endif
