/* SPDX-License-Identifier: ISC
 *
 * Any octets as what an envelope or a GetCA reply holds: certificates only, an IssuerAndSubject or
 * IssuerAndSerialNumber, a list of capabilities.
 */
#include <openssl/err.h>

#include "fuzz.h"
#include "wire/scep_body.h"
#include "wire/scep_ca.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = view_of(data, size);
	struct issuer_subject names;
	struct err e = ERR_INIT;
	X509_CRL *crl = NULL;
	STACK_OF(X509) *certs;

	fuzz_start();
	if ((certs = certs_only_read(in, &crl, &e)) == NULL)
		PROMISE(e.code == ERR_MESSAGE);
	sk_X509_pop_free(certs, X509_free);
	X509_CRL_free(crl);
	if (issuer_subject_read(in, &names, &e) == 0)
		PROMISE(names.issuer != NULL && names.subject != NULL);
	issuer_subject_free(&names);
	PKCS7_ISSUER_AND_SERIAL_free(issuer_serial_read(in, &e));
	caps_read(in);
	ERR_clear_error();
	return 0;
}
