/* SPDX-License-Identifier: ISC
 *
 * Reading a whole configuration: what each key sets, the defaults, and a complaint with file and
 * line for every fault.
 */
#include <string.h>

#include <openssl/objects.h>

#include "base/span.h"
#include "conf/conf.h"
#include "conf/key.h"
#include "suites.h"

#define OTHER_ID "11111111-2222-3333-4444-555555555555"

/* Reads the configuration of the folder. */
static int
read_dir(struct tmpdir *t, struct conf *c, struct err *e)
{
	return conf_read(tmpdir_path(t, "scepd.conf"), c, e);
}

static void
expect_fault(struct tmpdir *t, const char *fault)
{
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(read_dir(t, &c, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(e.detail, fault);
	if (strcmp(e.detail, fault) != 0)
		fprintf(stderr, "\n  wanted %s\n  gave   %s\n", fault, e.detail);
	conf_free(&c);
}

struct row {
	const char *text, *fault;
};

static void
defaults_of_scepd_conf(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.dir, t.path);
	CU_ASSERT_STRING_EQUAL(c.file, tmpdir_path(&t, "scepd.conf"));
	CU_ASSERT_STRING_EQUAL(c.public_url, "http://localhost");
	CU_ASSERT_STRING_EQUAL(c.listen, "/run/scepd/scepd.sock");
	CU_ASSERT_EQUAL(c.listen_mode, 0660);
	CU_ASSERT_STRING_EQUAL(c.listen_group, "");
	CU_ASSERT_STRING_EQUAL(c.user, "scepd");
	CU_ASSERT_STRING_EQUAL(c.group, "");
	CU_ASSERT_EQUAL(c.workers, 0);
	CU_ASSERT_EQUAL(c.request_deadline, 10);
	CU_ASSERT_EQUAL(c.drain_deadline, 15);
	CU_ASSERT_EQUAL(c.max_requests, 100000);
	CU_ASSERT_STRING_EQUAL(c.log_target, "stderr");
	CU_ASSERT_EQUAL(c.log_format, LOG_LOGFMT);
	CU_ASSERT_EQUAL(c.log_level, LOG_LEVEL_INFO);
	CU_ASSERT_EQUAL(c.n_trusted_proxies, 0);
	CU_ASSERT_STRING_EQUAL(c.default_profile, "");
	CU_ASSERT_STRING_EQUAL(c.ca_dir, tmpdir_path(&t, "ca"));
	CU_ASSERT_STRING_EQUAL(c.passphrase_dir, "");
	CU_ASSERT_STRING_EQUAL(c.issued_log, "/var/lib/scepd/issued.log");
	CU_ASSERT_EQUAL(c.record_grace, 30 * 86400);
	CU_ASSERT_STRING_EQUAL(c.crl_dir, "/var/lib/scepd/crl");
	CU_ASSERT_EQUAL(c.crl_validity, 7 * 86400);
	CU_ASSERT_EQUAL(c.crl_renew, 86400);
	CU_ASSERT_EQUAL(c.warn_before, 30 * 86400);
	CU_ASSERT_STRING_EQUAL(c.node_name, "");
	CU_ASSERT_EQUAL(c.n_profiles, 0);
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
defaults_of_the_store(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.store.server, "/run/redis/redis-server.sock");
	CU_ASSERT_EQUAL(c.store.n_sentinels, 0);
	CU_ASSERT_STRING_EQUAL(c.store.primary, "scepd");
	CU_ASSERT_STRING_EQUAL(c.store.user, "");
	CU_ASSERT_STRING_EQUAL(c.store.password_file, "");
	CU_ASSERT_EQUAL(c.store.database, 0);
	CU_ASSERT_STRING_EQUAL(c.store.prefix, "scepd");
	CU_ASSERT_EQUAL(c.store.timeout_ms, 1000);
	CU_ASSERT_EQUAL(c.store.durability, DURABILITY_FSYNC);
	CU_ASSERT_EQUAL(c.store.replicas, 1);
	CU_ASSERT_FALSE(c.store.strict);
	CU_ASSERT_STRING_EQUAL(c.store.pepper_file, tmpdir_path(&t, "pepper"));
	CU_ASSERT_FALSE(c.store.tls);
	CU_ASSERT_STRING_EQUAL(c.store.tls_ca_file, "");
	CU_ASSERT_STRING_EQUAL(c.store.tls_name, "");
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
values_of_scepd_conf(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&t, "scepd.conf",
	        "public_url = \"https://scep.example.org/\";\n"
	        "listen = \"run/s\"; listen_mode = \"600\"; listen_group = \"www\";\n"
	        "user = \"\"; group = \"g\"; workers = 512;\n"
	        "request_deadline = \"1m\"; drain_deadline = \"1h\"; max_requests = 0;\n"
	        "log_target = \"/var/log/x\"; log_format = \"json\"; log_level = \"debug\";\n"
	        "trusted_proxies = [ \"10.0.0.0/8\", \"::1\", \"unix:\" ];\n"
	        "default_profile = \"vpn\"; ca_dir = \"/ca\"; passphrase_dir = \"pass\";\n"),
	    0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf", profile_text(TEST_ID, "")), 0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.public_url, "https://scep.example.org");
	CU_ASSERT_STRING_EQUAL(c.listen, tmpdir_path(&t, "run/s"));
	CU_ASSERT_EQUAL(c.listen_mode, 0600);
	CU_ASSERT_STRING_EQUAL(c.listen_group, "www");
	CU_ASSERT_STRING_EQUAL(c.user, "");
	CU_ASSERT_STRING_EQUAL(c.group, "g");
	CU_ASSERT_EQUAL(c.workers, 512);
	CU_ASSERT_EQUAL(c.request_deadline, 60);
	CU_ASSERT_EQUAL(c.drain_deadline, 3600);
	CU_ASSERT_EQUAL(c.max_requests, 0);
	CU_ASSERT_STRING_EQUAL(c.log_target, "/var/log/x");
	CU_ASSERT_EQUAL(c.log_format, LOG_JSON);
	CU_ASSERT_EQUAL(c.log_level, LOG_LEVEL_DEBUG);
	CU_ASSERT_EQUAL_FATAL(c.n_trusted_proxies, 3);
	CU_ASSERT(net_has(&c.trusted_proxies[0], view_str("10.1.2.3")));
	CU_ASSERT(net_has(&c.trusted_proxies[2], view_str("unix:")));
	CU_ASSERT_STRING_EQUAL(c.default_profile, "vpn");
	CU_ASSERT_STRING_EQUAL(c.ca_dir, "/ca");
	CU_ASSERT_STRING_EQUAL(c.passphrase_dir, tmpdir_path(&t, "pass"));
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
values_of_the_store(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&t, "scepd.conf",
	        "store = { server = \"\"; sentinels = [ \"a:26379\", \"[2001:db8::1]:26380\" ];\n"
	        "primary = \"p\"; user = \"u\"; password_file = \"pw\"; database = 65535;\n"
	        "prefix = \"a.b-c_d\"; timeout = \"1m\"; durability = \"replicated\";\n"
	        "replicas = 16; strict = true; pepper_file = \"/p/epper\"; tls = true;\n"
	        "tls_ca_file = \"ca.pem\"; tls_name = \"redis.example\"; };\n"
	        "issued_log = \"issued.log\"; record_grace = \"10y\"; node_name = \"n1\";\n"
	        "warn_before = \"0\";\n"
	        "crl = { dir = \"lists\"; validity = \"2d\"; renew = \"47h\"; };\n"),
	    0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.store.server, "");
	CU_ASSERT_EQUAL_FATAL(c.store.n_sentinels, 2);
	CU_ASSERT_STRING_EQUAL(c.store.sentinels[1], "[2001:db8::1]:26380");
	CU_ASSERT_STRING_EQUAL(c.store.primary, "p");
	CU_ASSERT_STRING_EQUAL(c.store.user, "u");
	CU_ASSERT_STRING_EQUAL(c.store.password_file, tmpdir_path(&t, "pw"));
	CU_ASSERT_EQUAL(c.store.database, 65535);
	CU_ASSERT_STRING_EQUAL(c.store.prefix, "a.b-c_d");
	CU_ASSERT_EQUAL(c.store.timeout_ms, 60000);
	CU_ASSERT_EQUAL(c.store.durability, DURABILITY_REPLICATED);
	CU_ASSERT_EQUAL(c.store.replicas, 16);
	CU_ASSERT_TRUE(c.store.strict);
	CU_ASSERT_STRING_EQUAL(c.store.pepper_file, "/p/epper");
	CU_ASSERT_TRUE(c.store.tls);
	CU_ASSERT_STRING_EQUAL(c.store.tls_ca_file, tmpdir_path(&t, "ca.pem"));
	CU_ASSERT_STRING_EQUAL(c.store.tls_name, "redis.example");
	CU_ASSERT_STRING_EQUAL(c.issued_log, tmpdir_path(&t, "issued.log"));
	CU_ASSERT_EQUAL(c.record_grace, INT64_C(3650) * 86400);
	CU_ASSERT_STRING_EQUAL(c.crl_dir, tmpdir_path(&t, "lists"));
	CU_ASSERT_EQUAL(c.crl_validity, 2 * 86400);
	CU_ASSERT_EQUAL(c.crl_renew, 47 * 3600);
	CU_ASSERT_EQUAL(c.warn_before, 0);
	CU_ASSERT_STRING_EQUAL(c.node_name, "n1");
	conf_free(&c);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf",
	                    "store = { server = \"run/redis.sock\"; durability = \"none\"; };"),
	    0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(c.store.server, tmpdir_path(&t, "run/redis.sock"));
	CU_ASSERT_EQUAL(c.store.durability, DURABILITY_NONE);
	conf_free(&c);
	tmpdir_remove(&t);
}

