# The FastCGI responder: master, workers, and the program scepd.
noinst_LIBRARIES += libdaemon.a
libdaemon_a_SOURCES =

sbin_PROGRAMS += scepd
scepd_SOURCES = src/daemon/main.c
scepd_LDADD = $(LINK_DAEMON)

if HAVE_CUNIT
check_PROGRAMS += t_daemon
t_daemon_SOURCES = tests/daemon/main.c
t_daemon_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_daemon_LDADD = $(LINK_DAEMON) $(CUNIT_LIBS)
endif
