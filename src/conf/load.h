/* SPDX-License-Identifier: ISC
 *
 * Reading certificates and keys; for the files of this layer only.
 */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include "conf/assemble.h"

#define PEM_MAX (256u << 10)

/* The private key at `path` for a certificate, with the passphrase or PIN of "KIND-NAME" when there
 * is one. NULL: as conf_key. */
EVP_PKEY *load_key(const struct conf *c, const char *path, const char *kind, const char *name,
    X509 *cert, struct err *e);

/* The first certificate of a PEM file. NULL: FILE, CONFIG. */
X509 *load_cert(const char *path, struct err *e);

/* Sets the path in front of a complaint about a file's content; -1. */
int load_fault(const char *path, const struct err *why, struct err *e);

/* Every CA that profiles name or that follows one, once. -1: CONFIG, KEY_FILE, FILE naming the
 * file.
 */
int load_cas(const struct conf *c, struct service *s, struct err *e)
    __attribute__((warn_unused_result));

/* The CAs that a profile deals with, of those that were loaded. -1: CONFIG, FILE. */
int find_line(const struct conf *c, const struct service *s, const char *first,
    struct service_profile *to, struct err *e) __attribute__((warn_unused_result));

/* All RAs of a profile. -1: CONFIG, KEY_FILE, FILE naming the file. */
int load_ras(const struct conf *c, const struct conf_profile *from, struct service_profile *to,
    struct err *e) __attribute__((warn_unused_result));

#endif
