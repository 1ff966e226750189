/* SPDX-License-Identifier: ISC
 *
 * See wire/csr.h. The structure is our own template rather than X509_REQ for one reason: OpenSSL
 * keeps a copy of the encoded request, with the challenge in it, that cannot be reached to wipe it.
 */
#include "wire/csr.h"

#include <openssl/asn1t.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "wire/cms.h"
#include "wire/tlv.h"

typedef struct csr_info {
	ASN1_INTEGER *version; /* 0; one client sends 2 */
	X509_NAME *subject;
	X509_PUBKEY *spki;
	STACK_OF(X509_ATTRIBUTE) *attrs;
} CSR_INFO;

typedef struct csr_parts {
	ASN1_TYPE *info; /* as it came: what the signature is over */
	X509_ALGOR *alg;
	ASN1_BIT_STRING *signature;
	CSR_INFO *decoded; /* of info; no part of the template */
} CSR_PARTS;

/* clang-format off */
ASN1_SEQUENCE(CSR_INFO) = {
	ASN1_SIMPLE(CSR_INFO, version, ASN1_INTEGER),
	ASN1_SIMPLE(CSR_INFO, subject, X509_NAME),
	ASN1_SIMPLE(CSR_INFO, spki, X509_PUBKEY),
	ASN1_IMP_SET_OF_OPT(CSR_INFO, attrs, X509_ATTRIBUTE, 0),
} static_ASN1_SEQUENCE_END(CSR_INFO)

ASN1_SEQUENCE(CSR_PARTS) = {
	ASN1_SIMPLE(CSR_PARTS, info, ASN1_ANY),
	ASN1_SIMPLE(CSR_PARTS, alg, X509_ALGOR),
	ASN1_SIMPLE(CSR_PARTS, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CSR_PARTS)
/* clang-format on */

/* What an attribute of a request may mean to us. Extensions come under three names: PKCS#9,
   Microsoft's, and that of the early SCEP drafts. */
enum meaning { MEANS_NOTHING, MEANS_CHALLENGE, MEANS_EXTENSIONS };

static enum meaning
meaning_of(X509_ATTRIBUTE *a)
{
	static const uint8_t draft_ext_req[] = {
	    0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x08};
	const ASN1_OBJECT *oid = X509_ATTRIBUTE_get0_object(a);

	switch (OBJ_obj2nid(oid)) {
	case NID_pkcs9_challengePassword:
		return MEANS_CHALLENGE;
	case NID_ext_req:
	case NID_ms_ext_req:
		return MEANS_EXTENSIONS;
	default:
		return view_eq(view_of(OBJ_get0_data(oid), OBJ_length(oid)),
		           view_of(draft_ext_req, sizeof draft_ext_req))
		           ? MEANS_EXTENSIONS
		           : MEANS_NOTHING;
	}
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
read_challenge(const ASN1_TYPE *value, struct csr *c, struct err *e)
{
	const unsigned long strings =
	    B_ASN1_DIRECTORYSTRING | B_ASN1_IA5STRING | B_ASN1_NUMERICSTRING | B_ASN1_VISIBLESTRING;
	unsigned char *text = NULL;
	const uint8_t *p;
	int len, rc;

	if ((ASN1_tag2bit(value->type) & strings) == 0 ||
	    (len = ASN1_STRING_to_UTF8(&text, value->value.asn1_string)) < 0)
		return err_set(e, ERR_CSR, "challengePassword is no text");
	p = text;
	while (len > 0 && is_space(p[len - 1]))
		len--;
	for (; len > 0 && is_space(*p); p++)
		len--;
	rc = secret_set(&c->challenge, p, (size_t)len);
	OPENSSL_clear_free(text, (size_t)(p - text) + (size_t)len);
	c->has_challenge = len > 0;
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "challenge");
}

static int
read_extensions(const ASN1_TYPE *value, struct csr *c, struct err *e)
{
	c->exts = ossl_read(cms_any_view(value), ASN1_ITEM_rptr(X509_EXTENSIONS));
	return c->exts != NULL ? 0 : err_set(e, ERR_CSR, "extensionRequest cannot be read");
}

static int
read_attributes(const STACK_OF(X509_ATTRIBUTE) *attrs, struct csr *c, struct err *e)
{
	bool seen[MEANS_EXTENSIONS + 1] = {false};

	for (int i = 0; i < sk_X509_ATTRIBUTE_num(attrs); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(attrs, i);
		enum meaning m = meaning_of(a);
		const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(a, 0);

		if (m == MEANS_NOTHING)
			continue;
		if (seen[m] || X509_ATTRIBUTE_count(a) != 1)
			return err_set(e, ERR_CSR, "%s not exactly once",
			    m == MEANS_CHALLENGE ? "challengePassword" : "extensionRequest");
		seen[m] = true;
		if ((m == MEANS_CHALLENGE ? read_challenge(value, c, e)
		                          : read_extensions(value, c, e)) != 0)
			return -1;
	}
	return 0;
}

static int
verify_ed25519(EVP_PKEY *key, struct view data, struct view sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -1;

	if (ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, sig.p, sig.n, data.p, data.n) == 1)
		rc = 0;
	EVP_MD_CTX_free(ctx);
	return rc;
}