#define SERVER_IS                                                                                  \
	"scepd.conf:2: store.server must be the path of a socket, \"HOST:PORT\", or \"\" "         \
	"with sentinels, not "
#define SENTINELS_ARE "store.sentinels must be a list of \"HOST:PORT\", not "
#define PREFIX_IS                                                                                  \
	"scepd.conf:2: store.prefix must be 1 to 63 letters, digits, \".\", \"_\" or \"-\", not "
#define TIMEOUT_IS "scepd.conf:2: store.timeout must be a duration from \"1s\" to \"1m\", not "

static void
faults_of_the_store(void)
{
	static const struct row rows[] = {
	    {"server = \"redis\"", SERVER_IS "\"redis\""},
	    {"server = \"redis:0\"", SERVER_IS "\"redis:0\""},
	    {"server = \"redis:65536\"", SERVER_IS "\"redis:65536\""},
	    {"server = \"redis:6379x\"", SERVER_IS "\"redis:6379x\""},
	    {"server = \":6379\"", SERVER_IS "\":6379\""},
	    {"server = \"::1:6379\"", SERVER_IS "\"::1:6379\""},
	    {"server = \"\"", "scepd.conf: store.server and store.sentinels are both empty"},
	    {"server = \"\"; sentinels = [ ]",
	        "scepd.conf:2: store.server and store.sentinels are both empty"},
	    {"sentinels = [ \"a:1\",\n\"b\" ]", "scepd.conf:3: " SENTINELS_ARE "\"b\""},
	    {"sentinels = \"a:1\"", "scepd.conf:2: " SENTINELS_ARE "a string"},
	    {"prefix = \"\"", PREFIX_IS "\"\""},
	    {"prefix = \"a{b}\"", PREFIX_IS "\"a{b}\""},
	    {"timeout = \"0\"", TIMEOUT_IS "\"0\""},
	    {"timeout = \"61s\"", TIMEOUT_IS "\"61s\""},
	    {"timeout = \"soon\"", TIMEOUT_IS "\"soon\""},
	    {"database = 65536", "scepd.conf:2: store.database must be a whole number from 0 to "
	                         "65535, not 65536"},
	    {"replicas = 0",
	        "scepd.conf:2: store.replicas must be a whole number from 1 to 16, not 0"},
	    {"durability = \"disk\"", "scepd.conf:2: store.durability must be \"none\", \"fsync\" "
	                              "or \"replicated\", not \"disk\""},
	    {"tls = 1", "scepd.conf:2: store.tls must be true or false, not a number"},
	    {"sever = \"\"", "scepd.conf:2: unknown key \"sever\" (did you mean \"server\"?)"},
	};
	struct tmpdir t;
	char text[400];

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "store = {\n%s; };", rows[i].text);
		CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", text), 0);
		expect_fault(&t, rows[i].fault);
	}
	tmpdir_remove(&t);
}

