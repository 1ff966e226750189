/* SPDX-License-Identifier: ISC
 *
 * A fuzz target is one function that feeds octets to readers or writers; a broken promise ends the
 * program. `make check` replays the recorded inputs through it, --enable-fuzzing links it with
 * libFuzzer.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "base/ossl.h"
#include "wire/csr.h"
#include "wire/scep_env.h"
#include "wire/scep_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of a reader. */
#define PROMISE(x)                                                                                 \
	do {                                                                                       \
		if (!(x))                                                                          \
			abort();                                                                   \
	} while (0)

/* For targets that parse certificates. */
static inline void
fuzz_start(void)
{
	struct err e = ERR_INIT;

	PROMISE(ossl_start(&e) == 0);
}

/* For targets that write: who signs, made once; the recipient that recorded messages are encrypted
 * to. */
const struct msg_signer *fuzz_signer(void);
X509 *fuzz_recipient(void);

#endif
