noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = src/wire/http.c src/wire/query.c src/wire/route.c src/wire/tlv.c \
	src/wire/alg.c src/wire/cms.c src/wire/csr.c src/wire/scep_attr.c src/wire/scep_body.c \
	src/wire/scep_ca.c src/wire/scep_env.c src/wire/scep_env_write.c src/wire/scep_msg.c src/wire/scep_sig.c

if HAVE_CUNIT
check_PROGRAMS += t_wire
t_wire_SOURCES = tests/wire/main.c
t_wire_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_wire_LDADD = $(LINK_WIRE) $(CUNIT_LIBS)
endif
