/* SPDX-License-Identifier: ISC
 *
 * A fuzz target is one function that feeds octets to readers; a broken promise ends the program.
 * `make check` replays the recorded inputs through it, --enable-fuzzing links it with libFuzzer.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "base/ossl.h"

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

#endif
