/* SPDX-License-Identifier: ISC
 *
 * What a certificate must be to renew itself, whoever wrote what into the records: signed by this
 * CA, no CA, octet for octet the one that was issued; in its time or the grace after it. And what
 * policy says of the new key, and of an enrolment that a certificate of ours signs.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ossl.h"
#include "harness.h"
#include "rig.h"
#include "suites.h"

#define SUBJECT "CN=device/O=Test"
#define SAN "DNS:device.example"
#define DAY ((time_t)24 * 60 * 60)
#define SERIAL 4711
#define RECORD "{scepd}:crt:ca:1267" /* of SERIAL */

static struct rig rig;
static X509 *first; /* the certificate that is renewed, of make_rsa(2048, 3) */

static int
start(void)
{
	first = rig_start_enrolled(&rig);
	return first == NULL;
}

static int
stop(void)
{
	X509_free(first);
	rig_stop(&rig);
	return 0;
}

/* A message of a signer around a PKCS#10, which is freed. */
static void
post(struct make_msg m, struct buf *csr, struct seen *s)
{
	struct buf der = {0};

	m.inner = buf_view(csr);
	rig_msg(&rig, m, &der);
	rig_post(&rig, buf_view(&der), m.key, s);
	buf_free(&der);
	buf_free(csr);
}

/* A RenewalReq by `signer`, whose key is make_rsa(2048, n). */
static void
renew(X509 *signer, int n, EVP_PKEY *key, const char *san, struct seen *s)
{
	struct buf csr = {0};

	make_csr(key, SUBJECT, NULL, san, &csr);
	post((struct make_msg){.type = TYPE_RENEWAL_REQ, .key = make_rsa(2048, n), .cert = signer},
	    &csr, s);
}

static void
expect(const struct seen *s, const char *slug, const char *detail)
{
	CU_ASSERT_STRING_EQUAL(s->slug, slug);
	CU_ASSERT_EQUAL(s->status, STATUS_FAILURE);
	CU_ASSERT_PTR_NULL(s->cert);
	CU_ASSERT_PTR_NOT_NULL(strstr(s->line, detail));
}

static void
expect_issued(struct seen *s)
{
	CU_ASSERT_STRING_EQUAL(s->slug, "issued");
	seen_free(s);
}

/* A certificate of make_rsa(2048, 2) under the number of RECORD. */
static X509 *
signer_by(X509 *issuer, EVP_PKEY *issuer_key, const char *ext)
{
	return make_cert(&(struct make_cert){.key = make_rsa(2048, 2),
	    .cn = SUBJECT,
	    .issuer = issuer,
	    .issuer_key = issuer_key,
	    .serial = SERIAL,
	    .days = 30,
	    .exts = {ext}});
}

/* Puts a certificate into the records as one of this profile. */
static void
record(const X509 *cert)
{
	struct buf der = {0};

	CU_ASSERT_EQUAL_FATAL(ossl_write(&der, cert, ASN1_ITEM_rptr(X509)), 0);
	freeReplyObject(redis_do(rig.redis, "HSET " RECORD " p " RIG_ID " der %b", der.p, der.n));
	buf_free(&der);
}

static void
the_records_alone_do_not_make_it_ours(void)
{
	X509 *fake_ca = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=Test CA/O=Test",
	    .exts = {"basicConstraints=critical,CA:TRUE"}});
	X509 *foreign = signer_by(fake_ca, make_rsa(2048, 1), "keyUsage=digitalSignature");
	X509 *ca = signer_by(rig.ca, rig.ca_key, "basicConstraints=critical,CA:TRUE");
	X509 *good = signer_by(rig.ca, rig.ca_key, "keyUsage=digitalSignature");
	struct seen s;

	record(foreign);
	renew(foreign, 2, make_rsa(2048, 2), NULL, &s);
	expect(&s, "renewal-signer", "not issued to a device by this CA");
	record(ca);
	renew(ca, 2, make_rsa(2048, 2), NULL, &s);
	expect(&s, "renewal-signer", "not issued to a device by this CA");
	/* Of this CA and this number, and still another one than was issued. */
	record(first);
	renew(good, 2, make_rsa(2048, 2), NULL, &s);
	expect(&s, "renewal-signer", "not the certificate issued under this serial");
	record(good);
	renew(good, 2, make_rsa(2048, 2), NULL, &s);
	expect_issued(&s);
	freeReplyObject(redis_do(rig.redis, "DEL " RECORD));
	X509_free(fake_ca);
	X509_free(foreign);
	X509_free(ca);
	X509_free(good);
}

