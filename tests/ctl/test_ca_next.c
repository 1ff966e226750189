/* SPDX-License-Identifier: ISC
 *
 * scepctl ca next and ca switch: the CA that is to follow is made with an RA for every profile, and
 * takes over when every host has it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "ca/authority.h"
#include "stage.h"
#include "store/state.h"
#include "suites.h"
#include "support/make.h"
#include "support/redis.h"

static struct stage s;
static struct test_redis redis;

static void
begin(void)
{
	stage_open(&s, "user = \"\";\nissued_log = \"\";\n"
	               "store = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&redis, s.dir.path, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|create|demo|--subject|CN=Demo,O=Test|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|vpn|--ca|demo|--challenge|dynamic"), CTL_OK);
}

static void
end(void)
{
	redis_stop(&redis);
	stage_close(&s);
}

static const char *
id_of(const char *path)
{
	return stage_cert_id(&s, path);
}

static void
report(const char *node, const char *ca, const char *ra)
{
	char text[400];

	snprintf(
	    text, sizeof text, "{\"certs\":{\"ca demo-2\":\"%s\",\"ra vpn 2\":\"%s\"}}", ca, ra);
	freeReplyObject(
	    redis_do(&redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} %s %s %s 180", node,
	        STORE_PROTOCOL, text));
}

static bool
word_is(const char *word, const char *value)
{
	redisReply *r = redis_do(&redis, "HGET {scepd}:word %s", word);
	bool same = r->type == REDIS_REPLY_NIL ? *value == '\0' : strcmp(r->str, value) == 0;

	freeReplyObject(r);
	return same;
}

/* Whether a word names a certificate, and the time that it was said. */
static bool
told(const char *word, const char *id)
{
	redisReply *r = redis_do(&redis, "HGET {scepd}:word %s", word);
	time_t now = time(NULL);
	const char *said = r->type == REDIS_REPLY_STRING && r->len > 65 ? r->str + 65 : "";
	bool yes = strncmp(said, id, 64) == 0 && said[64] == ' ' && atoll(said + 65) <= now &&
	           atoll(said + 65) > now - 60; /* behind the seal */

	freeReplyObject(r);
	return yes;
}

static bool
file_is(const char *path, const char *want)
{
	char *text = stage_text(&s, path);
	bool same = text == NULL ? want == NULL : want != NULL && strcmp(text, want) == 0;

	free(text);
	return same;
}

/* Whether the fingerprint of a certificate file was printed. */
static bool
printed_id(const char *path)
{
	X509 *cert = stage_cert(&s, path);
	char text[96];

	cert_fingerprint(cert, EVP_sha256(), text);
	X509_free(cert);
	return stage_printed(&s, text);
}

static bool
subject_is(const char *path, const char *want)
{
	X509 *cert = stage_cert(&s, path);
	char *text = X509_NAME_oneline(X509_get_subject_name(cert), NULL, 0);
	bool same = strcmp(text, want) == 0;

	OPENSSL_free(text);
	X509_free(cert);
	return same;
}

static bool
issued(const char *ca, const char *cert)
{
	X509 *a = stage_cert(&s, ca), *b = stage_cert(&s, cert);
	bool by = a != NULL && b != NULL && X509_verify(b, X509_get0_pubkey(a)) == 1;

	X509_free(a);
	X509_free(b);
	return by;
}

