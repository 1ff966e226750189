/* SPDX-License-Identifier: ISC
 *
 * Any octets as a PKCS#10: read and its proof of possession checked, or refused with one of two
 * codes.
 */
#include <openssl/err.h>

#include "fuzz.h"
#include "wire/csr.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csr c;
	struct err e = ERR_INIT;

	fuzz_start();
	if (csr_read(view_of(data, size), NULL, &c, &e) == 0)
		PROMISE(c.key.sane && c.has_challenge == (c.challenge.n > 0) &&
		        csr_same_key(c.spki, c.spki));
	else
		PROMISE(e.code == ERR_CSR || e.code == ERR_CSR_PROOF);
	csr_free(&c);
	ERR_clear_error();
	return 0;
}
