noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	include/wire/alg.h \
	include/wire/cms.h \
	include/wire/csr.h \
	include/wire/der.h \
	include/wire/http.h \
	include/wire/query.h \
	include/wire/route.h \
	include/wire/scep_attr.h \
	include/wire/scep_body.h \
	include/wire/scep_ca.h \
	include/wire/scep_env.h \
	include/wire/scep_msg.h \
	include/wire/scep_sig.h \
	include/wire/tlv.h \
	src/wire/http.c src/wire/http_cache.c src/wire/query.c src/wire/route.c src/wire/tlv.c \
	src/wire/alg.c src/wire/cms.c src/wire/csr.c src/wire/der.c src/wire/scep_attr.c src/wire/scep_body.c \
	src/wire/scep_ca.c src/wire/scep_env.c src/wire/scep_env_write.c src/wire/scep_msg.c src/wire/scep_sig.c

if HAVE_CUNIT
# What tests of this layer and those above need made.
check_LIBRARIES += libsupport.a
libsupport_a_SOURCES = \
	tests/support/change.c tests/support/change.h tests/support/make.c tests/support/make.h \
	tests/support/softhsm.c tests/support/softhsm.h
libsupport_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests

check_PROGRAMS += t_wire
t_wire_SOURCES = \
	tests/fixtures.h \
	tests/wire/main.c \
	tests/wire/suites.h \
	tests/wire/tell.c \
	tests/wire/tell.h \
	tests/wire/test_alg.c \
	tests/wire/test_cms.c \
	tests/wire/test_csr.c \
	tests/wire/test_der.c \
	tests/wire/test_http.c \
	tests/wire/test_query.c \
	tests/wire/test_recorded.c \
	tests/wire/test_route.c \
	tests/wire/test_scep_attr.c \
	tests/wire/test_scep_body.c \
	tests/wire/test_scep_env.c \
	tests/wire/test_scep_msg.c \
	tests/wire/test_tlv.c
t_wire_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_wire_LDADD = libsupport.a $(LINK_WIRE) $(CUNIT_LIBS)
endif
