noinst_LIBRARIES += libscep.a
libscep_a_SOURCES =

if HAVE_CUNIT
check_PROGRAMS += t_scep
t_scep_SOURCES = tests/scep/main.c
t_scep_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_scep_LDADD = $(LINK_SCEP) $(CUNIT_LIBS)
endif
