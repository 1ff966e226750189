/* SPDX-License-Identifier: ISC
 *
 * The walk over BER ends, within the octets, and its length is that of a value.
 */
#include "fuzz.h"
#include "wire/tlv.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	size_t n = 0, again = 0;

	if (tlv_walk(view_of(data, size), &n, &e) == 0) {
		PROMISE(n >= 2 && n <= size && size - n <= 3);
		PROMISE(tlv_walk(view_of(data, n), &again, &e) == 0 && again == n);
	} else {
		PROMISE(e.code == ERR_MESSAGE || e.code == ERR_LIMITS);
	}
	return 0;
}
