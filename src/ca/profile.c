/* SPDX-License-Identifier: ISC
 *
 * The defaults of a profile: a certificate of a year for a device that authenticates and decrypts
 * (keyUsage and extendedKeyUsage of RFC 5280 sections 4.2.1.3 and 4.2.1.12). Ed25519 is off, for a
 * reply cannot be encrypted to such a key.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/net.h"
#include "base/ossl.h"
#include "ca/profile.h"

#define DAY (24 * 60 * 60)

static const struct {
	unsigned bit;
	const char *name;
} usages[] = {
    {USAGE_DIGITAL_SIGNATURE, "digitalSignature"},
    {USAGE_NON_REPUDIATION, "nonRepudiation"},
    {USAGE_NON_REPUDIATION, "contentCommitment"}, /* the newer name of the same bit */
    {USAGE_KEY_ENCIPHERMENT, "keyEncipherment"},
    {USAGE_DATA_ENCIPHERMENT, "dataEncipherment"},
    {USAGE_KEY_AGREEMENT, "keyAgreement"},
    {USAGE_KEY_CERT_SIGN, "keyCertSign"},
    {USAGE_CRL_SIGN, "cRLSign"},
    {USAGE_BIT(7), "encipherOnly"},
    {USAGE_BIT(8), "decipherOnly"},
};
#define USAGES (sizeof usages / sizeof usages[0])

int
profile_init(struct profile *p, struct err *e)
{
	*p = (struct profile){
	    .challenge_type = CHALLENGE_STATIC,
	    .challenge_expiry_minutes = 60,
	    .max_pending_challenges = 100,
	    .approval = APPROVAL_AUTOMATIC,
	    .pending_ttl = 7 * DAY,
	    .max_pending_requests = 1000,
	    .wrong_challenges = WRONG_CHALLENGES,
	    .wrong_challenges_window = WRONG_CHALLENGES_WINDOW,
	    .include_ca_certificate = true,
	    .include_root = true,
	    .allow_renewal = true,
	    .revoke_previous_after = -1,
	    .fail_info_text = true,
	    .algs = ALGS_ALL,
	    .validity = 365 * DAY,
	    .backdate = 10 * 60,
	    .key_usage = USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT,
	    .min_rsa_bits = 2048,
	    .allow_ec = true,
	};
	p->ext_key_usage = sk_ASN1_OBJECT_new_null();
	if (p->ext_key_usage == NULL ||
	    sk_ASN1_OBJECT_push(p->ext_key_usage, OBJ_nid2obj(NID_client_auth)) <= 0) {
		profile_free(p);
		return err_set(e, ERR_MEMORY, "no memory for a profile");
	}
	return 0;
}

void
profile_free(struct profile *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_paths; i++)
		free(p->paths[i]);
	free(p->paths);
	free(p->allow_from);
	free(p->challenge_allow_from);
	free(p->crl_url);
	free(p->ca_url);
	challenge_set_free(&p->challenges);
	sk_ASN1_OBJECT_pop_free(p->ext_key_usage, ASN1_OBJECT_free);
	*p = (struct profile){0};
}

int
profile_settings(const struct profile *p, const X509 *ca, uint8_t digest[32], struct err *e)
{
	struct buf all = {0};
	int rc = -1;

	if (buf_printf(&all, "%lld %lld %u ", (long long)p->validity, (long long)p->backdate,
	        p->key_usage) != 0 ||
	    buf_printf(&all, "%s %s ", p->crl_url != NULL ? p->crl_url : "",
	        p->ca_url != NULL ? p->ca_url : "") != 0)
		goto out;
	for (int i = 0; i < sk_ASN1_OBJECT_num(p->ext_key_usage); i++) {
		const ASN1_OBJECT *o = sk_ASN1_OBJECT_value(p->ext_key_usage, i);

		if (buf_printf(&all, "%zu ", OBJ_length(o)) != 0 ||
		    buf_add(&all, OBJ_get0_data(o), OBJ_length(o)) != 0)
			goto out;
	}
	if (ossl_write(&all, ca, ASN1_ITEM_rptr(X509)) != 0)
		goto out;
	ossl_sha256(buf_view(&all), digest);
	rc = 0;
out:
	buf_free(&all);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "settings of a profile");
}

bool
profile_name_ok(const char *name)
{
#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	size_t n = strlen(name);

	/* A name becomes part of file names: none may hide or look like an option. */
	return n <= PROFILE_NAME_MAX && strspn(name, ALNUM) > 0 && strspn(name, ALNUM "._-") == n;
}

unsigned
key_usage_read(const char *name)
{
	for (size_t i = 0; i < USAGES; i++)
		if (strcmp(usages[i].name, name) == 0)
			return usages[i].bit;
	return 0;
}

const char *
key_usage_name(unsigned bit)
{
	for (size_t i = 0; i < USAGES; i++)
		if (usages[i].bit == bit)
			return usages[i].name;
	return NULL;
}

ASN1_OBJECT *
ext_key_usage_read(const char *text)
{
	static const char *const names[] = {"serverAuth", "clientAuth", "codeSigning",
	    "emailProtection", "timeStamping", "OCSPSigning", "ipsecIKE", "ipsecEndSystem",
	    "ipsecTunnel", "ipsecUser", "msSmartcardLogin", "pkInitClientAuth"};
	ASN1_OBJECT *o;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(text, names[i]) == 0)
			return OBJ_txt2obj(text, 0);
	if (strspn(text, "0123456789.") != strlen(text))
		return NULL;
	o = OBJ_txt2obj(text, 1);
	ERR_clear_error();
	if (o != NULL && OBJ_obj2nid(o) == NID_anyExtendedKeyUsage) {
		ASN1_OBJECT_free(o);
		o = NULL;
	}
	return o;
}
