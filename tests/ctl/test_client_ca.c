/* SPDX-License-Identifier: ISC
 *
 * Whom a client believes: what GetCACert gave, with and without a fingerprint.
 */
#include <string.h>

#include "ca/authority.h"
#include "ctl/client.h"
#include "fake.h"
#include "suites.h"

/* Reads these certificates (NULL ends) as a server's answer. */
static enum err_code
read_ca(const char *fingerprint, struct client_ca *ca, X509 *const *given)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	struct err e = ERR_INIT;
	struct buf der = {0};

	for (; *given != NULL; given++)
		sk_X509_push(certs, *given);
	if (certs_only_write((struct view){0}, certs, (struct view){0}, &der) != 0)
		CU_FAIL_FATAL("certs-only");
	if (client_ca_read(view_str("AES\n"), buf_view(&der), fingerprint, ca, &e) == 0)
		e.code = ERR_OK;
	sk_X509_free(certs);
	buf_free(&der);
	return e.code;
}

#define READ(fingerprint, ca, ...) read_ca(fingerprint, ca, (X509 *const[]){__VA_ARGS__, NULL})

static bool
is(const X509 *found, const X509 *expected)
{
	return found != NULL && X509_cmp(found, expected) == 0;
}

static void
roles_are_found(void)
{
	struct client_ca ca;
	struct fake f;

	fake_open(&f);
	CU_ASSERT_EQUAL_FATAL(READ(NULL, &ca, f.ra, f.ca, f.root), ERR_OK);
	CU_ASSERT_TRUE(is(ca.encrypt, f.ra));
	CU_ASSERT_TRUE(is(ca.issuer, f.ca));
	CU_ASSERT_EQUAL(sk_X509_num(ca.certs), 3);
	CU_ASSERT_TRUE(ca.caps.aes);
	client_ca_free(&ca);
	/* In another order, and without the root. */
	CU_ASSERT_EQUAL_FATAL(READ(NULL, &ca, f.ca, f.ra), ERR_OK);
	CU_ASSERT_TRUE(is(ca.encrypt, f.ra));
	CU_ASSERT_TRUE(is(ca.issuer, f.ca));
	client_ca_free(&ca);
	/* An RA alone. */
	CU_ASSERT_EQUAL_FATAL(READ(NULL, &ca, f.ra), ERR_OK);
	CU_ASSERT_TRUE(is(ca.encrypt, f.ra));
	CU_ASSERT_PTR_NULL(ca.issuer);
	client_ca_free(&ca);
	fake_close(&f);
}

/* Elsewhere a CA is its own RA, and comes as a bare certificate. */
static void
a_bare_ca_is_read(void)
{
	X509 *cert = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=Old CA",
	    .exts = {"basicConstraints=CA:TRUE",
	        "keyUsage=keyCertSign,digitalSignature,keyEncipherment"}});
	struct buf der = {0};
	struct client_ca ca;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, cert, ASN1_ITEM_rptr(X509)), 0);
	CU_ASSERT_EQUAL_FATAL(client_ca_read(view_str(""), buf_view(&der), NULL, &ca, &e), 0);
	CU_ASSERT_TRUE(is(ca.encrypt, cert));
	CU_ASSERT_TRUE(is(ca.issuer, cert));
	client_ca_free(&ca);
	X509_free(cert);
	buf_free(&der);
}

static void
a_fingerprint_decides(void)
{
	char of_ca[96], of_root[96], of_ra[96], bare[80] = "", *to = bare;
	struct client_ca ca;
	struct fake f;

	fake_open(&f);
	cert_fingerprint(f.ca, EVP_sha256(), of_ca);
	cert_fingerprint(f.root, EVP_sha256(), of_root);
	cert_fingerprint(f.ra, EVP_sha256(), of_ra);
	for (const char *p = of_ca; *p != '\0'; p++) {
		if (*p != ':')
			*to++ = (char)(*p >= 'A' && *p <= 'F' ? *p + 32 : *p);
	}
	*to = '\0';
	CU_ASSERT_EQUAL(READ(of_ca, &ca, f.ra, f.ca, f.root), ERR_OK);
	CU_ASSERT_EQUAL(sk_X509_num(ca.certs), 3); /* with the root that signed it */
	client_ca_free(&ca);
	CU_ASSERT_EQUAL(READ(bare, &ca, f.ra, f.ca, f.root), ERR_OK);
	client_ca_free(&ca);
	CU_ASSERT_EQUAL(READ(of_root, &ca, f.ra, f.ca, f.root), ERR_OK);
	CU_ASSERT_EQUAL(sk_X509_num(ca.certs), 3);
	client_ca_free(&ca);
	CU_ASSERT_EQUAL(READ(of_ra, &ca, f.ra), ERR_OK);
	client_ca_free(&ca);
	CU_ASSERT_EQUAL(READ(of_root, &ca, f.ra, f.ca), ERR_SIGNER);
	CU_ASSERT_EQUAL(READ(of_ca, &ca, f.ra), ERR_SIGNER);
	CU_ASSERT_EQUAL(READ("00", &ca, f.ra, f.ca), ERR_USAGE);
	CU_ASSERT_EQUAL(READ("not hexadecimal", &ca, f.ra, f.ca), ERR_USAGE);
	fake_close(&f);
}

