noinst_LIBRARIES += libca.a
libca_a_SOURCES = \
	include/ca/authority.h \
	include/ca/binding.h \
	include/ca/challenge.h \
	include/ca/claim.h \
	include/ca/crl.h \
	include/ca/crl_set.h \
	include/ca/extreq.h \
	include/ca/grant.h \
	include/ca/identity.h \
	include/ca/memo.h \
	include/ca/names.h \
	include/ca/names_read.h \
	include/ca/plan.h \
	include/ca/profile.h \
	include/ca/renew.h \
	include/ca/tbs.h \
	include/ca/text.h \
	include/ca/urls.h \
	src/ca/authority.c \
	src/ca/binding.c \
	src/ca/challenge.c \
	src/ca/claim.c \
	src/ca/crl.c \
	src/ca/crl_read.c \
	src/ca/crl_set.c \
	src/ca/extreq.c \
	src/ca/grant.c \
	src/ca/identity.c \
	src/ca/memo.c \
	src/ca/names.c \
	src/ca/names_read.c \
	src/ca/names_text.c \
	src/ca/plan.c \
	src/ca/profile.c \
	src/ca/renew.c \
	src/ca/tbs.c \
	src/ca/text.c \
	src/ca/urls.c

if HAVE_CUNIT
check_PROGRAMS += t_ca
t_ca_SOURCES = \
	tests/asleep.h \
	tests/ca/main.c \
	tests/ca/make.c \
	tests/ca/make.h \
	tests/ca/suites.h \
	tests/ca/test_authority.c \
	tests/ca/test_binding.c \
	tests/ca/test_challenge.c \
	tests/ca/test_crl.c \
	tests/ca/test_crl_set.c \
	tests/ca/test_extreq.c \
	tests/ca/test_grant.c \
	tests/ca/test_identity.c \
	tests/ca/test_kept_plan.c \
	tests/ca/test_names.c \
	tests/ca/test_names_text.c \
	tests/ca/test_plan.c \
	tests/ca/test_profile.c \
	tests/ca/test_tbs.c \
	tests/ca/test_text.c \
	tests/ca/test_urls.c
t_ca_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_ca_LDADD = $(LINK_CA) $(CUNIT_LIBS)
endif
