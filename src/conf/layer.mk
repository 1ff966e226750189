noinst_LIBRARIES += libconf.a
libconf_a_SOURCES =

if HAVE_CUNIT
check_PROGRAMS += t_conf
t_conf_SOURCES = tests/conf/main.c
t_conf_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_conf_LDADD = $(LINK_CONF) $(CUNIT_LIBS)
endif
