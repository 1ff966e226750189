/* SPDX-License-Identifier: ISC
 *
 * The defaults, and the two small vocabularies: names of profiles and of key usages.
 */
#include <stdlib.h>
#include <string.h>

#include "ca/profile.h"
#include "make.h"
#include "suites.h"

static void
the_defaults(void)
{
	struct err e = ERR_INIT;
	struct profile p;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	CU_ASSERT_STRING_EQUAL(p.name, "");
	CU_ASSERT_STRING_EQUAL(p.id, "");
	CU_ASSERT_STRING_EQUAL(p.ca, "");
	CU_ASSERT_EQUAL(p.challenge_type, CHALLENGE_STATIC);
	CU_ASSERT_EQUAL(p.challenges.n, 0);
	CU_ASSERT_EQUAL(p.challenge_expiry_minutes, 60);
	CU_ASSERT_EQUAL(p.max_pending_challenges, 100);
	CU_ASSERT(
	    p.include_ca_certificate && p.include_root && p.allow_renewal && p.fail_info_text);
	CU_ASSERT(
	    !p.chain_in_reply && !p.signer_must_match && !p.bad_cipher_cert_rep && !p.allow_upn);
	CU_ASSERT_EQUAL(p.algs.digests, ALGS_ALL.digests);
	CU_ASSERT_EQUAL(p.algs.ciphers, ALGS_ALL.ciphers);
	CU_ASSERT_EQUAL(p.signing_time_window, 0);
	CU_ASSERT_EQUAL(p.validity, 31536000);
	CU_ASSERT_EQUAL(p.backdate, 600);
	CU_ASSERT_EQUAL(p.key_usage, USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT);
	CU_ASSERT_EQUAL_FATAL(sk_ASN1_OBJECT_num(p.ext_key_usage), 1);
	CU_ASSERT_EQUAL(OBJ_obj2nid(sk_ASN1_OBJECT_value(p.ext_key_usage, 0)), NID_client_auth);
	CU_ASSERT_EQUAL(p.min_rsa_bits, 2048);
	CU_ASSERT(p.allow_ec && !p.allow_ed25519);
	profile_free(&p);
}

/* What decides over a certificate that was issued: when it changes, the same request by a static
 * challenge is answered anew. */
static void
the_settings_of_a_certificate(void)
{
	X509 *ca = make_ca((struct make_ca){.cn = "CA", .key = KEY_P256}),
	     *renewed =
	         make_ca((struct make_ca){.cn = "CA", .key = KEY_P256, .not_after = NOW + DAY});
	uint8_t seen[10][32];
	struct err e = ERR_INIT;
	struct profile p;
	size_t n = 0;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	CU_ASSERT_EQUAL(profile_settings(&p, renewed, seen[n++], &e), 0);
	p.validity++;
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	p.validity--;
	p.backdate++;
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	p.backdate--;
	p.key_usage = USAGE_DIGITAL_SIGNATURE;
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	p.key_usage |= USAGE_KEY_ENCIPHERMENT;
	p.crl_url = strdup("http://a");
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	p.ca_url = p.crl_url;
	p.crl_url = NULL;
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	free(p.ca_url);
	p.ca_url = NULL;
	CU_ASSERT_TRUE(sk_ASN1_OBJECT_push(p.ext_key_usage, OBJ_nid2obj(NID_server_auth)) > 0);
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	ASN1_OBJECT_free(sk_ASN1_OBJECT_shift(p.ext_key_usage));
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n++], &e), 0);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			CU_ASSERT(memcmp(seen[i], seen[j], 32) != 0);
	sk_ASN1_OBJECT_pop(p.ext_key_usage);
	CU_ASSERT_TRUE(sk_ASN1_OBJECT_push(p.ext_key_usage, OBJ_nid2obj(NID_client_auth)) > 0);
	p.chain_in_reply = p.signer_must_match = true; /* of the answer, and of who may ask */
	p.min_rsa_bits = 3072;
	CU_ASSERT_EQUAL(profile_settings(&p, ca, seen[n], &e), 0);
	CU_ASSERT_EQUAL(memcmp(seen[0], seen[n], 32), 0);
	profile_free(&p);
	X509_free(ca);
	X509_free(renewed);
}

static void
everything_owned_is_freed(void)
{
	struct err e = ERR_INIT;
	struct profile p;

	CU_ASSERT_EQUAL_FATAL(profile_init(&p, &e), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p.paths = calloc(1, sizeof *p.paths));
	CU_ASSERT_PTR_NOT_NULL_FATAL(p.paths[0] = strdup("/cgi-bin/pkiclient.exe"));
	p.n_paths = 1;
	profile_free(&p);
	CU_ASSERT_PTR_NULL(p.paths);
	CU_ASSERT_PTR_NULL(p.ext_key_usage);
	CU_ASSERT_EQUAL(p.n_paths, 0);
	profile_free(&p);
	profile_free(NULL);
}

static void
names_of_profiles(void)
{
	static const char *const good[] = {"vpn", "a", "0", "Wi-Fi_2.guest", "A.-_"};
	static const char *const bad[] = {
	    "", ".", "..", ".hidden", "-t", "_x", "a/b", "a b", "a\n", "\xc3\xa9"};
	char longest[PROFILE_NAME_MAX + 2];

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		CU_ASSERT(profile_name_ok(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CU_ASSERT(!profile_name_ok(bad[i]));
	memset(longest, 'x', sizeof longest);
	longest[PROFILE_NAME_MAX] = '\0';
	CU_ASSERT(profile_name_ok(longest));
	longest[PROFILE_NAME_MAX] = 'x';
	longest[PROFILE_NAME_MAX + 1] = '\0';
	CU_ASSERT(!profile_name_ok(longest));
}

static void
names_of_key_usages(void)
{
	static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
	    "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
	    "decipherOnly"};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		CU_ASSERT_EQUAL(key_usage_read(names[i]), USAGE_BIT(i));
		CU_ASSERT_PTR_NOT_NULL_FATAL(key_usage_name(USAGE_BIT(i)));
		CU_ASSERT_STRING_EQUAL(key_usage_name(USAGE_BIT(i)), names[i]);
	}
	CU_ASSERT_EQUAL(key_usage_read("contentCommitment"), USAGE_NON_REPUDIATION);
	CU_ASSERT_EQUAL(key_usage_read("digitalsignature"), 0);
	CU_ASSERT_EQUAL(key_usage_read(""), 0);
	CU_ASSERT_PTR_NULL(key_usage_name(0));
	CU_ASSERT_PTR_NULL(key_usage_name(USAGE_BIT(9)));
}

CU_TestInfo profile_tests[] = {
    T(the_defaults),
    T(the_settings_of_a_certificate),
    T(everything_owned_is_freed),
    T(names_of_profiles),
    T(names_of_key_usages),
    CU_TEST_INFO_NULL,
};
