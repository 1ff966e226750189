# The FastCGI responder: master, workers, and the program scepd.
noinst_LIBRARIES += libdaemon.a
libdaemon_a_SOURCES = \
	src/daemon/check.c \
	src/daemon/daemon.c \
	src/daemon/fcgi.c \
	src/daemon/listen.c \
	src/daemon/master.c \
	src/daemon/notify.c \
	src/daemon/options.c \
	src/daemon/pace.c \
	src/daemon/pidfile.c \
	src/daemon/pool.c \
	src/daemon/priv.c \
	src/daemon/typing.c \
	src/daemon/worker.c

sbin_PROGRAMS += scepd
scepd_SOURCES = src/daemon/main.c
scepd_LDADD = $(LINK_DAEMON)

if HAVE_CUNIT
check_PROGRAMS += t_daemon
t_daemon_SOURCES = \
	tests/daemon/client.c \
	tests/daemon/fake.c \
	tests/daemon/main.c \
	tests/daemon/run.c \
	tests/daemon/suites.h \
	tests/daemon/test_listen.c \
	tests/daemon/test_pace.c \
	tests/daemon/test_pool.c \
	tests/daemon/test_program.c \
	tests/daemon/test_requests.c \
	tests/daemon/test_signals.c
t_daemon_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_daemon_LDADD = $(LINK_DAEMON) $(CUNIT_LIBS)
endif
