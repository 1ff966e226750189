/* SPDX-License-Identifier: ISC
 *
 * What bundles and backups share: a sealed file under a passphrase, whose first line says what kind
 * it is, and the files of a host in it.
 */
#ifndef CTL_BUNDLE_H
#define CTL_BUNDLE_H

#include <jansson.h>

#include "ctl/ctl.h"
#include "ctl/sealed.h"

#define PASSPHRASE_OPTIONS                                                                         \
	OPT("passphrase-file", passphrase_file, "FILE", "whose first line is the passphrase"),     \
	    OPT_FLAG("passphrase-stdin", passphrase_stdin, "the first line of stdin is it")
#define REPLACE_OPTION OPT_FLAG("replace", replace, "overwrite what exists")

/* The passphrase, asked for twice and long enough where a file is made. -1: USAGE, as ask_secret.
 */
int bundle_passphrase(struct ctl *c, const struct args *a, bool twice, struct secret *out,
    struct err *e) __attribute__((warn_unused_result));

/* Begins the file that the command names. The caller frees. NULL: as sealed_create. */
struct sealed *bundle_create(struct ctl *c, const struct args *a, const char *kind, struct err *e);

/* Adds a line and frees it. -1: MEMORY, FILE. */
int bundle_add(struct sealed *to, json_t *line, struct err *e) __attribute__((warn_unused_result));

/* Calls `each` with every line behind the first of a file of that kind, until it returns less than
 * 0. 0: the file is complete and unchanged. -1: REFUSED, FILE, or of `each`. */
typedef int bundle_each(
    struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e);
int bundle_read(struct ctl *c, const struct args *a, struct view passphrase, const char *kind,
    bundle_each *each, void *context, struct err *e) __attribute__((warn_unused_result));

/* Writes the files. The whole is read first, and so found to be complete and unchanged. -1: as
 * bundle_read; USAGE (a file exists). */
int bundle_unpack(struct ctl *c, const struct args *a, struct view passphrase, const char *kind,
    struct err *e) __attribute__((warn_unused_result));

#endif
