/* SPDX-License-Identifier: ISC
 *
 * scepctl cert import: what another software issued under the same CA is taken over as it stands,
 * with what its index says of revocations, and once however often it is done.
 */
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "base/ossl.h"
#include "ctl/index_txt.h"
#include "stage.h"
#include "suites.h"
#include "support/make.h"
#include "support/redis.h"

static struct stage s;
static struct test_redis redis;
static X509 *ca;
static EVP_PKEY *ca_key;

static void
begin(void)
{
	stage_open(&s, "user = \"\";\nissued_log = \"./issued.log\";\n"
	               "store = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&redis, s.dir.path, NULL);
	CU_ASSERT_EQUAL_FATAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "ca|create|demo|--single|--subject|CN=Demo|--key|ec:P-256"), 0);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|p|--ca|demo|--challenge|static|--generate"), 0);
	ca = stage_cert(&s, "ca/demo/ca.pem");
	ca_key = stage_key(&s, "ca/demo/ca.key", NULL);
	CU_ASSERT_FATAL(ca != NULL && ca_key != NULL);
	CU_ASSERT_EQUAL_FATAL(mkdir(stage_path(&s, "depot"), 0700), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(stage_path(&s, "depot/newcerts"), 0700), 0);
}

static void
end(void)
{
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	redis_stop(&redis);
	stage_close(&s);
}

/* A certificate of that serial number, as PEM or DER; of another CA without `ours`. */
static void
issue(const char *file, long serial, const char *cn, long days, bool ours, bool der)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_ec("P-256"),
	    .cn = cn,
	    .issuer = ca,
	    .issuer_key = ours ? ca_key : make_ec("P-384"),
	    .serial = serial,
	    .start = -86400 * 400,
	    .days = days});
	FILE *f = fopen(stage_path(&s, file), "we");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL(der ? i2d_X509_fp(f, cert) : PEM_write_X509(f, cert), 1);
	fclose(f);
	X509_free(cert);
}

/* As micromdm keeps it: certificates by name and number, the CA, and an index. */
static void
make_depot(void)
{
	char *pem = stage_text(&s, "ca/demo/ca.pem");

	stage_write(&s, "depot/ca.pem", pem, 0600);
	stage_write(&s, "depot/ca.key", "not read", 0000);
	stage_write(&s, "depot/serial", "05\n", 0600);
	issue("depot/one.2.pem", 2, "CN=one", 30, true, false);
	/* Whatever is in it, a key is none of the command's business. */
	issue("depot/secret.key", 5, "CN=secret", 30, true, false);
	issue("depot/newcerts/two", 0x1234, "CN=two", 30, true, true);
	issue("depot/old.4.pem", 4, "CN=old", -390, true, false);
	issue("depot/alien.9.pem", 9, "CN=alien", 30, false, false);
	stage_write(&s, "depot/index.txt",
	    "V\t361231235959Z\t\t02\tone.2.pem\t/CN=one\n"
	    "R\t361231235959Z\t240203040506Z,keyCompromise\t1234\tunknown\t/CN=two\n"
	    "E\t240101000000Z\t\t04\told.4.pem\t/CN=old\n"
	    "R\t361231235959Z\t240203040506Z\t77\tlost.pem\t/CN=lost\n"
	    "R\t240101000000Z\t230203040506Z\t78\tended.pem\t/CN=ended\n",
	    0600);
	free(pem);
}

static int
lines_of_log(void)
{
	char *text = stage_text(&s, "issued.log");
	int n = 0;

	for (const char *p = text; p != NULL && *p != '\0'; p++)
		n += *p == '\n';
	free(text);
	return n;
}

static void
a_depot_moves_in_once(void)
{
	begin();
	make_depot();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|--dry-run|@/depot"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "2 certificates and 2 revocations to import, 0 were there"));
	CU_ASSERT_EQUAL(lines_of_log(), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|list"), CTL_OK);
	CU_ASSERT(!stage_printed(&s, "CN=one"));

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|@/depot"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "2 certificates and 2 revocations imported, 0 were there"));
	CU_ASSERT(stage_printed(&s, "2 expired too long ago"));
	CU_ASSERT(stage_printed(&s, "1 left out: not of CA demo"));
	CU_ASSERT(stage_said(&s, "depot/alien.9.pem: not issued by this CA"));
	CU_ASSERT_EQUAL(lines_of_log(), 4);
	/* Who has a certificate that was not among the files is revoked all the same. */
	CU_ASSERT(stage_printed(&s, "1 of the revoked serial numbers have no certificate here"));
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:rvk:demo 77"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:rvk:demo 78"), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|show|02"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "valid") && stage_printed(&s, "import"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|show|12:34"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "revoked") && stage_printed(&s, "keyCompromise"));

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|@/depot"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "0 certificates and 0 revocations imported, 2 were there"));
	/* What has a record that says so is not revoked again. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|--dry-run|@/depot"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "0 certificates and 1 revocations to import, 2 were there"));
	end();
}

/* The log of the host brings all of it back. */
static void
what_moved_in_survives_the_store(void)
{
	begin();
	make_depot();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|@/depot"), CTL_OK);
	freeReplyObject(redis_do(&redis, "FLUSHALL"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@/issued.log"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "2 certificates and 2 intents and revocations restored"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|show|1234"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "revoked"));
	end();
}

static void
what_cannot_be_imported_says_why(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|q|@/depot"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|@/depot"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|@/absent"), CTL_FAILED);
	CU_ASSERT(stage_said(&s, "absent: No such file"));
	stage_write(&s, "depot/index.txt", "V\t361231235959Z\t\t02\tone.2.pem\n", 0600);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|@/depot"), CTL_FAILED);
	CU_ASSERT(stage_said(&s, "index.txt is no index of six columns"));
	stage_write(&s, "depot/index.txt", "R\t361231235959Z\tyesterday\t02\tx\t/CN=x\n", 0600);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|p|@/depot"), CTL_FAILED);
	CU_ASSERT(stage_said(&s, "index.txt: certificate 1 of the index has another form"));
	end();
}

