/* SPDX-License-Identifier: ISC
 *
 * A file of lines under a passphrase, written and read as a stream: the key is scrypt(passphrase,
 * salt), the content AES-256-GCM in chunks of 64 KiB. The nonce of a chunk is its number and
 * whether it is the last one, so that none can be left out, moved or cut off; the first line of the
 * file, in clear text, is authenticated with each.
 */
#ifndef CTL_SEALED_H
#define CTL_SEALED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

#define SEALED_LINE_MAX (8u << 20)

struct sealed;

/* Begins a file (mode 0600) that appears under `path` when it is complete, over one that is there
 * only with `replace`. The caller frees. NULL: USAGE (it exists), FILE, MEMORY, INTERNAL. */
struct sealed *sealed_create(const char *path, struct view passphrase, bool replace, struct err *e);

/* Appends a line, which has no newline in it. -1: FILE, INTERNAL. */
int sealed_add(struct sealed *s, struct view line, struct err *e)
    __attribute__((warn_unused_result));

/* The last chunk, and the file gets its name. -1: FILE, INTERNAL. */
int sealed_finish(struct sealed *s, struct err *e) __attribute__((warn_unused_result));

/* Opens one for reading. NULL: FILE, REFUSED (no such file of ours), MEMORY. */
struct sealed *sealed_open(const char *path, struct view passphrase, struct err *e);

/* The next line, valid until the next call. 1; 0 at the end; -1: REFUSED (another passphrase, or
 * the file was changed or cut off), FILE, MEMORY. */
int sealed_line(struct sealed *s, struct view *line, struct err *e)
    __attribute__((warn_unused_result));

/* Frees and wipes; a file that was not finished is removed. */
void sealed_free(struct sealed *s);

#endif
