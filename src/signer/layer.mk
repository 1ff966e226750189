noinst_LIBRARIES += libsigner.a
libsigner_a_SOURCES = \
	include/signer/ceremony.h \
	include/signer/keyring.h \
	include/signer/signer.h \
	include/signer/token.h \
	src/signer/ceremony.c \
	src/signer/key_make.c \
	src/signer/keyring.c \
	src/signer/keys.h \
	src/signer/cryptoki.h \
	src/signer/signer.c \
	src/signer/token.c \
	src/signer/token_evp.c \
	src/signer/token_key.c \
	src/signer/token_make.c \
	src/signer/token_module.c \
	src/signer/token_ops.c \
	src/signer/token_public.c \
	src/signer/token_session.c \
	src/signer/token_uri.c \
	src/signer/tokens.h \
	src/signer/unwrap.c

if HAVE_CUNIT
check_PROGRAMS += t_signer
t_signer_SOURCES = \
	tests/signer/main.c \
	tests/signer/suites.h \
	tests/signer/test_ceremony.c \
	tests/signer/test_keyring.c \
	tests/signer/test_signer.c \
	tests/signer/test_token.c \
	tests/signer/test_token_away.c \
	tests/signer/test_token_uri.c \
	tests/signer/test_unwrap.c
t_signer_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_signer_LDADD = libsupport.a $(LINK_SIGNER) $(CUNIT_LIBS)
endif
