/* SPDX-License-Identifier: ISC
 *
 * Any certificate that can be read, in a certs-only message: it comes back octet for octet and in
 * its place.
 */
#include <openssl/err.h>

#include "fuzz.h"
#include "wire/scep_body.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STACK_OF(X509) *certs, *read;
	struct buf der = {0}, first = {0}, again = {0};
	struct err e = ERR_INIT;
	X509 *cert;

	fuzz_start();
	if ((cert = ossl_cert_read(view_of(data, size))) != NULL) {
		PROMISE((certs = sk_X509_new_null()) != NULL);
		PROMISE(sk_X509_push(certs, cert) == 1 &&
		        sk_X509_push(certs, fuzz_signer()->cert) == 2);
		PROMISE(certs_only_write((struct view){0}, certs, (struct view){0}, &der) == 0);
		PROMISE((read = certs_only_read(buf_view(&der), NULL, &e)) != NULL);
		PROMISE(sk_X509_num(read) == 2);
		PROMISE(ossl_write(&first, cert, ASN1_ITEM_rptr(X509)) == 0);
		PROMISE(ossl_write(&again, sk_X509_value(read, 0), ASN1_ITEM_rptr(X509)) == 0);
		PROMISE(view_eq(buf_view(&first), buf_view(&again)));
		sk_X509_pop_free(read, X509_free);
		sk_X509_free(certs);
		X509_free(cert);
	}
	buf_free(&der);
	buf_free(&first);
	buf_free(&again);
	ERR_clear_error();
	return 0;
}
