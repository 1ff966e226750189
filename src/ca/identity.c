/* SPDX-License-Identifier: ISC
 *
 * Digests over parts that are each preceded by their length, so that no two lists of parts come to
 * the same octets.
 */
#include "ca/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/ossl.h"

static int
add_part(struct buf *all, struct view part)
{
	uint8_t length[4] = {(uint8_t)(part.n >> 24), (uint8_t)(part.n >> 16),
	    (uint8_t)(part.n >> 8), (uint8_t)part.n};

	if (buf_add(all, length, sizeof length) != 0)
		return -1;
	return part.n == 0 ? 0 : buf_add(all, part.p, part.n);
}

static int
add_spki(struct buf *all, const X509_PUBKEY *spki)
{
	struct buf der = {0};
	int rc = ossl_spki_write(&der, spki) == 0 ? add_part(all, buf_view(&der)) : -1;

	buf_free(&der);
	return rc;
}

static int
add_name(struct buf *all, const X509_NAME *name)
{
	struct buf der = {0};
	int rc = ossl_write(&der, name, ASN1_ITEM_rptr(X509_NAME)) == 0
	             ? add_part(all, buf_view(&der))
	             : -1;

	buf_free(&der);
	return rc;
}

static int
by_octets(const void *a, const void *b)
{
	return view_order(buf_view(a), buf_view(b));
}

static int
add_extensions(struct buf *all, const STACK_OF(X509_EXTENSION) *exts)
{
	size_t n = exts != NULL ? (size_t)sk_X509_EXTENSION_num(exts) : 0;
	struct buf *der = calloc(n + 1, sizeof *der);
	int rc = der == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = ossl_write(
		    &der[i], sk_X509_EXTENSION_value(exts, (int)i), ASN1_ITEM_rptr(X509_EXTENSION));
	if (rc == 0)
		qsort(der, n, sizeof *der, by_octets);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_part(all, buf_view(&der[i]));
	for (size_t i = 0; der != NULL && i < n; i++)
		buf_free(&der[i]);
	free(der);
	return rc;
}

int
identity_request(const struct profile *p, const struct claim *by, const struct csr *csr,
    uint8_t digest[32], struct err *e)
{
	struct buf all = {0};
	char authority[65];
	int rc = -1;

	claim_authority(by, authority);
	if (add_part(&all, view_str(p->id)) == 0 && add_part(&all, view_str(authority)) == 0 &&
	    add_spki(&all, csr->spki) == 0 && add_name(&all, csr->subject) == 0 &&
	    add_extensions(&all, csr->exts) == 0) {
		ossl_sha256(buf_view(&all), digest);
		rc = 0;
	}
	buf_free(&all);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "identity of a request");
}

int
identity_transaction(const char *profile, struct view transaction_id, const X509 *signer,
    struct view predecessor, uint8_t digest[32], struct err *e)
{
	struct buf all = {0};
	int rc = -1;

	if (add_part(&all, view_str(profile)) == 0 && add_part(&all, transaction_id) == 0 &&
	    add_spki(&all, X509_get_X509_PUBKEY(signer)) == 0 && add_part(&all, predecessor) == 0) {
		ossl_sha256(buf_view(&all), digest);
		rc = 0;
	}
	buf_free(&all);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "identity of a transaction");
}
