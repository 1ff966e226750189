noinst_LIBRARIES += libsigner.a
libsigner_a_SOURCES =

if HAVE_CUNIT
check_PROGRAMS += t_signer
t_signer_SOURCES = tests/signer/main.c
t_signer_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_signer_LDADD = $(LINK_SIGNER) $(CUNIT_LIBS)
endif