static void
faults_of_scepd_conf(void)
{
	static const struct row rows[] = {
	    {"workers = 1;\nworker = 2;",
	        "scepd.conf:2: unknown key \"worker\" (did you mean \"workers\"?)"},
	    {"zzz = 2;", "scepd.conf:1: unknown key \"zzz\""},
	    {"workers = 1;\n\nworkers = 2;",
	        "scepd.conf:3: this key stands here for the second time"},
	    {"workers = 513;", "scepd.conf:1: workers must be a whole number from 0 to 512 (0: "
	                       "four a processor), not 513"},
	    {"workers = -1;", "scepd.conf:1: workers must be a whole number from 0 to 512 (0: "
	                      "four a processor), not -1"},
	    {"workers = \"4\";", "scepd.conf:1: workers must be a whole number from 0 to 512 (0: "
	                         "four a processor), not a string"},
	    {"\nlisten_mode = \"0888\";", "scepd.conf:2: listen_mode must be an octal mode in "
	                                  "quotes, such as \"0660\", not \"0888\""},
	    {"listen_mode = \"1777\";", "scepd.conf:1: listen_mode must be an octal mode in "
	                                "quotes, such as \"0660\", not \"1777\""},
	    {"request_deadline = \"soon\";", "scepd.conf:1: request_deadline must be a duration "
	                                     "from \"1s\" to \"1h\", not \"soon\""},
	    {"request_deadline = \"0\";", "scepd.conf:1: request_deadline must be a duration from "
	                                  "\"1s\" to \"1h\", not \"0\""},
	    {"drain_deadline = \"2h\";", "scepd.conf:1: drain_deadline must be a duration from "
	                                 "\"1s\" to \"1h\", not \"2h\""},
	    {"drain_deadline = 10;", "scepd.conf:1: drain_deadline must be a duration from \"1s\" "
	                             "to \"1h\", not a number"},
	    {"log_format = \"xml\";",
	        "scepd.conf:1: log_format must be \"logfmt\" or \"json\", not \"xml\""},
	    {"log_format = \"\";",
	        "scepd.conf:1: log_format must be \"logfmt\" or \"json\", not \"\""},
	    {"log_level = \"inf\";", "scepd.conf:1: log_level must be \"error\", \"warn\", "
	                             "\"info\" or \"debug\", not \"inf\""},
	    {"log_target = \"\";", "scepd.conf:1: log_target must be \"stderr\", \"syslog\" or the "
	                           "path of a file, not \"\""},
	    {"trusted_proxies = [ \"127.0.0.1\",\n\"10.0.0.1/8\" ];",
	        "scepd.conf:2: trusted_proxies must be a list of IP addresses, networks such as "
	        "\"10.0.0.0/8\", or \"unix:\", not \"10.0.0.1/8\""},
	    {"trusted_proxies = \"127.0.0.1\";",
	        "scepd.conf:1: trusted_proxies must be a list of IP addresses, networks such as "
	        "\"10.0.0.0/8\", or \"unix:\", not a string"},
	    {"trusted_proxies = [ 1 ];",
	        "scepd.conf:1: trusted_proxies must be a list of IP addresses, networks such as "
	        "\"10.0.0.0/8\", or \"unix:\", not a list"},
	    {"public_url = \"scep.example.org\";", "scepd.conf:1: public_url must be an http:// or "
	                                           "https:// URL, not \"scep.example.org\""},
	    {"listen = \"localhost:9000\";", "scepd.conf:1: listen must be the path of a socket "
	                                     "(at most 107 octets), \"ADDRESS:PORT\", "
	                                     "or \"\", not \"localhost:9000\""},
	    {"listen = \"127.0.0.1:99999\";", "scepd.conf:1: listen must be the path of a socket "
	                                      "(at most 107 octets), \"ADDRESS:PORT\", "
	                                      "or \"\", not \"127.0.0.1:99999\""},
	    {"\ndefault_profile = \"none\";", "scepd.conf:2: there is no profile \"none\""},
	    {"record_grace = \"11y\";", "scepd.conf:1: record_grace must be a duration from \"0\" "
	                                "to \"10y\", not \"11y\""},
	    {"warn_before = \"11y\";", "scepd.conf:1: warn_before must be a duration from \"0\" "
	                               "to \"10y\", not \"11y\""},
	    {"crl = { validity = \"59m\"; };", "scepd.conf:1: crl.validity must be a duration from "
	                                       "\"1h\" to \"1y\", not \"59m\""},
	    {"crl = { renew = \"59s\"; };",
	        "scepd.conf:1: crl.renew must be a duration from \"1m\" "
	        "to \"1y\" (shorter than crl.validity), not \"59s\""},
	    {"crl = { validity = \"1d\";\nrenew = \"1d\"; };",
	        "scepd.conf:2: crl.renew must be a duration from \"1m\" to \"1y\" (shorter than "
	        "crl.validity), not \"1d\""},
	    {"user = scepd;", "scepd.conf:1: scepd needs quotes: \"scepd\""},
	};
	struct tmpdir t;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", rows[i].text), 0);
		expect_fault(&t, rows[i].fault);
	}
	tmpdir_remove(&t);
}

