/* SPDX-License-Identifier: ISC
 *
 * TLS to the store: the certificate must be one of the given CA and of the expected name. Where
 * hiredis has no TLS the configuration is refused, and says what to do instead.
 */
#include <string.h>

#include "config.h"
#include "suites.h"
#include "support/redis.h"
#include "tmpdir.h"

#ifdef HAVE_HIREDIS_SSL

#include <openssl/pem.h>

#include "support/make.h"

static struct tmpdir dir;
static struct test_redis redis;
static char address[32], ca_file[PATH_MAX], other_file[PATH_MAX];

static void
write_pem(const char *name, const X509 *cert, EVP_PKEY *key)
{
	FILE *f = fopen(tmpdir_path(&dir, name), "w");

	if (f == NULL || (cert != NULL && PEM_write_X509(f, cert) != 1) ||
	    (key != NULL && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1))
		abort();
	fclose(f);
}

static int
start(void)
{
	EVP_PKEY *ca_key = make_rsa(2048, 0), *key = make_rsa(2048, 1);
	X509 *ca, *cert;
	char options[PATH_MAX * 3];
	int port;

	if (tmpdir_make(&dir) != 0)
		return -1;
	ca = make_cert(&(struct make_cert){.key = ca_key,
	    .cn = "CN=Test CA",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"}});
	cert = make_cert(&(struct make_cert){.key = key,
	    .cn = "CN=localhost",
	    .issuer = ca,
	    .issuer_key = ca_key,
	    .serial = 5,
	    .exts = {"subjectAltName=DNS:localhost,IP:127.0.0.1"}});
	write_pem("ca.pem", ca, NULL);
	write_pem("other.pem", cert, NULL);
	write_pem("server.pem", cert, NULL);
	write_pem("server.key", NULL, key);
	X509_free(ca);
	X509_free(cert);
	snprintf(ca_file, sizeof ca_file, "%s/ca.pem", dir.path);
	snprintf(other_file, sizeof other_file, "%s/other.pem", dir.path);
	port = redis_free_port();
	snprintf(address, sizeof address, "127.0.0.1:%d", port);
	snprintf(options, sizeof options,
	    "bind 127.0.0.1 127.0.0.2\ntls-port %d\ntls-cert-file %s/server.pem\ntls-key-file "
	    "%s/server.key\ntls-ca-cert-file %s/ca.pem\ntls-auth-clients no\n",
	    port, dir.path, dir.path, dir.path);
	redis_start(&redis, dir.path, options);
	return 0;
}

static int
stop(void)
{
	redis_stop(&redis);
	tmpdir_remove(&dir);
	return 0;
}

static int
connects(char *ca, const char *name, struct err *e)
{
	struct store_conf c = redis_conf(&redis);
	static int round;
	char text[64];
	struct store *s;
	int rc = -1;

	snprintf(text, sizeof text, "%s", name);
	c.server = address;
	c.tls = true;
	c.tls_ca_file = ca;
	c.tls_name = text;
	s = store_new(&c, (struct view){0}, view_of(test_pepper, sizeof test_pepper), e);
	if (s != NULL)
		rc = worker_day(s, ++round, e);
	store_free(s);
	return rc;
}

static void
the_right_server_is_believed(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(connects(ca_file, "localhost", &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
}

static void
another_ca_is_not(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(connects(other_file, "localhost", &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
}

static void
another_name_is_not(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(connects(ca_file, "other.example", &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
}

/* Without a name in the configuration it is the host that is connected to. */
static void
the_host_is_the_expected_name(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(connects(ca_file, "", &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	/* The same server by an address that its certificate does not name. */
	snprintf(address, sizeof address, "127.0.0.2:%d", atoi(strchr(address, ':') + 1));
	CU_ASSERT_EQUAL(connects(ca_file, "", &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	err_clear(&e);
	CU_ASSERT_EQUAL(connects(ca_file, "localhost", &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
}

static CU_TestInfo tests[] = {
    T(the_right_server_is_believed),
    T(another_ca_is_not),
    T(another_name_is_not),
    T(the_host_is_the_expected_name),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo tls_suite = {"tls", start, stop, NULL, NULL, tests};

#else

static void
without_tls_it_is_refused(void)
{
	struct test_redis nowhere = {0};
	struct store_conf c = redis_conf(&nowhere);
	struct err e = ERR_INIT;

	c.tls = true;
	CU_ASSERT_PTR_NULL(
	    store_new(&c, (struct view){0}, view_of(test_pepper, sizeof test_pepper), &e));
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "stunnel"));
}

static CU_TestInfo tests[] = {
    T(without_tls_it_is_refused),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo tls_suite = {"tls", NULL, NULL, NULL, NULL, tests};

#endif
