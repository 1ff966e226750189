/* SPDX-License-Identifier: ISC
 *
 * Any octets as the challenge and the common name of a request: what could be written reads back,
 * the challenge without the spaces around it.
 */
#include <openssl/err.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	X509_NAME *name = X509_NAME_new();
	const struct csr_wish wish = {
	    .subject = name, .challenge = view_of(data, size), .digest = DIGEST_SHA256};
	struct buf der = {0};
	struct err e = ERR_INIT;
	struct csr c;

	fuzz_start();
	PROMISE(name != NULL);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, data, (int)(size < 64 ? size : 64), -1, 0);
	if (csr_write(&wish, fuzz_signer()->key, &der, &e) == 0) {
		int rc = csr_read(buf_view(&der), NULL, &c, &e);

		/* The writer takes any octets, the reader only text. */
		PROMISE(rc == 0 || e.code == ERR_CSR);
		PROMISE(rc != 0 || (c.challenge.n <= size && c.digest == DIGEST_SHA256));
		csr_free(&c);
	}
	X509_NAME_free(name);
	buf_free(&der);
	ERR_clear_error();
	return 0;
}
