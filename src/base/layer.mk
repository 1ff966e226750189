noinst_LIBRARIES += libbase.a
libbase_a_SOURCES =

if HAVE_CUNIT
check_PROGRAMS += t_base
t_base_SOURCES = tests/base/main.c
t_base_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_base_LDADD = $(LINK_BASE) $(CUNIT_LIBS)
endif
