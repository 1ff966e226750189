noinst_LIBRARIES += libca.a
libca_a_SOURCES =

if HAVE_CUNIT
check_PROGRAMS += t_ca
t_ca_SOURCES = tests/ca/main.c
t_ca_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_ca_LDADD = $(LINK_CA) $(CUNIT_LIBS)
endif