static void
it_is_made_with_an_ra_for_each_profile(void)
{
	char *text;

	begin();
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|lan|--ca|demo|--challenge|dynamic"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "nothing is prepared to follow demo: scepctl ca next demo"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo|--key|ec:P-384"), CTL_OK);
	CU_ASSERT_TRUE(file_is("ca/demo/next", "demo-2\n"));
	CU_ASSERT_TRUE(subject_is("ca/demo-2/ca.pem", "/O=Test/CN=Demo 2") ||
	               subject_is("ca/demo-2/ca.pem", "/CN=Demo 2/O=Test"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo-2/ca.key"), 0600);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo-2/root.key"), 0600);
	CU_ASSERT_TRUE(issued("ca/demo-2/ca.pem", "ra/vpn/ra-2.pem"));
	CU_ASSERT_TRUE(issued("ca/demo-2/ca.pem", "ra/lan/ra-2.pem"));
	CU_ASSERT_FALSE(issued("ca/demo/ca.pem", "ra/vpn/ra-2.pem"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.staged"), -1);
	text = stage_text(&s, "ca/demo/transcript.txt");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "ca next demo: demo-2 is to follow"));
	free(text);
	/* Nothing is made twice, and a profile that came later gets its RA. */
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|new|--ca|demo|--challenge|dynamic"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "demo-2 is to follow demo: give scepctl ca next demo again"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_OK);
	CU_ASSERT_TRUE(issued("ca/demo-2/ca.pem", "ra/new/ra-2.pem"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-3.pem"), -1);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo-3"), -1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo|--name|other"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "demo-2 is prepared already"));
	end();
}

static X509 *
ca_cert(int key, const char *cn, X509 *issuer, int issuer_key)
{
	return make_cert(&(struct make_cert){.key = make_rsa(2048, key),
	    .cn = cn,
	    .issuer = issuer,
	    .issuer_key = issuer != NULL ? make_rsa(2048, issuer_key) : NULL,
	    .days = 100,
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign",
	        "subjectKeyIdentifier=hash"}});
}

static void
write_pem(const char *file, X509 *cert, X509 *next, EVP_PKEY *key)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text;

	CU_ASSERT(cert == NULL || PEM_write_bio_X509(out, cert) == 1);
	CU_ASSERT(next == NULL || PEM_write_bio_X509(out, next) == 1);
	CU_ASSERT(
	    key == NULL || PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1);
	CU_ASSERT_EQUAL(BIO_write(out, "", 1), 1);
	BIO_get_mem_data(out, &text);
	stage_write(&s, file, text, key != NULL ? 0600 : 0644);
	BIO_free(out);
}

/* What stands right above the CA need not be the root. */
static void
more_than_one_stands_above(void)
{
	X509 *top, *mid, *low;

	begin();
	top = ca_cert(0, "CN=Top", NULL, 0);
	mid = ca_cert(1, "CN=Mid", top, 0);
	low = ca_cert(2, "CN=Low", mid, 1);
	CU_ASSERT_EQUAL(mkdir(stage_path(&s, "ca/deep"), 0700), 0);
	write_pem("ca/deep/ca.pem", low, NULL, NULL);
	write_pem("ca/deep/ca.key", NULL, NULL, make_rsa(2048, 2));
	write_pem("ca/deep/chain.pem", mid, top, NULL);
	write_pem("mid.key", NULL, NULL, make_rsa(2048, 1));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|deep|--root-key|@/mid.key"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "not exactly one root stands above the CA"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/deep-2"), -1);
	X509_free(top);
	X509_free(mid);
	X509_free(low);
	end();
}