static int
verify(struct csr *c, struct known_key *k, struct err *e)
{
	const CSR_PARTS *p = c->parts;
	struct view data = cms_any_view(p->info);
	struct view sig = ossl_string_view(p->signature);
	struct sig_alg alg;
	int rc;

	if (alg_nid(p->alg) == NID_ED25519 && c->key.type == EVP_PKEY_ED25519) {
		rc = verify_ed25519(k->key, data, sig);
	} else {
		c->digest = sig_digest(p->alg);
		if (c->digest == DIGEST_NONE ||
		    sig_alg_read(&alg, p->alg, c->digest, c->key.type) != 0)
			return err_set(e, ERR_CSR_PROOF, "signature algorithm of the PKCS#10");
		rc = sig_verify(k, &alg, data, sig);
	}
	ERR_clear_error();
	return rc == 0 ? 0
	               : err_set(e, ERR_CSR_PROOF, "the PKCS#10 is not signed by the key in it");
}

/* The structure and what is borrowed from it, once its shape is known to be sane. */
static int
read_parts(struct view der, struct csr *c, struct err *e)
{
	struct err why = ERR_INIT;
	size_t n;

	if (tlv_walk(der, &n, &why) != 0)
		return err_set(e, ERR_CSR, "PKCS#10: %s", why.detail);
	c->parts = ossl_read(der, ASN1_ITEM_rptr(CSR_PARTS));
	if (c->parts == NULL || (c->parts->decoded = ossl_read(cms_any_view(c->parts->info),
	                             ASN1_ITEM_rptr(CSR_INFO))) == NULL) {
		ERR_clear_error();
		return err_set(e, ERR_CSR, "not a PKCS#10");
	}
	c->subject = c->parts->decoded->subject;
	c->spki = c->parts->decoded->spki;
	if (X509_NAME_entry_count(c->subject) > CSR_SUBJECT_MAX)
		return err_set(
		    e, ERR_CSR, "the subject has more than %d attributes", CSR_SUBJECT_MAX);
	if (sk_X509_ATTRIBUTE_num(c->parts->decoded->attrs) > CSR_ATTRIBUTES_MAX)
		return err_set(
		    e, ERR_CSR, "the PKCS#10 has more than %d attributes", CSR_ATTRIBUTES_MAX);
	return 0;
}

