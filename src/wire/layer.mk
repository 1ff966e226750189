noinst_LIBRARIES += libwire.a
libwire_a_SOURCES =

if HAVE_CUNIT
check_PROGRAMS += t_wire
t_wire_SOURCES = tests/wire/main.c
t_wire_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_wire_LDADD = $(LINK_WIRE) $(CUNIT_LIBS)
endif
