/* SPDX-License-Identifier: ISC
 *
 * issue signs exactly the plan that was granted, seal signs a CertRep and nothing else.
 */
#include <string.h>

#include <openssl/pem.h>

#include "ca/challenge.h"
#include "harness.h"
#include "signer/signer.h"
#include "suites.h"
#include "support/make.h"

static const struct view secret = {(const uint8_t *)"s3cret-s3cret", 13};

static X509 *
ca_cert(EVP_PKEY *key)
{
	return make_cert(&(struct make_cert){.key = key,
	    .cn = "CN=ca",
	    .days = 900,
	    .exts = {"basicConstraints=critical,CA:TRUE",
	        "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",
	        "subjectKeyIdentifier=hash"}});
}

static void
authority_of(X509 *cert, struct authority *a)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct err e = ERR_INIT;
	char *pem;
	long n;

	PEM_write_bio_X509(out, cert);
	n = BIO_get_mem_data(out, &pem);
	CU_ASSERT_EQUAL_FATAL(
	    authority_read(a, "ca", view_of(pem, (size_t)n), (struct view){0}, &e), 0);
	BIO_free(out);
}

static void
profile_with_secret(struct profile *p)
{
	struct buf text = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(profile_init(p, &e), 0);
	CU_ASSERT_EQUAL_FATAL(challenge_hash(secret, NULL, &text, &e), 0);
	CU_ASSERT_EQUAL_FATAL(challenge_add(&p->challenges, "one", buf_str(&text), 0, 0, &e), 0);
	buf_free(&text);
}

static void
plan_for(const struct profile *p, const struct authority *a, struct plan *plan)
{
	struct buf der = {0};
	struct csr csr;
	struct err e = ERR_INIT;

	make_csr(make_rsa(2048, 2), "CN=device", "s3cret-s3cret", "DNS:device.example", &der);
	CU_ASSERT_EQUAL_FATAL(csr_read(buf_view(&der), NULL, &csr, &e), 0);
	CU_ASSERT_EQUAL_FATAL(plan_make(p, a, &csr, time(NULL), plan, &e), 0);
	csr_free(&csr);
	buf_free(&der);
}

static struct grant *
granted(const struct profile *p, const struct plan *plan)
{
	struct err e = ERR_INIT;
	struct claim *c = claim_by_static_challenge(p, secret, time(NULL), &e);
	struct grant *g = c != NULL ? grant_make(c, plan, &e) : NULL;

	claim_free(c);
	return g;
}

