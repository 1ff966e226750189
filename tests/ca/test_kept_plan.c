/* SPDX-License-Identifier: ISC
 *
 * A plan that is kept comes back as it was, for the same CA certificate only, and gets the dates of
 * its signing when it has waited.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "ca/names.h"
#include "ca/plan.h"
#include "make.h"
#include "suites.h"

struct desk {
	struct profile p;
	struct authority a;
	struct plan plan, back;
	struct buf der;
	struct err e;
};

/* An authority of a certificate made so. */
static void
authority_of(struct authority *a, struct make_ca m)
{
	X509 *cert = make_ca(m);
	struct err e = ERR_INIT;
	struct buf pem = {0};

	make_pem(&pem, cert);
	CU_ASSERT_EQUAL_FATAL(authority_read(a, "test", buf_view(&pem), view_str(""), &e), 0);
	buf_free(&pem);
	X509_free(cert);
}

/* A plan of that authority, kept. */
static void
desk_open(struct desk *d, struct make_ca m)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct csr csr;

	*d = (struct desk){.e = ERR_INIT};
	CU_ASSERT_EQUAL_FATAL(profile_init(&d->p, &d->e), 0);
	authority_of(&d->a, m);
	make_ext(&exts, "subjectAltName", "DNS:device.example");
	make_csr(&csr, KEY_RSA, DIGEST_SHA256, exts, "CN=device", NULL);
	CU_ASSERT_EQUAL_FATAL(plan_make(&d->p, &d->a, &csr, NOW, &d->plan, &d->e), 0);
	csr_free(&csr);
	CU_ASSERT_EQUAL_FATAL(plan_write(&d->plan, (struct view){0}, &d->der, &d->e), 0);
	d->plan.subject = NULL; /* was the request's */
	d->plan.san = (struct view){0};
}

static void
desk_close(struct desk *d)
{
	plan_free(&d->plan);
	plan_free(&d->back);
	authority_free(&d->a);
	profile_free(&d->p);
	buf_free(&d->der);
}

static enum err_code
read_back(struct desk *d, const struct authority *a, struct view der)
{
	plan_free(&d->back);
	err_clear(&d->e);
	CU_ASSERT_EQUAL(plan_read(a, der, &d->back, &d->e), d->e.code == ERR_OK ? 0 : -1);
	return d->e.code;
}

static void
a_plan_comes_back_as_it_was(void)
{
	static const enum make_key keys[] = {KEY_P256, KEY_RSA, KEY_ED25519};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		uint8_t digest[32];
		struct desk d;

		desk_open(&d, (struct make_ca){.cn = "Issuing CA", .key = keys[i]});
		CU_ASSERT_EQUAL(read_back(&d, &d.a, buf_view(&d.der)), ERR_OK);
		CU_ASSERT_EQUAL(memcmp(d.back.serial, d.plan.serial, SERIAL_LEN), 0);
		CU_ASSERT_EQUAL(memcmp(d.back.tbs_digest, d.plan.tbs_digest, 32), 0);
		CU_ASSERT_EQUAL(d.back.not_before, d.plan.not_before);
		CU_ASSERT_EQUAL(d.back.not_after, d.plan.not_after);
		CU_ASSERT_EQUAL(tbs_digest(d.back.cert, digest), 0);
		CU_ASSERT_EQUAL(memcmp(digest, d.plan.tbs_digest, 32), 0);
		CU_ASSERT_EQUAL(memcmp(d.back.key_digest, d.plan.key_digest, 32), 0);
		CU_ASSERT_EQUAL(d.back.sig_nid, d.plan.sig_nid);
		CU_ASSERT_EQUAL(X509_NAME_entry_count(d.back.subject), 1);
		CU_ASSERT_TRUE(view_eq(d.back.san, cert_san(d.back.cert)) && d.back.san.n > 0);
		desk_close(&d);
	}
}

static void
nonsense_is_no_plan(void)
{
	struct desk d;
	X509 *ca;
	struct buf der = {0};

	desk_open(&d, (struct make_ca){.cn = "Issuing CA", .key = KEY_P256});
	for (size_t n = 0; n < d.der.n; n += 7)
		CU_ASSERT_EQUAL(read_back(&d, &d.a, view_of(d.der.p, n)), ERR_INTERNAL);
	CU_ASSERT_EQUAL(buf_add(&d.der, "x", 1), 0);
	CU_ASSERT_EQUAL(read_back(&d, &d.a, buf_view(&d.der)), ERR_INTERNAL);
	/* A certificate that is none of our plans: its serial is another kind of number. */
	ca = make_ca((struct make_ca){.cn = "Issuing CA", .key = KEY_P256});
	CU_ASSERT_EQUAL(ossl_write(&der, ca, ASN1_ITEM_rptr(X509)), 0);
	CU_ASSERT_EQUAL(read_back(&d, &d.a, buf_view(&der)), ERR_INTERNAL);
	buf_free(&der);
	X509_free(ca);
	desk_close(&d);
}

