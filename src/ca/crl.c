/* SPDX-License-Identifier: ISC
 *
 * See ca/crl.h: writing (RFC 5280 sections 5.1 to 5.3).
 */
#include "ca/crl.h"

#include <openssl/x509v3.h>

#include "ca/tbs.h"

#define KEY_USAGE_CRL_SIGN 6 /* the bit, RFC 5280 section 4.2.1.3 */

int
crl_allowed(const struct authority *a, struct err *e)
{
	int crit = -1;
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(a->cert, NID_key_usage, &crit, NULL);
	/* Without a keyUsage nothing is restricted; one that cannot be read permits nothing. */
	bool may =
	    usage != NULL ? ASN1_BIT_STRING_get_bit(usage, KEY_USAGE_CRL_SIGN) == 1 : crit == -1;

	ASN1_BIT_STRING_free(usage);
	return may ? 0
	           : err_set(e, ERR_CRL,
	                 "the certificate of CA %s may not sign revocation lists (cRLSign)",
	                 a->name);
}

static int
put_dates(X509_CRL *list, const struct crl_plan *p)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, p->this_update),
	          *to = ASN1_TIME_set(NULL, p->next_update);
	int rc = -1;

	if (from != NULL && to != NULL && X509_CRL_set1_lastUpdate(list, from) == 1 &&
	    X509_CRL_set1_nextUpdate(list, to) == 1)
		rc = 0;
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return rc;
}

static int
put_number(X509_CRL *list, int64_t number)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	int rc = -1;

	if (n != NULL && ASN1_INTEGER_set_int64(n, number) == 1 &&
	    X509_CRL_add1_ext_i2d(list, NID_crl_number, n, 0, 0) == 1)
		rc = 0;
	ASN1_INTEGER_free(n);
	return rc;
}

static int
put_key_id(X509_CRL *list, const X509 *ca)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	int rc = -1;

	if (id != NULL && (id->keyid = tbs_key_id_of_ca(ca)) != NULL &&
	    X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, id, 0, 0) == 1)
		rc = 0;
	AUTHORITY_KEYID_free(id);
	return rc;
}

/* A reason that says nothing is left out (section 5.3.1). */
static int
put_reason(X509_REVOKED *to, int reason)
{
	ASN1_ENUMERATED *code;
	int rc = -1;

	if (reason == CRL_REASON_UNSPECIFIED)
		return 0;
	if ((code = ASN1_ENUMERATED_new()) != NULL && ASN1_ENUMERATED_set(code, reason) == 1 &&
	    X509_REVOKED_add1_ext_i2d(to, NID_crl_reason, code, 0, 0) == 1)
		rc = 0;
	ASN1_ENUMERATED_free(code);
	return rc;
}

static X509_REVOKED *
entry(const struct crl_entry *from)
{
	BIGNUM *n = BN_bin2bn(from->serial, from->n, NULL);
	ASN1_INTEGER *serial = n != NULL ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	ASN1_TIME *at = ASN1_TIME_set(NULL, from->at);
	X509_REVOKED *out = X509_REVOKED_new();

	if (serial == NULL || at == NULL || out == NULL ||
	    X509_REVOKED_set_serialNumber(out, serial) != 1 ||
	    X509_REVOKED_set_revocationDate(out, at) != 1 || put_reason(out, from->reason) != 0) {
		X509_REVOKED_free(out);
		out = NULL;
	}
	BN_free(n);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(at);
	return out;
}

static int
put_entries(X509_CRL *list, const struct crl_plan *p)
{
	for (size_t i = 0; i < p->revoked->n; i++) {
		const struct crl_entry *from = &p->revoked->v[i];
		X509_REVOKED *one;

		if (from->not_after < p->since)
			continue;
		if ((one = entry(from)) == NULL || X509_CRL_add0_revoked(list, one) != 1) {
			X509_REVOKED_free(one);
			return -1;
		}
	}
	return X509_CRL_sort(list) == 1 ? 0 : -1;
}

X509_CRL *
crl_write(const struct crl_plan *p, struct err *e)
{
	X509_CRL *list;

	if (crl_allowed(p->by, e) != 0)
		return NULL;
	if (p->next_update <= p->this_update || p->number < 0) {
		err_set(e, ERR_CRL, "a list that ends before it begins, or without a number");
		return NULL;
	}
	list = X509_CRL_new();
	if (list != NULL && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(list, X509_get_subject_name(p->by->cert)) == 1 &&
	    put_dates(list, p) == 0 && put_key_id(list, p->by->cert) == 0 &&
	    put_number(list, p->number) == 0 && put_entries(list, p) == 0)
		return list;
	err_set_ossl(e, ERR_INTERNAL, "writing the revocation list");
	X509_CRL_free(list);
	return NULL;
}