void
check_issue(EVP_PKEY *key)
{
	X509 *cert = ca_cert(key), *issued;
	struct authority a = {0};
	struct profile p;
	struct plan plan, other;
	struct err e = ERR_INIT;
	struct ca_key *k;
	struct grant *grant;
	struct buf der = {0};
	EVP_PKEY *public;

	authority_of(cert, &a);
	EVP_PKEY_up_ref(key);
	k = ca_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(k);
	profile_with_secret(&p);
	plan_for(&p, &a, &plan);
	plan_for(&p, &a, &other);
	grant = granted(&p, &plan);
	CU_ASSERT_PTR_NOT_NULL_FATAL(grant);
	CU_ASSERT_EQUAL(signer_issue(k, grant, &other, &der, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_INTERNAL);
	CU_ASSERT_EQUAL(signer_issue(k, NULL, &plan, &der, &e), -1);
	CU_ASSERT_EQUAL(der.n, 0);
	CU_ASSERT_EQUAL(signer_issue(k, grant, &plan, &der, &e), 0);
	issued = ossl_cert_read(buf_view(&der));
	CU_ASSERT_PTR_NOT_NULL_FATAL(issued);
	public = ossl_spki_key(X509_get_X509_PUBKEY(cert), &e);
	CU_ASSERT_EQUAL(X509_verify(issued, public), 1);
	EVP_PKEY_free(public);
	X509_free(issued);
	buf_free(&der);
	grant_free(grant);
	plan_free(&plan);
	plan_free(&other);
	profile_free(&p);
	authority_free(&a);
	ca_key_free(k);
	X509_free(cert);
}

/* With every kind of CA key: the certificate verifies under the CA, and only a grant for this very
 * plan is taken. */
static void
a_granted_plan_is_signed_and_no_other(void)
{
	EVP_PKEY *keys[] = {make_rsa(2048, 0), make_rsa(3072, 0), make_ec("P-256"),
	    make_ec("P-384"), make_ed25519()};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		check_issue(keys[i]);
}

/* A plan altered after it was granted is not signed. */
static void
a_plan_changed_after_the_grant_is_refused(void)
{
	X509 *cert = ca_cert(make_rsa(2048, 0));
	struct authority a = {0};
	struct profile p;
	struct plan plan;
	struct err e = ERR_INIT;
	struct ca_key *k;
	struct grant *grant;
	struct buf der = {0};

	authority_of(cert, &a);
	EVP_PKEY_up_ref(make_rsa(2048, 0));
	k = ca_key_new(make_rsa(2048, 0), cert, &e);
	profile_with_secret(&p);
	plan_for(&p, &a, &plan);
	grant = granted(&p, &plan);
	CU_ASSERT_PTR_NOT_NULL_FATAL(grant);
	plan.tbs.p[plan.tbs.n - 1] ^= 1;
	CU_ASSERT_EQUAL(signer_issue(k, grant, &plan, &der, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "not for this plan"));
	CU_ASSERT_EQUAL(der.n, 0);
	grant_free(grant);
	plan_free(&plan);
	profile_free(&p);
	authority_free(&a);
	ca_key_free(k);
	X509_free(cert);
}

void
check_seal(EVP_PKEY *key)
{
	X509 *cert = make_cert(&(struct make_cert){.key = key, .cn = "CN=ra"});
	struct err e = ERR_INIT;
	struct ra_key *ra;
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct scep_msg m;
	struct buf der = {0};
	struct view empty = {0};

	EVP_PKEY_up_ref(key);
	ra = ra_key_new(key, cert, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	a.transaction_id = view_str("t");
	a.sender_nonce = view_str("0123456789abcdef");
	a.type = TYPE_PKCS_REQ;
	CU_ASSERT_EQUAL(signer_seal(ra, &a, &empty, DIGEST_SHA256, &der, &e), -1);
	CU_ASSERT_EQUAL(der.n, 0);
	a.type = TYPE_CERT_REP;
	a.status = STATUS_FAILURE;
	a.fail_info = FAIL_BAD_REQUEST;
	for (int digest = DIGEST_SHA1; digest < DIGEST_COUNT; digest++) {
		err_clear(&e);
		CU_ASSERT_EQUAL(signer_seal(ra, &a, &empty, (enum digest)digest, &der, &e), 0);
		CU_ASSERT_EQUAL(scep_msg_read(buf_view(&der), &m, &e), 0);
		CU_ASSERT_EQUAL(scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e), 0);
		CU_ASSERT_EQUAL(X509_cmp(m.signer, cert), 0);
		CU_ASSERT_TRUE(m.has_content);
		CU_ASSERT_EQUAL(m.content.n, 0);
		scep_msg_free(&m);
		buf_free(&der);
	}
	ra_key_free(ra);
	X509_free(cert);
}

static void
only_a_certrep_is_sealed(void)
{
	check_seal(make_rsa(2048, 1));
}

void
check_crl(EVP_PKEY *key)
{
	X509 *other = ca_cert(make_rsa(2048, 1)), *cert = ca_cert(key);
	struct authority a = {0};
	struct crl_set set = {0};
	struct crl_plan plan = {.by = &a,
	    .number = 5,
	    .this_update = time(NULL),
	    .next_update = time(NULL) + 60,
	    .revoked = &set};
	struct err e = ERR_INIT;
	struct ca_key *k, *wrong;
	struct buf der = {0};
	struct crl read;

	authority_of(cert, &a);
	EVP_PKEY_up_ref(key);
	EVP_PKEY_up_ref(make_rsa(2048, 1));
	k = ca_key_new(key, cert, &e);
	wrong = ca_key_new(make_rsa(2048, 1), other, &e);
	CU_ASSERT_FATAL(k != NULL && wrong != NULL);
	CU_ASSERT_EQUAL(crl_set_add(&set, view_str("0a"), view_str("superseded"), time(NULL),
	                    time(NULL) + 60, &e),
	    0);
	CU_ASSERT_EQUAL(signer_crl(wrong, &plan, &der, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_INTERNAL);
	CU_ASSERT_EQUAL(der.n, 0);
	err_clear(&e);
	CU_ASSERT_EQUAL(signer_crl(k, &plan, &der, &e), 0);
	CU_ASSERT_EQUAL(crl_read(&a, buf_view(&der), &read, &e), 0);
	CU_ASSERT_EQUAL(read.n, 1);
	CU_ASSERT_EQUAL(X509_CRL_get_signature_nid(read.list), a.sig_nid);
	crl_free(&read);
	buf_free(&der);
	crl_set_free(&set);
	ca_key_free(k);
	ca_key_free(wrong);
	authority_free(&a);
	X509_free(cert);
	X509_free(other);
}

/* With every kind of CA key: it verifies under the CA, and no other CA signs it. */
static void
a_revocation_list_is_signed_by_its_ca(void)
{
	EVP_PKEY *keys[] = {make_rsa(2048, 0), make_rsa(3072, 0), make_ec("P-256"),
	    make_ec("P-384"), make_ed25519()};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		check_crl(keys[i]);
}

static CU_TestInfo tests[] = {
    T(a_granted_plan_is_signed_and_no_other),
    T(a_plan_changed_after_the_grant_is_refused),
    T(only_a_certrep_is_sealed),
    T(a_revocation_list_is_signed_by_its_ca),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo signer_suite = {"signer", NULL, NULL, NULL, NULL, tests};
