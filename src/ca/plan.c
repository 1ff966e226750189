/* SPDX-License-Identifier: ISC
 *
 * What a request gets under a profile: the key, the algorithm of the PKCS#10, subject and
 * extensions are admitted one after the other, then serial, validity and usages are chosen (RFC
 * 5280 sections 4.1.2 and 4.2.1). No key is used and nobody has been authorised yet.
 */
#include <string.h>

#include <openssl/rand.h>

#include "base/ossl.h"
#include "ca/extreq.h"
#include "ca/names.h"
#include "ca/plan.h"
#include "ca/tbs.h"

/* What a key of each type is good for: RFC 3279 section 2.3.1, RFC 8813 section 3, RFC 8410
 * section 5. A CA's usages are in none. */
#define USAGE_ENCIPHER_ONLY USAGE_BIT(7)
#define USAGE_DECIPHER_ONLY USAGE_BIT(8)
#define USAGE_SIGNING (USAGE_DIGITAL_SIGNATURE | USAGE_NON_REPUDIATION)
#define USAGE_RSA (USAGE_SIGNING | USAGE_KEY_ENCIPHERMENT | USAGE_DATA_ENCIPHERMENT)
#define USAGE_EC (USAGE_SIGNING | USAGE_KEY_AGREEMENT | USAGE_ENCIPHER_ONLY | USAGE_DECIPHER_ONLY)

static int
admit_key(const struct profile *p, const struct key_facts *k, struct err *e)
{
	bool permitted = k->type == EVP_PKEY_RSA || (k->type == EVP_PKEY_EC && p->allow_ec) ||
	                 (k->type == EVP_PKEY_ED25519 && p->allow_ed25519);

	if (k->type == EVP_PKEY_RSA && k->bits < p->min_rsa_bits)
		return err_set(e, ERR_KEY_WEAK, "RSA-%d: at least %d bits are required", k->bits,
		    p->min_rsa_bits);
	if (!permitted || !k->sane)
		return err_set(e, ERR_KEY_TYPE, "a key of type %s, %d bits", k->name, k->bits);
	return 0;
}

static int
admit_digest(const struct profile *p, const struct csr *csr, struct err *e)
{
	if (csr->digest == DIGEST_NONE && csr->key.type == EVP_PKEY_ED25519)
		return 0;
	if (csr->digest == DIGEST_NONE || (p->algs.digests & 1u << csr->digest) == 0)
		return err_set(e, ERR_CSR_ALG, "PKCS#10 signed with %s", digest_name(csr->digest));
	return 0;
}

static int
choose_usage(const struct profile *p, const struct key_facts *k, unsigned *usage, struct err *e)
{
	unsigned fit = k->type == EVP_PKEY_RSA  ? USAGE_RSA
	               : k->type == EVP_PKEY_EC ? USAGE_EC
	                                        : USAGE_SIGNING;

	*usage = p->key_usage & fit;
	if ((*usage & USAGE_KEY_AGREEMENT) == 0) /* the two say something about it alone */
		*usage &= ~(USAGE_ENCIPHER_ONLY | USAGE_DECIPHER_ONLY);
	if (*usage == 0 && p->key_usage != 0)
		return err_set(
		    e, ERR_KEY_TYPE, "no key usage of the profile fits a key of type %s", k->name);
	return 0;
}

static int
choose_validity(const struct profile *p, const struct authority *a, time_t now, struct plan *plan,
    struct err *e)
{
	time_t begin, end;

	if (ossl_seconds(X509_get0_notBefore(a->cert), &begin) != 0 ||
	    ossl_seconds(X509_get0_notAfter(a->cert), &end) != 0)
		return err_set_ossl(e, ERR_INTERNAL, "the dates of the CA certificate");
	if (now > end)
		return err_set(e, ERR_CA_EXPIRED, "the certificate of CA %s has expired", a->name);
	plan->not_before = now - p->backdate > begin ? now - p->backdate : begin;
	plan->not_after = end - now < p->validity ? end : now + p->validity;
	if (plan->not_before >= plan->not_after)
		return err_set(
		    e, ERR_CA_EXPIRED, "the certificate of CA %s leaves no time", a->name);
	return 0;
}

