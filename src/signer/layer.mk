noinst_LIBRARIES += libsigner.a
libsigner_a_SOURCES = \
	include/signer/ceremony.h \
	include/signer/keyring.h \
	include/signer/signer.h \
	src/signer/ceremony.c \
	src/signer/key_make.c \
	src/signer/keyring.c \
	src/signer/keys.h \
	src/signer/signer.c \
	src/signer/unwrap.c

if HAVE_CUNIT
check_PROGRAMS += t_signer
t_signer_SOURCES = \
	tests/signer/main.c \
	tests/signer/suites.h \
	tests/signer/test_ceremony.c \
	tests/signer/test_keyring.c \
	tests/signer/test_signer.c \
	tests/signer/test_unwrap.c
t_signer_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_signer_LDADD = libsupport.a $(LINK_SIGNER) $(CUNIT_LIBS)
endif
