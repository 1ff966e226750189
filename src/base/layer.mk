noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/buf.c \
	src/base/clock.c \
	src/base/enc.c \
	src/base/err.c \
	src/base/ossl.c

if HAVE_CUNIT
check_PROGRAMS += t_base
t_base_SOURCES = \
	tests/base/main.c \
	tests/base/suites.h \
	tests/base/test_err.c
t_base_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_base_LDADD = $(LINK_BASE) $(CUNIT_LIBS)
endif