static int
choose_serial(struct plan *plan, struct err *e)
{
	if (RAND_bytes(plan->serial, SERIAL_LEN) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random serial");
	plan->serial[0] = (uint8_t)(plan->serial[0] % 0x7f + 1);
	return 0;
}

/* What will be signed is known: granted, recorded and signed are these octets. */
static void
fix(struct plan *plan)
{
	ossl_sha256(buf_view(&plan->tbs), plan->tbs_digest);
}

/* From the names that were admitted to the certificate. */
static int
complete(const struct profile *p, struct tbs *tbs, time_t now, struct plan *plan, struct err *e)
{
	if (choose_validity(p, tbs->by, now, plan, e) != 0 ||
	    choose_usage(p, &tbs->csr->key, &tbs->key_usage, e) != 0 || choose_serial(plan, e) != 0)
		return -1;
	tbs->serial = plan->serial;
	tbs->not_before = plan->not_before;
	tbs->not_after = plan->not_after;
	plan->subject = tbs->subject;
	plan->san = tbs->san;
	plan->sig_nid = tbs->by->sig_nid;
	if (tbs_write(tbs, &plan->tbs, plan->key_digest, e) != 0)
		return -1;
	fix(plan);
	return 0;
}

int
plan_make(const struct profile *p, const struct authority *a, const struct csr *csr, time_t now,
    struct plan *plan, struct err *e)
{
	struct tbs tbs = {.by = a,
	    .csr = csr,
	    .subject = csr->subject,
	    .ext_key_usage = p->ext_key_usage,
	    .crl_url = p->crl_url,
	    .ca_url = p->ca_url};
	struct extreq asked;

	*plan = (struct plan){0};
	if (admit_key(p, &csr->key, e) != 0 || admit_digest(p, csr, e) != 0 ||
	    names_admit_subject(csr->subject, e) != 0 || extreq_admit(p, csr->exts, &asked, e) != 0)
		return -1;
	if (X509_NAME_entry_count(csr->subject) == 0 && asked.san.n == 0)
		return err_set(e, ERR_SUBJECT_EMPTY, "neither subject nor subjectAltName");
	memcpy(plan->dropped, asked.dropped, sizeof plan->dropped);
	tbs.san = asked.san;
	return complete(p, &tbs, now, plan, e);
}

int
plan_renew(const struct profile *p, const struct authority *a, const struct csr *csr,
    const X509 *predecessor, time_t now, struct plan *plan, struct err *e)
{
	struct tbs tbs = {.by = a,
	    .csr = csr,
	    .subject = X509_get_subject_name(predecessor),
	    .ext_key_usage = p->ext_key_usage,
	    .san = cert_san(predecessor),
	    .crl_url = p->crl_url,
	    .ca_url = p->ca_url};

	*plan = (struct plan){0};
	if (admit_key(p, &csr->key, e) != 0 || admit_digest(p, csr, e) != 0)
		return -1;
	return complete(p, &tbs, now, plan, e);
}

/* Certificate (RFC 5280 section 4.1). */
int
plan_write(const struct plan *plan, struct view signature, struct buf *der, struct err *e)
{
	struct der d = der_to(der);

	der_begin(&d, DER_SEQUENCE);
	der_add(&d, buf_view(&plan->tbs));
	tbs_algorithm_write(plan->sig_nid, &d);
	der_begin(&d, DER_BIT_STRING);
	der_add(&d, view_of("", 1)); /* no unused bits */
	der_add(&d, signature);
	der_end(&d);
	der_end(&d);
	return der_done(&d) == 0 ? 0 : err_set(e, ERR_INTERNAL, "writing a plan");
}

X509 *
plan_cert(struct plan *plan)
{
	struct buf der = {0};

	if (plan->cert == NULL && plan->tbs.n > 0 &&
	    plan_write(plan, (struct view){0}, &der, NULL) == 0)
		plan->cert = ossl_cert_read(buf_view(&der));
	buf_free(&der);
	return plan->cert;
}

/* What is known of a plan that was read, or altered. */
static int
take(struct plan *plan, struct err *e)
{
	uint8_t *der = NULL;
	struct buf key = {0};
	int n = i2d_re_X509_tbs(plan->cert, &der), rc = -1;

	buf_cut(&plan->tbs, 0);
	if (n > 0 && buf_add(&plan->tbs, der, (size_t)n) == 0 &&
	    ossl_spki_write(&key, X509_get_X509_PUBKEY(plan->cert)) == 0) {
		ossl_sha256(buf_view(&key), plan->key_digest);
		plan->subject = X509_get_subject_name(plan->cert);
		plan->san = cert_san(plan->cert);
		plan->sig_nid = alg_nid(X509_get0_tbs_sigalg(plan->cert));
		fix(plan);
		rc = 0;
	}
	OPENSSL_free(der);
	buf_free(&key);
	return rc == 0 ? 0 : err_set_ossl(e, ERR_INTERNAL, "a stored plan");
}

/* Whether this CA certificate would sign it now: same name, algorithm and key. */
static bool
fits(const struct authority *a, const X509 *cert)
{
	ASN1_OCTET_STRING *by = tbs_key_id_of_ca(a->cert);
	AUTHORITY_KEYID *akid = X509_get_ext_d2i(cert, NID_authority_key_identifier, NULL, NULL);
	bool same =
	    X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(a->cert)) == 0 &&
	    alg_nid(X509_get0_tbs_sigalg(cert)) == a->sig_nid && by != NULL && akid != NULL &&
	    akid->keyid != NULL && ASN1_OCTET_STRING_cmp(by, akid->keyid) == 0;

	ASN1_OCTET_STRING_free(by);
	AUTHORITY_KEYID_free(akid);
	return same;
}

