/* SPDX-License-Identifier: ISC
 *
 * A stage for a command: a private folder with a configuration, and captured output. A command runs
 * in this process as it does from a shell.
 */
#ifndef TESTS_CTL_STAGE_H
#define TESTS_CTL_STAGE_H

#include <openssl/x509.h>

#include "ctl/ctl.h"
#include "tmpdir.h"

struct stage {
	struct tmpdir dir;
	char conf[PATH_MAX];
	const char *tty; /* NULL: there is no terminal */
	char *out, *err; /* of the last command; owned */
};

/* Makes the folder with a scepd.conf (NULL: a plain one) in it. Ends the program when it cannot. */
void stage_open(struct stage *s, const char *conf);
void stage_close(struct stage *s);

/* Runs "scepctl -c CONF ARG...", arguments separated by '|', with `input` (NULL: none) on stdin.
 * "@" at the beginning of an argument stands for the folder. Returns the exit code. */
int stage_run(struct stage *s, const char *input, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The path of a file in the folder, valid until the fourth next call. */
const char *stage_path(struct stage *s, const char *name);

/* Writes a file there, or ends the program. */
void stage_write(struct stage *s, const char *name, const char *text, mode_t mode);

/* The first certificate of a PEM file there; the caller frees. NULL when there is none. */
X509 *stage_cert(struct stage *s, const char *name);

/* Its SHA-256, hexadecimal; "" when there is none. Valid until the fourth next call. */
const char *stage_cert_id(struct stage *s, const char *name);

/* Its private key; the caller frees. */
EVP_PKEY *stage_key(struct stage *s, const char *name, const char *passphrase);

/* Permissions of a file, or -1. */
int stage_mode(struct stage *s, const char *name);

/* How many names there are in a folder, hidden ones included; -1 when there is no such folder. */
int stage_count(struct stage *s, const char *name);

/* The whole text of a file; the caller frees. NULL when it cannot be read. */
char *stage_text(struct stage *s, const char *name);

/* Whether the last command's stderr or stdout contains a text. */
bool stage_said(const struct stage *s, const char *text);
bool stage_printed(const struct stage *s, const char *text);

#endif