static void
long_path_of_a_socket(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;
	char text[200];

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	for (int n = 107; n <= 108; n++) {
		snprintf(text, sizeof text, "listen = \"/%0*d\";", n - 1, 0);
		CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", text), 0);
		CU_ASSERT_EQUAL(read_dir(&t, &c, &e), n == 107 ? 0 : -1);
		conf_free(&c);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "at most 107 octets"));
	err_clear(&e);
	for (int n = 107; n <= 108; n++) {
		snprintf(text, sizeof text, "store = { server = \"/%0*d\"; };", n - 1, 0);
		CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", text), 0);
		CU_ASSERT_EQUAL(read_dir(&t, &c, &e), n == 107 ? 0 : -1);
		conf_free(&c);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "store.server must be the path of a socket"));
	tmpdir_remove(&t);
}

static void
files_that_cannot_be_read(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;
	char want[2000];

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	snprintf(want, sizeof want, "%s/none.conf: No such file or directory", t.path);
	CU_ASSERT_EQUAL(conf_read(tmpdir_path(&t, "none.conf"), &c, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(e.detail, want);
	conf_free(&c);

	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/a b.conf", ""), 0);
	expect_fault(&t,
	    "profiles.d/a b.conf: the name of a profile has 1 to 63 letters, digits, \".\", "
	    "\"_\" and \"-\"");
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "profiles.d/a b.conf")), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/.vpn.conf", "not read"), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf~", "not read"), 0);
	err_clear(&e);
	CU_ASSERT_EQUAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_EQUAL(c.n_profiles, 0);
	conf_free(&c);
	tmpdir_remove(&t);
}

