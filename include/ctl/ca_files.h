/* SPDX-License-Identifier: ISC
 *
 * The files of a CA, read and opened by several commands: ca_dir/NAME with ca.pem, ca.key,
 * chain.pem, root.key, ca.csr.
 */
#ifndef CTL_CA_FILES_H
#define CTL_CA_FILES_H

#include "ca/authority.h"
#include "ctl/ctl.h"

#define PEM_MAX (1u << 20)

/* -1: USAGE unless `name` may be the name of a CA or a profile. */
int check_name(const char *name, struct err *e) __attribute__((warn_unused_result));

/* Opens a private key; `what` is "ca-NAME", under which the configuration keeps its passphrase, and
 * by which it may be in a token (conf/keys.h); NULL: it is a file that the configuration does not
 * know. An encrypted key takes its passphrase, a token its PIN, from --passphrase-file or
 * --passphrase-stdin, else from the configuration, else from the terminal. The caller frees. NULL:
 * KEY_FILE ... */
EVP_PKEY *open_key(
    struct ctl *c, const struct args *a, const char *path, const char *what, struct err *e);

/* The passphrase that a new key is encrypted with; empty without --encrypt. -1: USAGE ... */
int new_passphrase(struct ctl *c, const struct args *a, struct secret *out, struct err *e)
    __attribute__((warn_unused_result));

/* Certificate and chain of a CA by name. -1: USAGE (no such CA, or it still waits for its
 * certificate), CONFIG, FILE. */
int open_authority(struct ctl *c, const char *name, struct authority *a, struct err *e)
    __attribute__((warn_unused_result));

/* Its private key, which fits the certificate. NULL: KEY_FILE ... */
EVP_PKEY *open_ca_key(
    struct ctl *c, const struct args *a, const struct authority *ca, struct err *e);

#define PASSPHRASE_OPTIONS                                                                         \
	OPT("passphrase-file", passphrase_file, "FILE",                                            \
	    "the passphrase is the first line of FILE (- is stdin)"),                              \
	    OPT_FLAG("passphrase-stdin", passphrase_stdin, "the passphrase comes from stdin")

#endif
