/* SPDX-License-Identifier: ISC
 *
 * scepctl ra: a new RA takes effect when every host has it, an old one goes when nobody uses it.
 */
#include <string.h>

#include <jansson.h>
#include <openssl/x509v3.h>

#include "stage.h"
#include "store/state.h"
#include "suites.h"
#include "support/redis.h"

static struct stage s;
static struct test_redis redis;

static void
begin(const char *more)
{
	stage_open(&s, "user = \"\";\nissued_log = \"\";\n"
	               "store = { server = \"./redis.sock\"; durability = \"none\"; };\n");
	redis_start(&redis, s.dir.path, NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|init"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "store|install"), CTL_OK);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ca|create|demo|--subject|CN=Demo,O=Test|--key|ec:P-256"), CTL_OK);
	CU_ASSERT_EQUAL_FATAL(
	    stage_run(&s, NULL, "profile|create|vpn|--ca|demo|--challenge|dynamic%s", more),
	    CTL_OK);
}

static void
end(void)
{
	redis_stop(&redis);
	stage_close(&s);
}

/* The fingerprint of a certificate of the profile. */
static const char *
id_of(const char *file)
{
	char path[80];

	snprintf(path, sizeof path, "ra/vpn/%s", file);
	return stage_cert_id(&s, path);
}

/* A host reports that it has these RAs (NULL: not). */
static void
report(const char *node, const char *one, const char *two)
{
	char text[400];

	snprintf(text, sizeof text, "{\"certs\":{\"ca demo\":\"00\"%s%s\"%s%s\"}}",
	    one != NULL ? ",\"ra vpn\":\"" : ",\"x\":\"", one != NULL ? one : "",
	    two != NULL ? ",\"ra vpn 2\":\"" : ",\"y\":\"", two != NULL ? two : "");
	freeReplyObject(
	    redis_do(&redis, "FCALL scepd" STORE_PROTOCOL "_report 1 {scepd} %s %s %s 180", node,
	        STORE_PROTOCOL, text));
}

/* What all hosts are told to present. */
static bool
told(const char *id)
{
	struct conf c;
	struct err e = ERR_INIT;
	redisReply *r;
	bool same;

	CU_ASSERT_EQUAL_FATAL(conf_read(s.conf, &c, &e), 0);
	r = redis_do(&redis, "HGET {scepd}:word ra:%s", c.profiles[0].profile.id);
	same = r->type == REDIS_REPLY_NIL ? *id == '\0'
	                                  : strcmp(r->str + 65, id) == 0; /* behind the seal */
	freeReplyObject(r);
	conf_free(&c);
	return same;
}

static const char *
state_of(int ra)
{
	static char state[32];
	json_t *rows, *row;
	size_t i;

	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list|vpn|--json"), CTL_OK);
	rows = json_loads(s.out, 0, NULL);
	snprintf(state, sizeof state, "none");
	json_array_foreach(rows, i, row)
	{
		if (json_integer_value(json_object_get(row, "ra")) == ra)
			snprintf(state, sizeof state, "%s",
			    json_string_value(json_object_get(row, "state")));
	}
	json_decref(rows);
	return state;
}

static void
it_waits_for_every_host(void)
{
	begin("");
	/* Nobody serves. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "made RA 2 of vpn"));
	CU_ASSERT_TRUE(stage_said(&s, "RA 2 of vpn waits: no host reports"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.key"), 0600);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.pem"), 0644);
	CU_ASSERT_STRING_EQUAL(state_of(1), "presented");
	CU_ASSERT_STRING_EQUAL(state_of(2), "waits");
	report("one", id_of("ra.pem"), id_of("ra-2.pem"));
	report("two", id_of("ra.pem"), NULL);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_PENDING);
	CU_ASSERT_FALSE(stage_said(&s, "made RA"));
	CU_ASSERT_FALSE(stage_said(&s, "host one"));
	CU_ASSERT_TRUE(stage_said(&s, "RA 2 of vpn waits: host two does not have it"));
	CU_ASSERT_TRUE(stage_said(&s, "bundle import"));
	CU_ASSERT_TRUE(told(""));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "1 of 2"));
	CU_ASSERT_TRUE(stage_printed(&s, "2 of 2"));

	report("two", id_of("ra.pem"), id_of("ra-2.pem"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_OK);
	CU_ASSERT_TRUE(told(id_of("ra-2.pem")));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.staged"), -1);
	CU_ASSERT_STRING_EQUAL(state_of(1), "answers");
	CU_ASSERT_STRING_EQUAL(state_of(2), "presented");
	end();
}

static void
a_host_takes_note_of_what_another_did(void)
{
	begin("");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "no host reports"));
	CU_ASSERT_TRUE(told(id_of("ra-2.pem")));
	stage_write(&s, "ra/vpn/ra-2.staged", "", 0644); /* as a bundle of the first host had it */
	CU_ASSERT_STRING_EQUAL(state_of(2), "presented");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "presented already"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.staged"), -1);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-3.pem"), -1);
	end();
}

/* The same number for two keys would never be put right. */
static void
what_another_host_made_is_not_made_again(void)
{
	begin("");
	report("one", id_of("ra.pem"), "aa");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "host one has RA 2 of vpn, which is not here"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.pem"), -1);
	end();
}

