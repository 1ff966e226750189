noinst_LIBRARIES += libscep.a
libscep_a_SOURCES = \
	include/scep/ending.h include/scep/revoke.h include/scep/service.h \
	src/scep/certrep.c src/scep/crl.c src/scep/crl.h src/scep/crl_cache.c src/scep/ending.c src/scep/enrol.c \
	src/scep/event.c src/scep/get.c src/scep/health.c src/scep/issue.c src/scep/line.c \
	src/scep/metrics.c src/scep/mint.c src/scep/mint_ask.c src/scep/op_file.c src/scep/op_pki.c src/scep/poll.c \
	src/scep/prepare.c src/scep/renew.c src/scep/request.h src/scep/request_log.c \
	src/scep/revoke.c src/scep/service.c src/scep/source.c src/scep/tick.c \
	src/scep/watch.c

if HAVE_CUNIT
check_PROGRAMS += t_scep
t_scep_SOURCES = \
	tests/scep/main.c \
	tests/scep/rig.c \
	tests/scep/rig.h \
	tests/scep/suites.h \
	tests/scep/test_approval.c \
	tests/scep/host.c \
	tests/scep/host.h \
	tests/scep/test_crl.c \
	tests/scep/test_crl_loss.c \
	tests/scep/test_crl_many.c \
	tests/scep/test_enrol.c \
	tests/scep/test_file.c \
	tests/scep/test_binding.c \
	tests/scep/test_fixtures.c \
	tests/scep/test_get.c \
	tests/scep/test_get_crl.c \
	tests/scep/test_health.c \
	tests/scep/test_once.c \
	tests/scep/test_metrics.c \
	tests/scep/test_mint.c \
	tests/scep/test_predecessor.c \
	tests/scep/test_refusals.c \
	tests/scep/test_renew.c \
	tests/scep/test_rollover.c \
	tests/scep/test_rotation.c \
	tests/scep/test_service.c \
	tests/scep/test_source.c \
	tests/scep/test_tick.c \
	tests/scep/test_token.c \
	tests/scep/test_watch.c
t_scep_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_scep_LDADD = libtestredis.a libsupport.a $(LINK_SCEP) $(CUNIT_LIBS)
endif
