/* SPDX-License-Identifier: ISC
 *
 * What a request gets under a profile: the key, the algorithm of the PKCS#10, subject and
 * extensions are admitted one after the other, then serial, validity and usages are chosen (RFC
 * 5280 sections 4.1.2 and 4.2.1). No key is used and nobody has been authorised yet.
 */
#include <string.h>

#include <openssl/rand.h>

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
time_read(const ASN1_TIME *at, time_t *out)
{
	struct tm tm = {0};

	if (ASN1_TIME_to_tm(at, &tm) != 1)
		return -1;
	*out = timegm(&tm);
	return 0;
}

static int
choose_validity(const struct profile *p, const struct authority *a, time_t now, struct plan *plan,
    struct err *e)
{
	time_t begin, end;

	if (time_read(X509_get0_notBefore(a->cert), &begin) != 0 ||
	    time_read(X509_get0_notAfter(a->cert), &end) != 0)
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

int
plan_make(const struct profile *p, const struct authority *a, const struct csr *csr, time_t now,
    struct plan *plan, struct err *e)
{
	struct tbs tbs = {.by = a, .csr = csr, .ext_key_usage = p->ext_key_usage};
	struct extreq asked;

	*plan = (struct plan){0};
	if (admit_key(p, &csr->key, e) != 0 || admit_digest(p, csr, e) != 0 ||
	    names_admit_subject(csr->subject, e) != 0 || extreq_admit(p, csr->exts, &asked, e) != 0)
		return -1;
	if (X509_NAME_entry_count(csr->subject) == 0 && asked.san.n == 0)
		return err_set(e, ERR_SUBJECT_EMPTY, "neither subject nor subjectAltName");
	memcpy(plan->dropped, asked.dropped, sizeof plan->dropped);
	if (choose_validity(p, a, now, plan, e) != 0 ||
	    choose_usage(p, &csr->key, &tbs.key_usage, e) != 0 || choose_serial(plan, e) != 0)
		return -1;
	tbs.serial = plan->serial;
	tbs.not_before = plan->not_before;
	tbs.not_after = plan->not_after;
	tbs.san = asked.san;
	if ((plan->cert = tbs_write(&tbs, e)) == NULL)
		return -1;
	if (tbs_digest(plan->cert, plan->tbs_digest) != 0)
		return err_set_ossl(e, ERR_INTERNAL, "digest of the certificate");
	return 0;
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	X509_free(p->cert);
	*p = (struct plan){0};
}