static void
the_new_one_is_like_the_old_one(void)
{
	X509 *cert;

	begin("|--key|rsa:3072|--ra-eku|clientAuth|--ra-keys|2");
	cert = stage_cert(&s, "ra/vpn/ra-sign.pem");
	CU_ASSERT_EQUAL(X509_get_key_usage(cert), X509v3_KU_DIGITAL_SIGNATURE);
	X509_free(cert);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	cert = stage_cert(&s, "ra/vpn/ra-2.pem");
	CU_ASSERT_EQUAL(EVP_PKEY_get_bits(X509_get0_pubkey(cert)), 3072);
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(cert), XKU_SSL_CLIENT);
	CU_ASSERT_EQUAL(X509_get_key_usage(cert), X509v3_KU_KEY_ENCIPHERMENT);
	X509_free(cert);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2-sign.key"), 0600);
	CU_ASSERT_EQUAL(
	    stage_run(&s, NULL, "ra|rotate|vpn|--force|--key|rsa:2048|--ra-keys|1|--ra-eku|none"),
	    CTL_OK);
	cert = stage_cert(&s, "ra/vpn/ra-3.pem");
	CU_ASSERT_EQUAL(EVP_PKEY_get_bits(X509_get0_pubkey(cert)), 2048);
	CU_ASSERT_EQUAL(X509_get_extended_key_usage(cert), UINT32_MAX);
	CU_ASSERT_EQUAL(
	    X509_get_key_usage(cert), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_ENCIPHERMENT);
	X509_free(cert);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-3-sign.pem"), -1);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--ra-keys|3"), CTL_USAGE);
	end();
}

static void
use(const char *id, const char *when)
{
	freeReplyObject(redis_do(&redis, "HSET {scepd}:used ra:%s %s", id, when));
}

static void
one_in_use_is_not_taken_away(void)
{
	char when[32], *transcript;

	begin("");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|1"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "RA 1 of vpn is what clients are given"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|2"), CTL_USAGE);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|3"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "vpn has no RA 3"));
	/* A store that was lost does not know it. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|1"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "The store knows of no use of RA 1 of vpn"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra.key"), 0600);
	snprintf(when, sizeof when, "%lld", (long long)time(NULL) - 29 * 86400);
	use(id_of("ra.pem"), when);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list|vpn"), CTL_OK);
	CU_ASSERT_TRUE(stage_printed(&s, "answers"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|1"), CTL_PENDING);
	CU_ASSERT_TRUE(stage_said(&s, "RA 1 of vpn was used 29 days ago"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra.key"), 0600);
	snprintf(when, sizeof when, "%lld", (long long)time(NULL) - 30 * 86400 - 60);
	use(id_of("ra.pem"), when);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|%.8s", id_of("ra.pem")), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "Do the same on the others"));
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra.key"), -1);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra.pem"), -1);
	CU_ASSERT_STRING_EQUAL(state_of(1), "none");
	CU_ASSERT_STRING_EQUAL(state_of(2), "presented");
	transcript = stage_text(&s, "ca/demo/transcript.txt");
	CU_ASSERT_PTR_NOT_NULL(strstr(transcript, "ra retire vpn 1"));
	free(transcript);
	/* The number is not given again. */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	CU_ASSERT_STRING_EQUAL(state_of(3), "presented");
	snprintf(when, sizeof when, "%lld", (long long)time(NULL));
	use(id_of("ra-2.pem"), when);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|2|--force"), CTL_OK);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.key"), -1);
	end();
}

static void
a_list_is_the_operators(void)
{
	char *text, *more;

	begin("");
	text = stage_text(&s, "profiles.d/vpn.conf");
	CU_ASSERT_TRUE(asprintf(&more,
	                   "%s\nra = ( { certificate = \"ra/vpn/ra.pem\"; key = "
	                   "\"ra/vpn/ra.key\"; } );\n",
	                   text) > 0);
	stage_write(&s, "profiles.d/vpn.conf", more, 0640);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "lists its RAs"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|1"), CTL_USAGE);
	CU_ASSERT_TRUE(stage_said(&s, "lists its RAs"));
	CU_ASSERT_STRING_EQUAL(state_of(1), "presented");
	free(text);
	free(more);
	end();
}

static void
without_the_store(void)
{
	begin("");
	redis_stop(&redis);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "The store does not answer"));
	CU_ASSERT_TRUE(stage_printed(&s, "presented"));
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_mode(&s, "ra/vpn/ra-2.pem"), -1); /* no key was made in vain */
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|retire|vpn|1"), CTL_FAILED);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|list|lan"), CTL_USAGE);
	stage_close(&s);
}

/* On a host that was not told of an earlier rotation. */
static void
an_old_mark_means_nothing(void)
{
	begin("");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	CU_ASSERT_TRUE(told(id_of("ra-3.pem")));
	stage_write(&s, "ra/vpn/ra-2.staged", "", 0644);
	CU_ASSERT_STRING_EQUAL(state_of(2), "answers");
	CU_ASSERT_EQUAL(stage_run(&s, NULL, "ra|rotate|vpn|--force"), CTL_OK);
	CU_ASSERT_TRUE(stage_said(&s, "made RA 4 of vpn"));
	CU_ASSERT_TRUE(told(id_of("ra-4.pem")));
	end();
}

CU_TestInfo ra_tests[] = {
    T(it_waits_for_every_host),
    T(a_host_takes_note_of_what_another_did),
    T(what_another_host_made_is_not_made_again),
    T(the_new_one_is_like_the_old_one),
    T(one_in_use_is_not_taken_away),
    T(a_list_is_the_operators),
    T(without_the_store),
    T(an_old_mark_means_nothing),
    CU_TEST_INFO_NULL,
};
