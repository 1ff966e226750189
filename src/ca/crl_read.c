/* SPDX-License-Identifier: ISC
 *
 * See ca/crl.h: reading, and what may follow what. A list comes from the store or from a disk, so
 * it counts for something only when the authority signed it.
 */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ca/crl.h"

#define NUMBER_MAX (INT64_C(1) << 53) /* what the store can count */

static int
number_read(const X509_CRL *list, int64_t *out)
{
	ASN1_INTEGER *n = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
	int rc = n != NULL && ASN1_INTEGER_get_int64(out, n) == 1 && *out >= 0 && *out <= NUMBER_MAX
	             ? 0
	             : -1;

	ASN1_INTEGER_free(n);
	return rc;
}

static bool
signed_by(X509_CRL *list, const X509 *ca)
{
	EVP_PKEY *key = ossl_spki_key(X509_get_X509_PUBKEY(ca), NULL);
	bool ok = key != NULL && X509_CRL_verify(list, key) == 1;

	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

static int
judge(const struct authority *a, struct crl *c, struct err *e)
{
	if (X509_NAME_cmp(X509_CRL_get_issuer(c->list), X509_get_subject_name(a->cert)) != 0)
		return err_set(e, ERR_CRL, "not a list of CA %s", a->name);
	/* A delta and a list of a part say so by a critical extension (sections 5.2.4, 5.2.5). */
	if (X509_CRL_get_ext_by_critical(c->list, 1, -1) >= 0)
		return err_set(e, ERR_CRL, "not a complete list");
	if (number_read(c->list, &c->number) != 0)
		return err_set(e, ERR_CRL, "a list without a number, or with one out of range");
	if (ossl_seconds(X509_CRL_get0_lastUpdate(c->list), &c->from) != 0 ||
	    ossl_seconds(X509_CRL_get0_nextUpdate(c->list), &c->to) != 0)
		return err_set(e, ERR_CRL, "a list without dates");
	if (!signed_by(c->list, a->cert))
		return err_set(e, ERR_CRL, "not signed by CA %s", a->name);
	return 0;
}

int
crl_read(const struct authority *a, struct view der, struct crl *out, struct err *e)
{
	const uint8_t *at = der.p;

	*out = (struct crl){0};
	if (der.n == 0 || der.n > CRL_MAX ||
	    (out->list = d2i_X509_CRL(NULL, &at, (long)der.n)) == NULL || at != der.p + der.n) {
		ERR_clear_error();
		return err_set(e, ERR_CRL, "not a revocation list");
	}
	out->n = (size_t)(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(out->list)) > 0
	                      ? sk_X509_REVOKED_num(X509_CRL_get_REVOKED(out->list))
	                      : 0);
	return judge(a, out, e);
}

void
crl_free(struct crl *c)
{
	X509_CRL_free(c->list);
	*c = (struct crl){0};
}

static const char *
reason_of(const X509_REVOKED *r)
{
	ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, NULL, NULL);
	const char *name = code != NULL ? crl_reason_name((int)ASN1_ENUMERATED_get(code)) : NULL;

	ASN1_ENUMERATED_free(code);
	return name != NULL ? name : crl_reason_name(CRL_REASON_UNSPECIFIED);
}

int
crl_entries(const struct crl *c, struct crl_set *to, struct err *e)
{
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(c->list);

	for (int i = 0; i < sk_X509_REVOKED_num(all); i++) {
		const X509_REVOKED *r = sk_X509_REVOKED_value(all, i);
		struct view serial = ossl_string_view(X509_REVOKED_get0_serialNumber(r));
		char hex[2 * CRL_SERIAL_MAX + 1];
		time_t at;

		if (serial.n > CRL_SERIAL_MAX ||
		    ossl_seconds(X509_REVOKED_get0_revocationDate(r), &at) != 0)
			return err_set(e, ERR_CRL, "an entry that cannot be read");
		hex_of(serial, hex);
		if (crl_set_add(to, view_str(hex), view_str(reason_of(r)), at, 0, e) != 0)
			return -1;
	}
	return 0;
}

/* Whether a serial of the last list may be absent from the next one or is on it. What was
 * remembered goes before what the store says now. */
static bool
accounted(const struct crl_next *next, struct view serial)
{
	const struct crl_entry *now = crl_set_find(next->has, serial),
	                       *then = crl_set_find(next->before, serial);

	if (now != NULL && now->not_after >= next->since)
		return true;
	if (then != NULL)
		return then->not_after < next->from;
	return now != NULL && now->not_after < next->from;
}

int
crl_follows(const struct crl *last, const struct crl_next *next, struct err *e)
{
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(last->list);
	char first[2 * CRL_SERIAL_MAX + 1] = "";
	int missing = 0;

	if (next->number <= last->number)
		return err_set(e, ERR_CRL, "number %lld does not come after %lld",
		    (long long)next->number, (long long)last->number);
	for (int i = 0; !next->loss && i < sk_X509_REVOKED_num(all); i++) {
		struct view serial =
		    ossl_string_view(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(all, i)));

		if (serial.n > CRL_SERIAL_MAX || accounted(next, serial))
			continue;
		if (missing++ == 0)
			hex_of(serial, first);
	}
	return missing == 0 ? 0
	                    : err_set(e, ERR_CRL,
	                          "%d serial numbers of list %lld are missing, among them %s",
	                          missing, (long long)last->number, first);
}