int
csr_read(struct view der, struct known_key *known, struct csr *c, struct err *e)
{
	struct known_key own = {0};
	int rc;

	*c = (struct csr){.digest = DIGEST_NONE};
	if (read_parts(der, c, e) != 0)
		return -1;
	c->key = ossl_key_facts(c->spki);
	if (read_attributes(c->parts->decoded->attrs, c, e) != 0)
		return -1;
	if (known == NULL || known->key == NULL || !csr_same_key(known->spki, c->spki)) {
		own.key = ossl_spki_key(c->spki, NULL);
		known = &own;
	}
	rc = known->key != NULL ? verify(c, known, e)
	                        : err_set(e, ERR_CSR_PROOF, "%s key of %d bits cannot be used",
	                              c->key.name, c->key.bits);
	known_key_free(&own);
	return rc;
}

bool
csr_same_key(const X509_PUBKEY *a, const X509_PUBKEY *b)
{
	ASN1_OBJECT *oid_a, *oid_b;
	X509_ALGOR *alg_a, *alg_b;
	const unsigned char *key_a, *key_b;
	int len_a, len_b;

	if (X509_PUBKEY_get0_param(&oid_a, &key_a, &len_a, &alg_a, a) != 1 ||
	    X509_PUBKEY_get0_param(&oid_b, &key_b, &len_b, &alg_b, b) != 1)
		return false;
	if (!view_eq(view_of(key_a, (size_t)len_a), view_of(key_b, (size_t)len_b)) ||
	    OBJ_cmp(oid_a, oid_b) != 0)
		return false;
	/* For RSA the parameters are NULL or absent and mean nothing; for EC they are the curve. */
	return OBJ_obj2nid(oid_a) == NID_rsaEncryption || X509_ALGOR_cmp(alg_a, alg_b) == 0;
}

static void
wipe_string(ASN1_STRING *s)
{
	if (s != NULL && s->data != NULL)
		OPENSSL_cleanse(s->data, (size_t)s->length);
}

void
csr_free(struct csr *c)
{
	CSR_PARTS *p = c->parts;

	if (p != NULL && p->decoded != NULL) {
		for (int i = 0; i < sk_X509_ATTRIBUTE_num(p->decoded->attrs); i++) {
			X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(p->decoded->attrs, i);
			ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(a, 0);

			if (meaning_of(a) == MEANS_CHALLENGE && value != NULL &&
			    value->type != V_ASN1_OBJECT && value->type != V_ASN1_BOOLEAN &&
			    value->type != V_ASN1_NULL)
				wipe_string(value->value.asn1_string);
		}
		ASN1_item_free((ASN1_VALUE *)p->decoded, ASN1_ITEM_rptr(CSR_INFO));
	}
	if (p != NULL) {
		if (cms_any_view(p->info).n > 0)
			wipe_string(p->info->value.sequence);
		ASN1_item_free((ASN1_VALUE *)p, ASN1_ITEM_rptr(CSR_PARTS));
	}
	secret_free(&c->challenge);
	sk_X509_EXTENSION_pop_free(c->exts, X509_EXTENSION_free);
	*c = (struct csr){.digest = DIGEST_NONE};
}

int
csr_write(const struct csr_wish *w, EVP_PKEY *key, struct buf *out, struct err *e)
{
	X509_REQ *req = X509_REQ_new();
	const EVP_MD *md = EVP_PKEY_is_a(key, "ED25519") ? NULL : digest_md(w->digest);
	int rc = -1;

	if (req == NULL || X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_subject_name(req, w->subject) != 1 || X509_REQ_set_pubkey(req, key) != 1)
		goto out;
	if (w->challenge.n > 0 && X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword,
	                              MBSTRING_UTF8, w->challenge.p, (int)w->challenge.n) != 1)
		goto out;
	if (w->exts != NULL && X509_REQ_add_extensions(req, w->exts) != 1)
		goto out;
	if (X509_REQ_sign(req, key, md) <= 0)
		goto out;
	rc = ossl_write(out, req, ASN1_ITEM_rptr(X509_REQ));
out:
	if (rc != 0)
		err_set_ossl(e, ERR_INTERNAL, "cannot write a PKCS#10");
	X509_REQ_free(req);
	return rc;
}
