/* SPDX-License-Identifier: ISC
 *
 * Any octets as a certificate: its key is measured without being decoded, and made only when it is
 * sane.
 */
#include <openssl/err.h>

#include "fuzz.h"
#include "wire/cms.h"
#include "wire/scep_env.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	X509 *cert;

	fuzz_start();
	if ((cert = ossl_cert_read(view_of(data, size))) != NULL) {
		const X509_PUBKEY *spki = X509_get_X509_PUBKEY(cert);
		struct key_facts facts = ossl_key_facts(spki);
		EVP_PKEY *key = ossl_spki_key(spki, NULL);
		struct buf der = {0};
		struct der d = der_to(&der);
		CMS_ID *id;

		PROMISE(facts.sane || key == NULL);
		PROMISE(key == NULL || EVP_PKEY_get_bits(key) > 0);
		PROMISE(facts.sane || !scep_env_possible(&facts));
		cms_id_write(cert, &d);
		PROMISE(der_done(&d) == 0);
		PROMISE((id = ossl_read(buf_view(&der), ASN1_ITEM_rptr(CMS_ID))) != NULL);
		PROMISE(cms_id_is(id, cert));
		buf_free(&der);
		CMS_ID_free(id);
		EVP_PKEY_free(key);
		X509_free(cert);
	}
	ERR_clear_error();
	return 0;
}