static void
an_expired_one_has_a_grace(void)
{
	time_t end = time(NULL) + 365 * DAY;
	struct seen s;

	rig.sp->profile.renewal_grace = 10 * DAY;
	clock_fix(end + 9 * DAY);
	renew(first, 3, make_ec("P-256"), NULL, &s);
	expect_issued(&s);
	clock_fix(end + 11 * DAY);
	renew(first, 3, make_ec("P-384"), NULL, &s);
	expect(&s, "renewal-expired", "expired ");
	rig.sp->profile.renewal_grace = 0;
	clock_fix(end + 9 * DAY);
	renew(first, 3, make_ec("P-384"), NULL, &s);
	expect(&s, "renewal-expired", "expired ");
	clock_fix(0);
}

/* A name that the certificate has is one of its whole names. */
static void
a_part_of_a_name_is_another_name(void)
{
	static const char *const others[] = {
	    "DNS:device.exampl", "DNS:d", "DNS:evice.example", "DNS:device.example.org"};
	struct seen s;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		renew(first, 3, make_rsa(2048, 0), others[i], &s);
		expect(&s, "renewal-names", "alternative names");
	}
	renew(first, 3, make_rsa(2048, 0), SAN, &s);
	expect_issued(&s);
}

/* What a profile demands of a key and of a PKCS#10 it demands of a renewal too. */
static void
the_new_key_is_looked_at(void)
{
	struct profile *p = &rig.sp->profile;
	struct algs before = p->algs;
	struct buf csr = {0};
	struct seen s;

	renew(first, 3, make_rsa(1024, 1), NULL, &s);
	expect(&s, "key-weak", "1024");
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_ALG);
	p->algs.digests = 1u << DIGEST_SHA512;
	make_csr(make_rsa(2048, 1), SUBJECT, NULL, NULL, &csr); /* signed with SHA-256 */
	post((struct make_msg){.type = TYPE_RENEWAL_REQ,
	         .key = make_rsa(2048, 3),
	         .cert = first,
	         .digest = DIGEST_SHA512},
	    &csr, &s);
	expect(&s, "csr-alg", "SHA-256");
	CU_ASSERT_EQUAL(s.fail_info, FAIL_BAD_ALG);
	p->algs = before;
}

/* Whose challenge is right is enrolled by it; what policy then refuses, the certificate that signs
 * does not get him. */
static void
a_refused_enrolment_is_no_renewal(void)
{
	static const char *const pairs[] = {"basicConstraints", "CA:TRUE", NULL};
	STACK_OF(X509_EXTENSION) *exts = make_exts(pairs);
	X509_NAME *name = make_name(SUBJECT);
	const struct csr_wish w = {.subject = name,
	    .challenge = view_str(RIG_CHALLENGE),
	    .exts = exts,
	    .digest = DIGEST_SHA256};
	struct buf csr = {0};
	struct seen s;

	CU_ASSERT_EQUAL_FATAL(csr_write(&w, make_rsa(2048, 3), &csr, NULL), 0);
	post((struct make_msg){.type = TYPE_PKCS_REQ, .key = make_rsa(2048, 3), .cert = first},
	    &csr, &s);
	expect(&s, "forbid-ca", "");
	X509_NAME_free(name);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
}

static CU_TestInfo tests[] = {
    T(the_records_alone_do_not_make_it_ours),
    T(an_expired_one_has_a_grace),
    T(a_part_of_a_name_is_another_name),
    T(the_new_key_is_looked_at),
    T(a_refused_enrolment_is_no_renewal),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo predecessor_suite = {"predecessor", start, stop, NULL, NULL, tests};