/* Certificates that were slipped in beside the right ones. */
static void
strangers_are_left_out(void)
{
	char of_ca[96];
	struct client_ca ca;
	struct fake f;
	X509 *stranger, *false_root, *false_ca;

	fake_open(&f);
	cert_fingerprint(f.ca, EVP_sha256(), of_ca);
	stranger = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=Fake RA",
	    .exts = {"keyUsage=digitalSignature,keyEncipherment"}});
	false_root = make_cert(&(struct make_cert){.key = make_ec("P-521"),
	    .cn = "CN=Fake Root",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"}});
	false_ca = make_cert(&(struct make_cert){.key = make_ec("P-521"),
	    .cn = "CN=Fake CA",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"}});
	CU_ASSERT_EQUAL_FATAL(READ(of_ca, &ca, f.ra, stranger, false_ca, f.ca, false_root), ERR_OK);
	CU_ASSERT_EQUAL(sk_X509_num(ca.certs), 2);
	CU_ASSERT_TRUE(is(ca.encrypt, f.ra));
	CU_ASSERT_TRUE(is(ca.issuer, f.ca));
	client_ca_free(&ca);
	/* An RA of somebody else. */
	CU_ASSERT_EQUAL(READ(of_ca, &ca, stranger, f.ca), ERR_SIGNER);
	CU_ASSERT_EQUAL(READ(NULL, &ca, stranger, f.ca), ERR_SIGNER);
	CU_ASSERT_EQUAL(READ(NULL, &ca, f.ra, false_ca), ERR_SIGNER);
	X509_free(stranger);
	X509_free(false_root);
	X509_free(false_ca);
	fake_close(&f);
}

static void
nonsense_is_refused(void)
{
	struct client_ca ca;
	struct err e = ERR_INIT;
	struct buf empty = {0};

	CU_ASSERT_EQUAL(client_ca_read(view_str(""), view_str("nonsense"), NULL, &ca, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
	err_clear(&e);
	CU_ASSERT_EQUAL(client_ca_read(view_str(""), view_str(""), NULL, &ca, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
	err_clear(&e);
	CU_ASSERT_EQUAL_FATAL(
	    certs_only_write((struct view){0}, NULL, (struct view){0}, &empty), 0);
	CU_ASSERT_EQUAL(client_ca_read(view_str(""), buf_view(&empty), NULL, &ca, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
	buf_free(&empty);
}

static void
capabilities_choose_the_algorithms(void)
{
	static const struct {
		const char *caps;
		enum cipher cipher;
		enum digest digest;
	} table[] = {
	    {"SCEPStandard\n", CIPHER_AES128, DIGEST_SHA256},
	    {"AES\nSHA-512\n", CIPHER_AES128, DIGEST_SHA512},
	    {"DES3\nSHA-256\nSHA-512\n", CIPHER_DES3, DIGEST_SHA256},
	    {"", CIPHER_DES3, DIGEST_SHA1},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct caps_read caps = caps_read(view_str(table[i].caps));
		struct client_how how = client_how(&caps);

		CU_ASSERT_EQUAL(how.cipher, table[i].cipher);
		CU_ASSERT_EQUAL(how.digest, table[i].digest);
		CU_ASSERT_EQUAL(how.transport.kind, KEY_TRANSPORT_PKCS1);
		CU_ASSERT_FALSE(how.pss);
	}
}

CU_TestInfo client_ca_tests[] = {
    T(roles_are_found),
    T(a_bare_ca_is_read),
    T(a_fingerprint_decides),
    T(strangers_are_left_out),
    T(nonsense_is_refused),
    T(capabilities_choose_the_algorithms),
    CU_TEST_INFO_NULL,
};
