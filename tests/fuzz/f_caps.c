/* SPDX-License-Identifier: ISC
 *
 * Any set of algorithms and functions as capabilities: one a line, none empty, and read back the
 * same (SCEPStandard stands for the mandatory ones).
 */
#include <string.h>

#include "fuzz.h"
#include "wire/scep_ca.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t d = size > 0 ? data[0] : 0, c = size > 1 ? data[1] : 0;
	const struct caps caps = {
	    .algs = {.ciphers = c & ALGS_ALL.ciphers, .digests = d & ALGS_ALL.digests},
	    .renewal = (d & 0x40) != 0,
	    .next_ca = (d & 0x80) != 0};
	struct buf out = {0};
	struct caps_read read;

	PROMISE(caps_write(&caps, &out) == 0);
	PROMISE(out.n > 0 && out.p[0] != '\n' && out.p[out.n - 1] == '\n');
	PROMISE(strstr(buf_str(&out), "\n\n") == NULL);
	read = caps_read(buf_view(&out));
	PROMISE(read.renewal == caps.renewal && read.next_ca == caps.next_ca && read.post);
	PROMISE(read.des3 == ((c & 1u << CIPHER_DES3) != 0));
	PROMISE(read.sha1 == ((d & 1u << DIGEST_SHA1) != 0));
	buf_free(&out);
	return 0;
}