/* The table and profile_init say the same. */
static void
defaults_of_a_profile(void)
{
	struct tmpdir t;
	struct conf c;
	struct profile want, *p;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL_FATAL(profile_init(&want, &e), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf", profile_text(TEST_ID, "")), 0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_EQUAL_FATAL(c.n_profiles, 1);
	p = &c.profiles[0].profile;
	CU_ASSERT_STRING_EQUAL(p->name, "vpn");
	CU_ASSERT_STRING_EQUAL(p->id, TEST_ID);
	CU_ASSERT_STRING_EQUAL(p->ca, "main");
	CU_ASSERT_STRING_EQUAL(c.profiles[0].file, tmpdir_path(&t, "profiles.d/vpn.conf"));
	CU_ASSERT_EQUAL_FATAL(c.profiles[0].n_ras, 1);
	CU_ASSERT_STRING_EQUAL(c.profiles[0].ras[0].cert, tmpdir_path(&t, "ra/vpn/ra.pem"));
	CU_ASSERT_STRING_EQUAL(c.profiles[0].ras[0].key, tmpdir_path(&t, "ra/vpn/ra.key"));
	CU_ASSERT_EQUAL(p->challenges.n, 1);
	CU_ASSERT_EQUAL(p->n_paths, want.n_paths);
	CU_ASSERT_EQUAL(p->challenge_type, want.challenge_type);
	CU_ASSERT_EQUAL(p->challenge_expiry_minutes, want.challenge_expiry_minutes);
	CU_ASSERT_EQUAL(p->max_pending_challenges, want.max_pending_challenges);
	CU_ASSERT_EQUAL(p->approval, want.approval);
	CU_ASSERT_EQUAL(p->approval, APPROVAL_AUTOMATIC);
	CU_ASSERT_EQUAL(p->pending_ttl, want.pending_ttl);
	CU_ASSERT_EQUAL(p->max_pending_requests, want.max_pending_requests);
	CU_ASSERT_EQUAL(p->wrong_challenges, want.wrong_challenges);
	CU_ASSERT_EQUAL(p->wrong_challenges_window, want.wrong_challenges_window);
	CU_ASSERT_EQUAL(p->n_allow_from, 0);
	CU_ASSERT_EQUAL(p->n_challenge_allow_from, 0);
	CU_ASSERT_EQUAL(p->include_ca_certificate, want.include_ca_certificate);
	CU_ASSERT_EQUAL(p->include_root, want.include_root);
	CU_ASSERT_EQUAL(p->allow_renewal, want.allow_renewal);
	CU_ASSERT_EQUAL(p->revoke_previous_after, want.revoke_previous_after);
	CU_ASSERT_EQUAL(p->revoke_previous_after, -1);
	CU_ASSERT_STRING_EQUAL(p->crl_url, "");
	CU_ASSERT_STRING_EQUAL(p->ca_url, "");
	CU_ASSERT_EQUAL(p->chain_in_reply, want.chain_in_reply);
	CU_ASSERT_EQUAL(p->signer_must_match, want.signer_must_match);
	CU_ASSERT_EQUAL(p->fail_info_text, want.fail_info_text);
	CU_ASSERT_EQUAL(p->bad_cipher_cert_rep, want.bad_cipher_cert_rep);
	CU_ASSERT_EQUAL(p->allow_upn, want.allow_upn);
	CU_ASSERT_EQUAL(p->algs.digests, want.algs.digests);
	CU_ASSERT_EQUAL(p->algs.ciphers, want.algs.ciphers);
	CU_ASSERT_EQUAL(p->signing_time_window, want.signing_time_window);
	CU_ASSERT_EQUAL(p->validity, want.validity);
	CU_ASSERT_EQUAL(p->backdate, want.backdate);
	CU_ASSERT_EQUAL(p->key_usage, want.key_usage);
	CU_ASSERT_EQUAL_FATAL(
	    sk_ASN1_OBJECT_num(p->ext_key_usage), sk_ASN1_OBJECT_num(want.ext_key_usage));
	CU_ASSERT_EQUAL(OBJ_cmp(sk_ASN1_OBJECT_value(p->ext_key_usage, 0),
	                    sk_ASN1_OBJECT_value(want.ext_key_usage, 0)),
	    0);
	CU_ASSERT_EQUAL(p->min_rsa_bits, want.min_rsa_bits);
	CU_ASSERT_EQUAL(p->allow_ec, want.allow_ec);
	CU_ASSERT_EQUAL(p->allow_ed25519, want.allow_ed25519);
	profile_free(&want);
	conf_free(&c);
	tmpdir_remove(&t);
}

static const char turned[] =
    "paths = [ \"/a\", \"/b/\" ]; challenge_expiry_minutes = 5; max_pending_challenges = 7;\n"
    "approval = \"without_challenge\"; pending_ttl = \"90d\"; max_pending_requests = 8;\n"
    "wrong_challenges = 0; wrong_challenges_window = \"1d\";\n"
    "allow_from = [ \"192.0.2.0/24\", \"2001:db8::1\" ];\n"
    "challenge_allow_from = [ \"198.51.100.7\" ];\n"
    "include_ca_certificate = false; include_root = false; allow_renewal = false; chain_in_reply = "
    "true;\n"
    "signer_must_match = true; fail_info_text = false; bad_cipher_reply = \"certrep\"; allow_upn = "
    "true;\n"
    "des3 = false; sha1 = false; signing_time_window = \"1h\"; validity = \"30d\"; backdate = "
    "\"0\";\n"
    "key_usage = [ \"keyAgreement\" ]; extended_key_usage = [ \"serverAuth\", "
    "\"1.3.6.1.4.1.311.20.2.2\" ];\n"
    "min_rsa_bits = 3072; allow_ec = false; allow_ed25519 = true;\n"
    "revoke_previous_after = \"14d\"; crl_url = \"http://a/{authority}.crl\"; ca_url = "
    "\"ldap://b\";\n"
    "ra = ( { certificate = \"x.pem\"; key = \"/y.key\"; }, { certificate = \"/z.pem\"; key = "
    "\"z.key\"; } );\n";

static void
values_of_a_profile(void)
{
	struct tmpdir t;
	struct conf c;
	struct conf_profile *cp;
	struct profile *p;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf",
	                    profile_text("8B0F3A2E-6F6F-4C0E-9D3A-1C2B3A4D5E6F", turned)),
	    0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	cp = &c.profiles[0];
	p = &cp->profile;
	CU_ASSERT_STRING_EQUAL(p->id, TEST_ID);
	CU_ASSERT_EQUAL_FATAL(p->n_paths, 2);
	CU_ASSERT_STRING_EQUAL(p->paths[1], "/b/");
	CU_ASSERT_EQUAL(p->challenge_expiry_minutes, 5);
	CU_ASSERT_EQUAL(p->max_pending_challenges, 7);
	CU_ASSERT_EQUAL(p->approval, APPROVAL_WITHOUT_CHALLENGE);
	CU_ASSERT_EQUAL(p->pending_ttl, 90 * 86400);
	CU_ASSERT_EQUAL(p->max_pending_requests, 8);
	CU_ASSERT_EQUAL(p->wrong_challenges, 0);
	CU_ASSERT_EQUAL(p->wrong_challenges_window, 86400);
	CU_ASSERT_EQUAL_FATAL(p->n_allow_from, 2);
	CU_ASSERT_TRUE(net_has(&p->allow_from[0], view_str("192.0.2.7")));
	CU_ASSERT_FALSE(net_has(&p->allow_from[0], view_str("192.0.3.7")));
	CU_ASSERT_TRUE(net_has(&p->allow_from[1], view_str("2001:db8::1")));
	CU_ASSERT_EQUAL_FATAL(p->n_challenge_allow_from, 1);
	CU_ASSERT_TRUE(net_has(&p->challenge_allow_from[0], view_str("198.51.100.7")));
	CU_ASSERT_FALSE(p->include_ca_certificate);
	CU_ASSERT_FALSE(p->include_root);
	CU_ASSERT_FALSE(p->allow_renewal);
	CU_ASSERT_TRUE(p->chain_in_reply);
	CU_ASSERT_TRUE(p->signer_must_match);
	CU_ASSERT_FALSE(p->fail_info_text);
	CU_ASSERT_TRUE(p->bad_cipher_cert_rep);
	CU_ASSERT_TRUE(p->allow_upn);
	CU_ASSERT_EQUAL(p->algs.digests, ALGS_MODERN.digests);
	CU_ASSERT_EQUAL(p->algs.ciphers, ALGS_MODERN.ciphers);
	CU_ASSERT_EQUAL(p->signing_time_window, 3600);
	CU_ASSERT_EQUAL(p->validity, 30 * 86400);
	CU_ASSERT_EQUAL(p->backdate, 0);
	CU_ASSERT_EQUAL(p->key_usage, key_usage_read("keyAgreement"));
	CU_ASSERT_EQUAL(sk_ASN1_OBJECT_num(p->ext_key_usage), 2);
	CU_ASSERT_EQUAL(
	    OBJ_obj2nid(sk_ASN1_OBJECT_value(p->ext_key_usage, 1)), NID_ms_smartcard_login);
	CU_ASSERT_EQUAL(p->min_rsa_bits, 3072);
	CU_ASSERT_EQUAL(p->revoke_previous_after, 14 * 86400);
	CU_ASSERT_STRING_EQUAL(p->crl_url, "http://a/{authority}.crl");
	CU_ASSERT_STRING_EQUAL(p->ca_url, "ldap://b");
	CU_ASSERT_FALSE(p->allow_ec);
	CU_ASSERT_TRUE(p->allow_ed25519);
	CU_ASSERT_EQUAL_FATAL(cp->n_ras, 2);
	CU_ASSERT_STRING_EQUAL(cp->ras[0].cert, tmpdir_path(&t, "x.pem"));
	CU_ASSERT_STRING_EQUAL(cp->ras[0].key, "/y.key");
	CU_ASSERT_STRING_EQUAL(cp->ras[1].key, tmpdir_path(&t, "z.key"));
	CU_ASSERT_PTR_EQUAL(conf_profile(&c, "vpn"), cp);
	CU_ASSERT_PTR_EQUAL(conf_profile(&c, TEST_ID), cp);
	CU_ASSERT_PTR_NULL(conf_profile(&c, "VPN"));
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
dates_of_challenges(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;
	char text[2000];

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	snprintf(text, sizeof text,
	    "id = \"%s\"; ca = \"main\"; challenge = { type = \"static\"; static = (\n"
	    "{ name = \"a\"; hash = \"%s\"; not_before = \"2030-01-31\"; not_after = "
	    "\"2030-01-31\"; },\n"
	    "{ name = \"b\"; hash = \"%s\"; not_after = \"2030-01-31T12:00:00Z\"; } ); };",
	    TEST_ID, test_hash(), test_hash());
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf", text), 0);
	CU_ASSERT_EQUAL_FATAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_EQUAL_FATAL(c.profiles[0].profile.challenges.n, 2);
	CU_ASSERT_EQUAL(c.profiles[0].profile.challenges.entries[0].not_before, 1896048000);
	CU_ASSERT_EQUAL(c.profiles[0].profile.challenges.entries[0].not_after, 1896048000 + 86399);
	CU_ASSERT_EQUAL(c.profiles[0].profile.challenges.entries[1].not_before, 0);
	CU_ASSERT_EQUAL(c.profiles[0].profile.challenges.entries[1].not_after, 1896048000 + 43200);
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
faults_of_a_profile(void)
{
	/* profile_text has five lines before these */
	static const struct row rows[] = {
	    {"\nchalenge = {};",
	        "profiles.d/vpn.conf:7: unknown key \"chalenge\" (did you mean \"challenge\"?)"},
	    {"id = \"x\";", "profiles.d/vpn.conf:6: this key stands here for the second time"},
	    {"paths = [ \"/scep/x\" ];", "profiles.d/vpn.conf:6: paths must be a list of paths "
	                                 "that begin with \"/\", none below /scep, "
	                                 "not \"/scep/x\""},
	    {"paths = [ \"x\" ];", "profiles.d/vpn.conf:6: paths must be a list of paths that "
	                           "begin with \"/\", none below /scep, "
	                           "not \"x\""},
	    {"paths = [ \"/x\",\n \"/x/\" ];",
	        "profiles.d/vpn.conf:7: the path /x/ is already that of profiles.d/vpn.conf"},
	    {"approval = \"never\";",
	        "profiles.d/vpn.conf:6: approval must be \"automatic\", \"manual\" or "
	        "\"without_challenge\", not \"never\""},
	    {"allow_from = [ \"192.0.2.1\",\n\"192.0.2.1/24\" ];",
	        "profiles.d/vpn.conf:7: allow_from must be a list of IP addresses and networks, "
	        "not \"192.0.2.1/24\""},
	    {"pending_ttl = \"91d\";", "profiles.d/vpn.conf:6: pending_ttl must be a duration from "
	                               "\"1m\" to \"90d\", not \"91d\""},
	    {"max_pending_requests = 0;", "profiles.d/vpn.conf:6: max_pending_requests must be a "
	                                  "whole number from 1 to 100000, not 0"},
	    {"wrong_challenges = -1;", "profiles.d/vpn.conf:6: wrong_challenges must be a whole "
	                               "number from 0 to 100000 (0: no limit), not -1"},
	    {"wrong_challenges_window = \"0\";",
	        "profiles.d/vpn.conf:6: wrong_challenges_window must be a duration from \"1s\" to "
	        "\"1d\", not \"0\""},
	    {"challenge_expiry_minutes = 43201;",
	        "profiles.d/vpn.conf:6: challenge_expiry_minutes must be a whole number from 1 to "
	        "43200, not 43201"},
	    {"allow_renewal = 1;",
	        "profiles.d/vpn.conf:6: allow_renewal must be true or false, not a number"},
	    {"allow_renewal = \"yes\";",
	        "profiles.d/vpn.conf:6: allow_renewal must be true or false, not a string"},
	    {"bad_cipher_reply = \"no\";", "profiles.d/vpn.conf:6: bad_cipher_reply must be "
	                                   "\"http\" or \"certrep\", not \"no\""},
	    {"revoke_previous_after = \"soon\";",
	        "profiles.d/vpn.conf:6: revoke_previous_after must be \"never\" or a duration from "
	        "\"0\" to \"1y\", not \"soon\""},
	    {"revoke_previous_after = \"366d\";",
	        "profiles.d/vpn.conf:6: revoke_previous_after must be \"never\" or a duration from "
	        "\"0\" to \"1y\", not \"366d\""},
	    {"crl_url = \"a.example/ca.crl\";",
	        "profiles.d/vpn.conf:6: crl_url must be an http://, https:// or ldap:// URL, or "
	        "\"\", not \"a.example/ca.crl\""},
	    {"ca_url = \"http://a/{name}\";", "profiles.d/vpn.conf:6: ca_url must be an http://, "
	                                      "https:// or ldap:// URL, or \"\", "
	                                      "not \"http://a/{name}\""},
	    {"key_usage = [ \"keyCertSign\" ];", "profiles.d/vpn.conf:6: key_usage must be a list "
	                                         "of one or more of \"digitalSignature\", "
	                                         "\"nonRepudiation\", \"keyEncipherment\", "
	                                         "\"dataEncipherment\", \"keyAgreement\", not "
	                                         "\"keyCertSign\""},
	    {"key_usage = [ ];", "profiles.d/vpn.conf:6: key_usage must be a list of one or more "
	                         "of \"digitalSignature\", "
	                         "\"nonRepudiation\", \"keyEncipherment\", \"dataEncipherment\", "
	                         "\"keyAgreement\", not \"\""},
	    {"extended_key_usage = [ \"clientAuht\" ];",
	        "profiles.d/vpn.conf:6: extended_key_usage must be a list of names such as "
	        "\"clientAuth\" or "
	        "dotted OIDs, not anyExtendedKeyUsage, not \"clientAuht\""},
	    {"extended_key_usage = [ \"2.5.29.37.0\" ];",
	        "profiles.d/vpn.conf:6: extended_key_usage must be a list of names such as "
	        "\"clientAuth\" or "
	        "dotted OIDs, not anyExtendedKeyUsage, not \"2.5.29.37.0\""},
	    {"min_rsa_bits = 512;", "profiles.d/vpn.conf:6: min_rsa_bits must be a whole number "
	                            "from 1024 to 8192, not 512"},
	    {"validity = \"51y\";", "profiles.d/vpn.conf:6: validity must be a duration from "
	                            "\"1m\" to \"50y\", not \"51y\""},
	    {"ra = ( \"x\" );", "profiles.d/vpn.conf:6: ra must be a list of 1 to 8 groups, or of "
	                        "none for what ra/NAME holds, and this is a string"},
	    {"ra = ( { certificate = \"x\"; key = \"x\"; sign_key = \"y\"; } );",
	        "profiles.d/vpn.conf:6: ra.sign_certificate and ra.sign_key go together"},
	    {"ra = ( { certificate = \"x\"; } );",
	        "profiles.d/vpn.conf:6: ra.key is missing: the path of a file, or a pkcs11 URI"},
	    {"ra = ( { certificate = \"x\"; kez = \"x\"; } );",
	        "profiles.d/vpn.conf:6: unknown key \"kez\" (did you mean \"key\"?)"},
	};
	struct tmpdir t;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_EQUAL(
		    conf_dir_write(&t, "profiles.d/vpn.conf", profile_text(TEST_ID, rows[i].text)),
		    0);
		expect_fault(&t, rows[i].fault);
	}
	tmpdir_remove(&t);
}

/* HASH stands for the hash of a challenge. */
static void
faults_of_challenges(void)
{
	static const struct row rows[] = {
	    {"id = \"" TEST_ID "\"; ca = \"main\";",
	        "profiles.d/vpn.conf: challenge is missing: it must be a group"},
	    {"ca = \"main\"; challenge = { };",
	        "profiles.d/vpn.conf: id is missing: it must be a UUID"},
	    {"id = \"" TEST_ID "\"; challenge = { };",
	        "profiles.d/vpn.conf: ca is missing: it must be the name of an authority"},
	    {"id = \"8b0f3a2e\"; ca = \"main\"; challenge = { };",
	        "profiles.d/vpn.conf:1: id must be a UUID, not \"8b0f3a2e\""},
	    {"id = \"" TEST_ID "\"; ca = \"../x\"; challenge = { };",
	        "profiles.d/vpn.conf:1: ca must be the name of an authority, not \"../x\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\";\nchallenge = { };",
	        "profiles.d/vpn.conf:2: a static profile needs at least one challenge in "
	        "challenge.static "
	        "(\"scepctl challenge hash\" makes its hash)"},
	    {"id = \"" TEST_ID "\"; ca = \"main\";\nchallenge = { type = \"nobody\"; };",
	        "profiles.d/vpn.conf:2: challenge.type must be \"static\", \"dynamic\" or "
	        "\"none\", "
	        "not \"nobody\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\";\nchallenge = { type = \"none\"; };",
	        "profiles.d/vpn.conf: a profile whose challenge.type is \"none\" needs approval = "
	        "\"manual\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { type = \"none\"; };\n"
	     "approval = \"automatic\";",
	        "profiles.d/vpn.conf:2: a profile whose challenge.type is \"none\" needs approval "
	        "= \"manual\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { type = \"none\"; };\n"
	     "approval = \"without_challenge\";",
	        "profiles.d/vpn.conf:2: a profile whose challenge.type is \"none\" needs approval "
	        "= \"manual\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\";\nchallenge = { typ = \"none\"; };",
	        "profiles.d/vpn.conf:2: unknown key \"typ\" (did you mean \"type\"?)"},
	    {"id = \"" TEST_ID "\"; ca = \"main\";\nchallenge = \"x\";",
	        "profiles.d/vpn.conf:2: challenge must be a group, not a string"},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { type = \"dynamic\";\n"
	     "static = ( { name = \"a\"; hash = \"HASH\"; } ); };",
	        "profiles.d/vpn.conf:2: only a static profile has static challenges"},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; approval = \"manual\";\n"
	     "challenge = { type = \"none\";\nstatic = ( { name = \"a\"; hash = \"HASH\"; } ); };",
	        "profiles.d/vpn.conf:3: only a static profile has static challenges"},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = {\n"
	     "static = ( { name = \"a\"; } ); };",
	        "profiles.d/vpn.conf:2: challenge.static.hash is missing: what \"scepctl challenge "
	        "hash\" prints"},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = {\n"
	     "static = ( { name = \"\"; hash = \"HASH\"; } ); };",
	        "profiles.d/vpn.conf:2: challenge.static.name must be a name of 1 to 63 octets, "
	        "once in a "
	        "profile, not \"\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { static = (\n"
	     "{ name = \"a\"; hash = \"HASH\"; },\n{ name = \"a\"; hash = \"HASH\"; } ); };",
	        "profiles.d/vpn.conf:3: the challenge \"a\" stands here for the second time"},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { static = (\n"
	     "{ name = \"a\"; hash = \"HASH\";\n not_before = \"2030-02-30\"; } ); };",
	        "profiles.d/vpn.conf:3: challenge.static.not_before must be a UTC date such as "
	        "\"2030-01-31\" or "
	        "\"2030-01-31T12:00:00Z\", not \"2030-02-30\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { static = (\n"
	     "{ name = \"a\"; hash = \"HASH\";\n not_after = \"tomorrow\"; } ); };",
	        "profiles.d/vpn.conf:3: challenge.static.not_after must be a UTC date such as "
	        "\"2030-01-31\" or "
	        "\"2030-01-31T12:00:00Z\", not \"tomorrow\""},
	    {"id = \"" TEST_ID "\"; ca = \"main\"; challenge = { static = (\n"
	     "{ name = \"a\"; hash = \"HASH\"; not_before = \"2030-02-02\"; not_after = "
	     "\"2030-02-01\"; } ); };",
	        "profiles.d/vpn.conf:2: the challenge \"a\" ends before it begins"},
	};
	struct tmpdir t;
	char text[2000];

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *from = rows[i].text, *mark;
		size_t n = 0;

		while ((mark = strstr(from, "HASH")) != NULL) {
			n += (size_t)snprintf(text + n, sizeof text - n, "%.*s%s",
			    (int)(mark - from), from, test_hash());
			from = mark + 4;
		}
		snprintf(text + n, sizeof text - n, "%s", from);
		CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf", text), 0);
		expect_fault(&t, rows[i].fault);
	}
	tmpdir_remove(&t);
}