static void
the_root_can_sign_it(void)
{
	begin();
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|next|demo|--root-key|@/ca/demo/ca.key"), CTL_FAILED);
	CU_ASSERT_TRUE(stage_said(&s, "is not the key of the root"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo-2"), -1);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL,
	        "ca|next|demo|--root-key|@/ca/demo/root.key|--name|heir|--subject|CN=Heir"),
	    CTL_OK);
	CU_ASSERT_TRUE(issued("ca/demo/chain.pem", "ca/heir/ca.pem"));
	CU_ASSERT_TRUE(subject_is("ca/heir/ca.pem", "/CN=Heir"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/heir/root.key"), -1);
	CU_ASSERT_TRUE(file_is("ca/demo/next", "heir\n"));
	end();
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|create|alone|--subject|CN=Alone|--single"), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|next|alone|--root-key|@/ca/demo/root.key"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "not exactly one root stands above the CA"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|alone|--name|alone"), CTL_USAGE);
	end();
}

/* It was made elsewhere, or under the root of somebody else. */
static void
one_that_is_there_is_taken(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|create|heir|--subject|CN=Heir"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo|--name|heir"), CTL_OK);
	CU_ASSERT_FALSE(stage_said(&s, "made the CA"));
	CU_ASSERT_TRUE(issued("ca/heir/ca.pem", "ra/vpn/ra-2.pem"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|heir|--name|demo"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "demo cannot follow heir, which follows it"));
	CU_ASSERT_TRUE(file_is("ca/heir/next", NULL));
	end();
}

/* The same key under another name is the same CA. */
static void
one_of_the_same_key_is_not(void)
{
	char *cert, *key;

	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|create|heir|--subject|CN=Heir"), CTL_OK);
	cert = stage_text(&s, "ca/demo/ca.pem");
	key = stage_text(&s, "ca/demo/ca.key");
	stage_write(&s, "ca/heir/ca.pem", cert, 0644);
	stage_write(&s, "ca/heir/ca.key", key, 0600);
	free(cert);
	cert = stage_text(&s, "ca/demo/chain.pem");
	stage_write(&s, "ca/heir/chain.pem", cert, 0644);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo|--name|heir"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "heir has the key of demo"));
	CU_ASSERT_TRUE(file_is("ca/demo/next", NULL));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.pem"), -1);
	free(cert);
	free(key);
	end();
}

static void
one_whose_turn_is_over_is_not(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|create|heir|--subject|CN=Heir"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|create|last|--subject|CN=Last"), CTL_OK);
	stage_write(&s, "ca/heir/successor", "last\n", 0644);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo|--name|heir"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "heir was followed itself, by last"));
	CU_ASSERT_TRUE(file_is("ca/demo/next", NULL));
	end();
}

/* What is shown of a profile is what devices get now. */
static void
a_profile_is_shown_with_the_present_one(void)
{
	char *more, *text;

	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|show|vpn|--json"), CTL_OK);
	CU_ASSERT_TRUE(printed_id("ra/vpn/ra.pem") && printed_id("ca/demo/ca.pem"));
	CU_ASSERT_FALSE(printed_id("ra/vpn/ra-2.pem"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo|--force"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|show|vpn|--json"), CTL_OK);
	CU_ASSERT_TRUE(printed_id("ra/vpn/ra-2.pem") && printed_id("ca/demo-2/ca.pem"));
	/* Of a list the first one counts. */
	text = stage_text(&s, "profiles.d/vpn.conf");
	CU_ASSERT_TRUE(
	    asprintf(&more,
	        "%s\nra = ( { certificate = \"ra/vpn/ra-2.pem\"; key = \"ra/vpn/ra-2.key\"; },"
	        "{ certificate = \"ra/vpn/ra.pem\"; key = \"ra/vpn/ra.key\"; } );\n",
	        text) > 0);
	stage_write(&s, "profiles.d/vpn.conf", more, 0640);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "profile|show|vpn|--json"), CTL_OK);
	CU_ASSERT_TRUE(printed_id("ra/vpn/ra-2.pem"));
	free(text);
	free(more);
	end();
}

/* A profile of which nothing is known does not count as one that is ready. */
static void
what_cannot_be_read_keeps_it_waiting(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_OK);
	report("one", id_of("ca/demo-2/ca.pem"), id_of("ra/vpn/ra-2.pem"));
	stage_write(&s, "ra/vpn/ra.pem", "nonsense", 0644);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "vpn cannot be looked at: "));
	CU_ASSERT_TRUE(word_is("ca:demo", ""));
	end();
}

/* A profile whose RAs the operator lists himself. */
static void
a_list_keeps_it_waiting(void)
{
	char *text, *more;

	begin();
	text = stage_text(&s, "profiles.d/vpn.conf");
	CU_ASSERT_TRUE(asprintf(&more,
	                   "%s\nra = ( { certificate = \"ra/vpn/ra.pem\"; key = "
	                   "\"ra/vpn/ra.key\"; } );\n",
	                   text) > 0);
	stage_write(&s, "profiles.d/vpn.conf", more, 0640);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_PENDING);
	CU_ASSERT_TRUE(
	    stage_said(&s, "vpn has no RA of the next CA yet: its profile lists its RAs"));
	report("one", id_of("ca/demo-2/ca.pem"), "");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "vpn has no RA of the next CA"));
	CU_ASSERT_TRUE(word_is("ca:demo", ""));
	free(text);
	free(more);
	end();
}