int
plan_read(const struct authority *a, struct view der, struct plan *plan, struct err *e)
{
	const ASN1_INTEGER *serial;

	*plan = (struct plan){.cert = ossl_cert_read(der)};
	if (plan->cert == NULL)
		return err_set_ossl(e, ERR_INTERNAL, "a stored plan cannot be read");
	serial = X509_get0_serialNumber(plan->cert);
	if (ASN1_STRING_length(serial) != SERIAL_LEN ||
	    ossl_seconds(X509_get0_notBefore(plan->cert), &plan->not_before) != 0 ||
	    ossl_seconds(X509_get0_notAfter(plan->cert), &plan->not_after) != 0)
		return err_set_ossl(e, ERR_INTERNAL, "a stored plan is incomplete");
	if (take(plan, e) != 0)
		return -1;
	memcpy(plan->serial, ASN1_STRING_get0_data(serial), SERIAL_LEN);
	return fits(a, plan->cert)
	           ? 0
	           : err_set(e, ERR_CONFIG, "a stored plan is for another certificate of CA %s",
	                 a->name);
}

int
plan_refresh(const struct profile *p, const struct authority *a, time_t now, struct plan *plan,
    struct err *e)
{
	if (choose_validity(p, a, now, plan, e) != 0 || choose_serial(plan, e) != 0)
		return -1;
	if (plan_cert(plan) == NULL ||
	    ASN1_TIME_set(X509_getm_notBefore(plan->cert), plan->not_before) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(plan->cert), plan->not_after) == NULL ||
	    ASN1_STRING_set(X509_get_serialNumber(plan->cert), plan->serial, SERIAL_LEN) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "dates of a plan");
	return take(plan, e);
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	X509_free(p->cert);
	buf_free(&p->tbs);
	*p = (struct plan){0};
}