static void
hash_that_is_none(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/vpn.conf",
	                    "id = \"" TEST_ID "\"; ca = \"main\"; challenge = { static = (\n"
	                    "{ name = \"a\";\n hash = \"secret12\"; } ); };"),
	    0);
	CU_ASSERT_EQUAL(read_dir(&t, &c, &e), -1);
	CU_ASSERT_EQUAL(strncmp(e.detail, "profiles.d/vpn.conf:3: ", 23), 0);
	CU_ASSERT_PTR_NULL(strstr(e.detail, "secret12"));
	conf_free(&c);
	tmpdir_remove(&t);
}

static void
two_profiles_that_mean_the_same(void)
{
	struct tmpdir t;

	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&t, "profiles.d/a.conf", profile_text(TEST_ID, "paths = [ \"/x\" ];")),
	    0);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/b.conf", profile_text(TEST_ID, "")), 0);
	expect_fault(
	    &t, "profiles.d/b.conf:1: the id " TEST_ID " is already that of profiles.d/a.conf");
	CU_ASSERT_EQUAL(conf_dir_write(&t, "profiles.d/b.conf",
	                    profile_text(OTHER_ID, "\npaths = [ \"/x/\" ];")),
	    0);
	expect_fault(&t, "profiles.d/b.conf:7: the path /x/ is already that of profiles.d/a.conf");
	CU_ASSERT_EQUAL(unlink(tmpdir_path(&t, "profiles.d/b.conf")), 0);
	CU_ASSERT_EQUAL(
	    conf_dir_write(&t, "profiles.d/" TEST_ID ".conf", profile_text(OTHER_ID, "")), 0);
	expect_fault(&t, "profiles.d/a.conf:1: a name and an id are the same in this file and "
	                 "profiles.d/" TEST_ID ".conf");
	tmpdir_remove(&t);
}