static void
it_takes_over_when_all_hosts_have_it(void)
{
	const char *ca, *ra;

	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_OK);
	ca = id_of("ca/demo-2/ca.pem");
	ra = id_of("ra/vpn/ra-2.pem");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "CA demo-2 waits: no host reports"));
	report("one", ca, ra);
	report("two", "00", ra);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "CA demo-2 waits: host two does not have it"));
	CU_ASSERT_FALSE(stage_said(&s, "host one"));
	report("two", ca, "00");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "RA 2 of vpn waits: host two does not have it"));
	CU_ASSERT_TRUE(word_is("ca:demo", ""));
	CU_ASSERT_TRUE(file_is("ca/demo/next", "demo-2\n"));
	report("two", ca, ra);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_OK);
	CU_ASSERT_TRUE(told("ca:demo", ca));
	CU_ASSERT_TRUE(file_is("ca/demo/next", NULL));
	CU_ASSERT_TRUE(file_is("ca/demo/successor", "demo-2\n"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list|vpn"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "demo-2  presented"));
	/* From now on the second one is what is gone on with. */
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "profile|create|lan|--ca|demo|--challenge|dynamic"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "the CA demo was followed: --ca demo-2"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "scepctl ca next demo-2"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo-2"), CTL_OK);
	CU_ASSERT_TRUE(file_is("ca/demo-2/next", "demo-3\n"));
	CU_ASSERT_TRUE(issued("ca/demo-3/ca.pem", "ra/vpn/ra-3.pem"));
	end();
}

static void
one_that_has_ended_does_not(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_OK);
	clock_fix(time(NULL) + 21LL * 365 * 86400);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo|--force"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "the certificate of demo-2 is not valid now"));
	clock_fix(0);
	end();
}

static void
a_host_takes_note(void)
{
	begin();
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo|--force"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "no host reports"));
	/* As the files of another host are. */
	CU_ASSERT_EQUAL(
	    rename(stage_path(&s, "ca/demo/successor"), stage_path(&s, "ca/demo/next")), 0);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "demo-2 has taken over already; this host has taken note"));
	CU_ASSERT_TRUE(file_is("ca/demo/successor", "demo-2\n"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_OK);
	/* The store lost it. */
	freeReplyObject(redis_do(&redis, "DEL {scepd}:word"));
	CU_ASSERT_TRUE(word_is("ca:demo", ""));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_OK);
	CU_ASSERT_TRUE(told("ca:demo", id_of("ca/demo-2/ca.pem")));
	freeReplyObject(redis_do(&redis, "DEL {scepd}:word"));
	stage_write(&s, "log", "", 0600);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|rebuild|@log"), CTL_OK);
	CU_ASSERT_TRUE(told("ca:demo", id_of("ca/demo-2/ca.pem")));
	end();
}

/* Two hosts that each make one would have two CAs of one name. */
static void
what_another_host_made_is_not_made_again(void)
{
	begin();
	report("one", "00", "11");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "host one has a CA demo-2, which is not here"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo-2"), -1);
	CU_ASSERT_TRUE(file_is("ca/demo/next", NULL));
	end();
}

static void
without_the_store(void)
{
	begin();
	redis_stop(&redis);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|next|demo"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_mode(&s, "ca/demo-2"), -1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ca|switch|demo"), CTL_FAILED);
	stage_close(&s);
}

CU_TestInfo ca_next_tests[] = {
    T(it_is_made_with_an_ra_for_each_profile),
    T(the_root_can_sign_it),
    T(more_than_one_stands_above),
    T(one_that_is_there_is_taken),
    T(one_of_the_same_key_is_not),
    T(one_whose_turn_is_over_is_not),
    T(a_profile_is_shown_with_the_present_one),
    T(what_cannot_be_read_keeps_it_waiting),
    T(a_list_keeps_it_waiting),
    T(it_takes_over_when_all_hosts_have_it),
    T(one_that_has_ended_does_not),
    T(a_host_takes_note),
    T(what_another_host_made_is_not_made_again),
    T(without_the_store),
    CU_TEST_INFO_NULL,
};