/* What the CA would not sign that way any more is not signed: another name, key or algorithm. */
static void
another_ca_certificate_does_not_take_it(void)
{
	static const struct {
		struct make_ca planned, now;
		enum err_code code;
	} rows[] = {
	    {{.cn = "CA", .key = KEY_P256}, {.cn = "CA", .key = KEY_P256}, ERR_OK},
	    {{.cn = "CA", .key = KEY_P256}, {.cn = "CB", .key = KEY_P256}, ERR_CONFIG},
	    {{.cn = "CA", .key = KEY_P256}, {.cn = "CA", .key = KEY_OTHER}, ERR_CONFIG},
	    {{.cn = "CA", .key = KEY_P256, .flags = CA_NO_KEY_ID},
	        {.cn = "CA", .key = KEY_P256, .flags = CA_NO_KEY_ID}, ERR_OK},
	    {{.cn = "CA", .key = KEY_P256, .flags = CA_NO_KEY_ID},
	        {.cn = "CA", .key = KEY_OTHER, .flags = CA_NO_KEY_ID}, ERR_CONFIG},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct authority now;
		struct desk d;

		desk_open(&d, rows[i].planned);
		authority_of(&now, rows[i].now);
		CU_ASSERT_EQUAL(read_back(&d, &now, buf_view(&d.der)), rows[i].code);
		/* Its serial is known all the same: the intent is to be replaced. */
		CU_ASSERT_EQUAL(memcmp(d.back.serial, d.plan.serial, SERIAL_LEN), 0);
		authority_free(&now);
		desk_close(&d);
	}
}

/* The same certificate of the CA, but this host would sign in another way by now. */
static void
another_algorithm_does_not_fit(void)
{
	struct desk d;

	desk_open(&d, (struct make_ca){.cn = "CA", .key = KEY_RSA});
	d.a.sig_nid = NID_sha512WithRSAEncryption;
	CU_ASSERT_EQUAL(read_back(&d, &d.a, buf_view(&d.der)), ERR_CONFIG);
	desk_close(&d);
}

static void
what_has_waited_gets_dates_of_its_own(void)
{
	uint8_t digest[32];
	X509 *plain;
	struct desk d;

	desk_open(&d, (struct make_ca){.cn = "Issuing CA", .key = KEY_P256});
	CU_ASSERT_EQUAL_FATAL(read_back(&d, &d.a, buf_view(&d.der)), ERR_OK);
	CU_ASSERT_EQUAL(plan_refresh(&d.p, &d.a, NOW + 30 * DAY, &d.back, &d.e), 0);
	CU_ASSERT_EQUAL(d.back.not_before, NOW + 30 * DAY - 600);
	CU_ASSERT_EQUAL(d.back.not_after, NOW + 395 * DAY);
	CU_ASSERT(memcmp(d.back.serial, d.plan.serial, SERIAL_LEN) != 0);
	CU_ASSERT(memcmp(d.back.tbs_digest, d.plan.tbs_digest, 32) != 0);
	CU_ASSERT(X509_sign(d.back.cert, make_key(KEY_P256), EVP_sha256()) > 0);
	plain = make_plain(d.back.cert);
	CU_ASSERT_EQUAL(tbs_digest(plain, digest), 0);
	CU_ASSERT_EQUAL(memcmp(digest, d.back.tbs_digest, 32), 0);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notBefore(plain), d.back.not_before), 0);
	CU_ASSERT_EQUAL(ASN1_TIME_cmp_time_t(X509_get0_notAfter(plain), d.back.not_after), 0);
	CU_ASSERT_EQUAL(
	    memcmp(ASN1_STRING_get0_data(X509_get0_serialNumber(plain)), d.back.serial, SERIAL_LEN),
	    0);
	CU_ASSERT_EQUAL(X509_verify(plain, make_key(KEY_P256)), 1);
	X509_free(plain);

	/* After the end of the CA there is nothing to give. */
	CU_ASSERT_EQUAL(plan_refresh(&d.p, &d.a, NOW + 3651 * DAY, &d.back, &d.e), -1);
	CU_ASSERT_EQUAL(d.e.code, ERR_CA_EXPIRED);
	desk_close(&d);
}

CU_TestInfo kept_plan_tests[] = {
    T(a_plan_comes_back_as_it_was),
    T(nonsense_is_no_plan),
    T(another_ca_certificate_does_not_take_it),
    T(another_algorithm_does_not_fit),
    T(what_has_waited_gets_dates_of_its_own),
    CU_TEST_INFO_NULL,
};
