/* SPDX-License-Identifier: ISC
 *
 * transcript.txt of a CA: what was made with its key by hand, when, with which versions and
 * parameters. Nothing secret is in it.
 */
#ifndef CTL_CEREMONY_LOG_H
#define CTL_CEREMONY_LOG_H

#include <openssl/x509.h>

#include "ctl/ctl.h"

#define TRANSCRIPT_FILE "transcript.txt"

/* The head of an entry: time, versions, and what was done. -1: MEMORY. */
int transcript_begin(struct buf *text, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result));

/* What a certificate is: subject, serial, validity, key, fingerprints. -1: MEMORY. */
int transcript_cert(struct buf *text, const char *what, const X509 *cert, struct err *e)
    __attribute__((warn_unused_result));

/* Adds an entry to the transcript of a CA that exists. -1: FILE. */
int transcript_append(struct ctl *c, const char *ca, const struct buf *text, struct err *e)
    __attribute__((warn_unused_result));

#endif
