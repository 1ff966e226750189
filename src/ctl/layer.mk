# The operator's tool: one file a command group, and the program scepctl.
noinst_LIBRARIES += libctl.a
libctl_a_SOURCES = \
	include/ctl/args.h \
	include/ctl/ask.h \
	include/ctl/bundle.h \
	include/ctl/ca_files.h \
	include/ctl/ca_install.h \
	include/ctl/ca_make.h \
	include/ctl/ca_next.h \
	include/ctl/ceremony_log.h \
	include/ctl/carry.h \
	include/ctl/challenge.h \
	include/ctl/check.h \
	include/ctl/client.h \
	include/ctl/client_trust.h \
	include/ctl/crl.h \
	include/ctl/csv.h \
	include/ctl/ctl.h \
	include/ctl/dn.h \
	include/ctl/enroll.h \
	include/ctl/fetch.h \
	include/ctl/folder.h \
	include/ctl/hosts.h \
	include/ctl/line.h \
	include/ctl/new_key.h \
	include/ctl/node.h \
	include/ctl/operator.h \
	include/ctl/orphan.h \
	include/ctl/profile.h \
	include/ctl/ra.h \
	include/ctl/ra_make.h \
	include/ctl/request.h \
	include/ctl/revoke.h \
	include/ctl/sealed.h \
	include/ctl/show.h \
	include/ctl/store.h \
	src/ctl/args.c \
	src/ctl/ask.c \
	src/ctl/backup.c \
	src/ctl/bundle.c \
	src/ctl/ca.c \
	src/ctl/ca_files.c \
	src/ctl/ca_import.c \
	src/ctl/ca_install.c \
	src/ctl/ca_make.c \
	src/ctl/ca_next.c \
	src/ctl/ca_switch.c \
	src/ctl/ceremony_log.c \
	src/ctl/cert.c \
	src/ctl/carry.c \
	src/ctl/challenge.c \
	src/ctl/challenge_list.c \
	src/ctl/challenge_new.c \
	src/ctl/check.c \
	src/ctl/check_certs.c \
	src/ctl/check_store.c \
	src/ctl/client.c \
	src/ctl/client_ca.c \
	src/ctl/client_reply.c \
	src/ctl/client_trust.c \
	src/ctl/crl.c \
	src/ctl/csv.c \
	src/ctl/ctl.c \
	src/ctl/dn.c \
	src/ctl/enroll.c \
	src/ctl/enrolment.c \
	src/ctl/fetch.c \
	src/ctl/folder.c \
	src/ctl/getca.c \
	src/ctl/hosts.c \
	src/ctl/line.c \
	src/ctl/new_key.c \
	src/ctl/operator.c \
	src/ctl/orphan.c \
	src/ctl/node.c \
	src/ctl/pending.c \
	src/ctl/profile.c \
	src/ctl/profile_create.c \
	src/ctl/profile_switch.c \
	src/ctl/profile_text.c \
	src/ctl/ra.c \
	src/ctl/ra_make.c \
	src/ctl/ra_retire.c \
	src/ctl/ra_rotate.c \
	src/ctl/request.c \
	src/ctl/request_name.c \
	src/ctl/revoke.c \
	src/ctl/sealed.c \
	src/ctl/show.c \
	src/ctl/store.c \
	src/ctl/store_acl.c \
	src/ctl/store_admin.c \
	src/ctl/cert_import.c \
	src/ctl/crl_import.c \
	src/ctl/history.c \
	src/ctl/index_txt.c \
	src/ctl/issued_log.c \
	src/ctl/store_rebuild.c \
	src/ctl/store_status.c \
	src/ctl/token.c \
	src/ctl/why.c

sbin_PROGRAMS += scepctl
scepctl_SOURCES = src/ctl/main.c
scepctl_LDADD = $(LINK_CTL)

if HAVE_CUNIT
check_PROGRAMS += t_ctl
t_ctl_SOURCES = \
	tests/ctl/main.c \
	tests/ctl/fake.c \
	tests/ctl/fake.h \
	tests/ctl/httpd.c \
	tests/ctl/httpd.h \
	tests/ctl/stage.c \
	tests/ctl/stage.h \
	tests/ctl/suites.h \
	tests/manual.h \
	tests/ctl/test_args.c \
	tests/ctl/test_ask.c \
	tests/ctl/test_bundle.c \
	tests/ctl/test_ca.c \
	tests/ctl/test_ca_install.c \
	tests/ctl/test_challenge.c \
	tests/ctl/test_check.c \
	tests/ctl/test_client.c \
	tests/ctl/test_crl.c \
	tests/ctl/test_csv.c \
	tests/ctl/test_client_ca.c \
	tests/ctl/test_client_next.c \
	tests/ctl/test_dn.c \
	tests/ctl/test_enroll.c \
	tests/ctl/test_manual.c \
	tests/ctl/test_node.c \
	tests/ctl/test_mint.c \
	tests/ctl/test_profile.c \
	tests/ctl/test_ra.c \
	tests/ctl/test_ca_next.c \
	tests/ctl/test_records.c \
	tests/ctl/test_revoke.c \
	tests/ctl/test_sealed.c \
	tests/ctl/test_service.c \
	tests/ctl/test_store.c \
	tests/ctl/test_store_init.c \
	tests/ctl/test_import.c \
	tests/ctl/test_token_keys.c \
	tests/ctl/test_rebuild.c
t_ctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_ctl_LDADD = libtestredis.a libsupport.a $(LINK_CTL) $(CUNIT_LIBS)
endif
