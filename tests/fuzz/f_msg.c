/* SPDX-License-Identifier: ISC
 *
 * Any octets as a pkiMessage: read, and when that works verified, which finds the signer and reads
 * its key.
 */
#include <openssl/err.h>

#include "fuzz.h"
#include "wire/scep_msg.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scep_msg m;
	struct err e = ERR_INIT;

	fuzz_start();
	if (scep_msg_read(view_of(data, size), &m, &e) == 0) {
		PROMISE(m.attrs.transaction_id.n >= 1 &&
		        m.attrs.transaction_id.n <= TRANSACTION_ID_MAX);
		PROMISE(message_type_name(m.attrs.type)[0] != '\0');
		if (scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e) == 0)
			PROMISE(m.signer != NULL && m.signer_key.key != NULL && m.signer_facts.sane);
	}
	scep_msg_free(&m);
	ERR_clear_error();
	return 0;
}
