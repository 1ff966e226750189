/* SPDX-License-Identifier: ISC
 *
 * Who signs and who is written to, for the targets that write.
 */
#include <openssl/pem.h>

#include "fuzz.h"

X509 *
fuzz_recipient(void)
{
	static X509 *cert;
	BIO *in;

	if (cert == NULL) {
		PROMISE((in = BIO_new_file(TESTS_DATA "/live/live_recipient_ca.pem", "r")) != NULL);
		PROMISE((cert = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL);
		BIO_free(in);
	}
	return cert;
}

const struct msg_signer *
fuzz_signer(void)
{
	static struct msg_signer by = {.digest = DIGEST_SHA256};
	X509_NAME *name = NULL;
	struct buf der = {0};
	X509 *made;

	if (by.cert != NULL)
		return &by;
	PROMISE((by.key = EVP_EC_gen("P-256")) != NULL && (made = X509_new()) != NULL);
	name = X509_get_subject_name(made);
	PROMISE(X509_NAME_add_entry_by_txt(
	            name, "CN", MBSTRING_ASC, (const unsigned char *)"fuzz", -1, -1, 0) == 1);
	PROMISE(X509_set_issuer_name(made, name) == 1 && X509_set_pubkey(made, by.key) == 1);
	PROMISE(X509_gmtime_adj(X509_getm_notBefore(made), 0) != NULL);
	PROMISE(X509_gmtime_adj(X509_getm_notAfter(made), 3600) != NULL);
	PROMISE(X509_sign(made, by.key, EVP_sha256()) > 0);
	PROMISE(ossl_write(&der, made, ASN1_ITEM_rptr(X509)) == 0);
	PROMISE((by.cert = ossl_cert_read(buf_view(&der))) != NULL);
	X509_free(made);
	buf_free(&der);
	return &by;
}