/* What the manual shows can be trusted: every default is allowed, every bound stands in the text.
 */
static void
the_table_describes_itself(void)
{
	const struct conf_key *k = conf_keys();
	char number[32];

	for (; k->path != NULL; k++) {
		CU_ASSERT_PTR_NOT_NULL(k->allowed);
		CU_ASSERT_TRUE(
		    strcmp(k->file, "scepd.conf") == 0 || strcmp(k->file, "profile") == 0);
	}
	for (enum key_file f = KEY_FILE_MAIN; f < KEY_FILES; f++)
		for (const struct key *r = keys_of(f); r->path != NULL; r++) {
			const int64_t bounds[] = {r->min, r->max};

			for (int i = 0; i < 2; i++) {
				if (r->type == KEY_SPAN)
					span_write(bounds[i], number);
				else
					snprintf(
					    number, sizeof number, "%lld", (long long)bounds[i]);
				if (r->type == KEY_INT || r->type == KEY_SPAN)
					CU_ASSERT_PTR_NOT_NULL(strstr(r->allowed, number));
			}
			CU_ASSERT_EQUAL(r->type == KEY_CHOICE, r->choices != NULL);
		}
}

/* The file that is installed works as it is, and what its comments call defaults are the defaults.
 */
static void
the_sample(void)
{
	struct tmpdir t;
	struct conf c;
	struct err e = ERR_INIT;
	char line[512], text[8192] = "";
	size_t seen = 0;
	FILE *f = fopen(TESTS_DATA "/../../etc/scepd.conf", "r");

	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT_EQUAL_FATAL(conf_dir_make(&t), 0);
	while (fgets(line, sizeof line, f) != NULL) {
		const char *setting = strncmp(line, "# ", 2) == 0 ? line + 2 : line;

		for (const struct conf_key *k = conf_keys(); k->path != NULL; k++) {
			size_t n = strlen(k->path);

			if (strncmp(setting, k->path, n) != 0 ||
			    strncmp(setting + n, " = ", 3) != 0)
				continue;
			seen++;
			if (setting != line) {
				CU_ASSERT_EQUAL(
				    strncmp(setting + n + 3, k->def, strlen(k->def)), 0);
			}
			strncat(text, setting, sizeof text - strlen(text) - 1);
		}
	}
	fclose(f);
	CU_ASSERT_TRUE(seen >= 11);
	CU_ASSERT_EQUAL(conf_read(TESTS_DATA "/../../etc/scepd.conf", &c, &e), 0);
	conf_free(&c);
	CU_ASSERT_EQUAL(conf_dir_write(&t, "scepd.conf", text), 0);
	CU_ASSERT_EQUAL(read_dir(&t, &c, &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	conf_free(&c);
	tmpdir_remove(&t);
}

CU_TestInfo conf_tests[] = {
    T(defaults_of_scepd_conf),
    T(values_of_scepd_conf),
    T(defaults_of_the_store),
    T(values_of_the_store),
    T(faults_of_the_store),
    T(faults_of_scepd_conf),
    T(long_path_of_a_socket),
    T(files_that_cannot_be_read),
    T(defaults_of_a_profile),
    T(values_of_a_profile),
    T(dates_of_challenges),
    T(faults_of_a_profile),
    T(faults_of_challenges),
    T(hash_that_is_none),
    T(two_profiles_that_mean_the_same),
    T(the_table_describes_itself),
    T(the_sample),
    CU_TEST_INFO_NULL,
};
