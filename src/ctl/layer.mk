# The operator's tool: one file a command group, and the program scepctl.
noinst_LIBRARIES += libctl.a
libctl_a_SOURCES =

sbin_PROGRAMS += scepctl
scepctl_SOURCES = src/ctl/main.c
scepctl_LDADD = $(LINK_CTL)

if HAVE_CUNIT
check_PROGRAMS += t_ctl
t_ctl_SOURCES = tests/ctl/main.c
t_ctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_ctl_LDADD = $(LINK_CTL) $(CUNIT_LIBS)
endif