/* A list of the CA with one serial number on it; by another key it is nobody's. */
static void
write_list(const char *file, long number, EVP_PKEY *key)
{
	X509_CRL *list = X509_CRL_new();
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *now = X509_gmtime_adj(NULL, -60), *later = X509_gmtime_adj(NULL, 3600);
	ASN1_INTEGER *serial = ASN1_INTEGER_new(), *n = ASN1_INTEGER_new();
	FILE *f = fopen(stage_path(&s, file), "we");

	ASN1_INTEGER_set(serial, 0x4711);
	ASN1_INTEGER_set(n, number);
	X509_REVOKED_set_serialNumber(entry, serial);
	X509_REVOKED_set_revocationDate(entry, now);
	X509_CRL_set_version(list, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(list, X509_get_subject_name(ca));
	X509_CRL_set1_lastUpdate(list, now);
	X509_CRL_set1_nextUpdate(list, later);
	X509_CRL_add0_revoked(list, entry);
	CU_ASSERT_EQUAL(X509_CRL_add1_ext_i2d(list, NID_crl_number, n, 0, 0), 1);
	CU_ASSERT(X509_CRL_sign(list, key, EVP_sha256()) > 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL(PEM_write_X509_CRL(f, list), 1);
	fclose(f);
	X509_CRL_free(list);
	ASN1_TIME_free(now);
	ASN1_TIME_free(later);
	ASN1_INTEGER_free(serial);
	ASN1_INTEGER_free(n);
}

static void
a_list_moves_in(void)
{
	begin();
	write_list("alien.crl", 7, make_ec("P-384"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|import|--ca|demo|@/alien.crl"), CTL_FAILED);
	stage_write(&s, "text.crl", "no list", 0600);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|import|--ca|demo|@/text.crl"), CTL_FAILED);
	CU_ASSERT_EQUAL(lines_of_log(), 0);
	write_list("demo.crl", 7, ca_key);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|import|--ca|demo|@/demo.crl"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "1 serial numbers revoked, 0 were"));
	CU_ASSERT(stage_printed(&s, "after number 7"));
	CU_ASSERT_EQUAL(lines_of_log(), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:rev:demo"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:rvk:demo 4711"), 1);
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:crl:demo number"), 7);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|import|--ca|demo|@/demo.crl"), CTL_OK);
	CU_ASSERT(stage_printed(&s, "0 serial numbers revoked, 1 were"));
	end();
}

/* An imported CA has a past, and no list before that was told. */
static void
expect_wanted(const char *ca_name, bool wanted)
{
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|show|%s", ca_name), CTL_OK);
	CU_ASSERT_EQUAL(stage_printed(&s, "its revocations are not known"), wanted);
	CU_ASSERT_EQUAL(stage_printed(&s, "alarm"), wanted);
}

static void
an_imported_ca_has_a_past(void)
{
	begin();
	make_depot();
	expect_wanted("demo", false);
	for (int i = 0; i < 3; i++) {
		char name[8];

		snprintf(name, sizeof name, "fleet%d", i);
		CU_ASSERT_EQUAL(
		    stage_run(&s, NULL,
		        "ca|import|%s|--cert|@/ca/demo/ca.pem|--key|@/ca/demo/ca.key", name),
		    CTL_OK);
		expect_wanted(name, true);
	}
	write_list("fleet.crl", 7, ca_key);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|import|--ca|fleet0|@/fleet.crl"), CTL_OK);
	CU_ASSERT_EQUAL(redis_int(&redis, "HEXISTS {scepd}:word history:fleet0"), 1);
	expect_wanted("fleet0", false);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|publish|fleet1"), CTL_OK);
	expect_wanted("fleet1", true);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "crl|publish|fleet1|--no-history"), CTL_OK);
	expect_wanted("fleet1", false);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|f|--ca|fleet2|--challenge|static|--generate"), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|f|@/depot/one.2.pem"), CTL_OK);
	expect_wanted("fleet2", true);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "cert|import|--profile|f|@/depot"), CTL_OK);
	expect_wanted("fleet2", false);
	end();
}

static void
serial_numbers_take_one_form(void)
{
	static const char *const same[][2] = {{"2", "02"}, {"02", "02"}, {"0002", "02"},
	    {"AB:cd", "abcd"}, {"1abc", "1abc"}, {"00:0A:bc", "0abc"}, {"0", "00"}, {"", "00"},
	    {"7fffffffffffffffffffffffffffffffffffffff",
	        "7fffffffffffffffffffffffffffffffffffffff"}};
	struct err e = ERR_INIT;
	char out[2 * SERIAL_LEN + 1];

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		CU_ASSERT_EQUAL(serial_read(same[i][0], out, &e), 0);
		CU_ASSERT_STRING_EQUAL(out, same[i][1]);
	}
	CU_ASSERT_EQUAL(serial_read("12g4", out, &e), -1);
	CU_ASSERT_EQUAL(serial_read("17fffffffffffffffffffffffffffffffffffffff0", out, &e), -1);
}

CU_TestInfo import_tests[] = {
    T(a_depot_moves_in_once),
    T(what_moved_in_survives_the_store),
    T(what_cannot_be_imported_says_why),
    T(a_list_moves_in),
    T(an_imported_ca_has_a_past),
    T(serial_numbers_take_one_form),
    CU_TEST_INFO_NULL,
};
