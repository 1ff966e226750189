/* SPDX-License-Identifier: ISC
 *
 * Making a CA: a root and an issuing CA, one under a root that is there, or a single one; and its
 * folder.
 */
#ifndef CTL_CA_MAKE_H
#define CTL_CA_MAKE_H

#include <openssl/x509.h>

#include "ctl/ctl.h"

#define CA_DEFAULT_KEY "rsa:3072"

struct ca_wish {
	const char *name; /* of the CA */
	const X509_NAME *subject;
	const char *done;   /* for the transcript, without the options about keys */
	X509 *root;         /* that is to sign it; NULL: one is made, or none with --single */
	EVP_PKEY *root_key; /* its key */
};

/* Makes it and shows its certificates; the options say which key and whether it is encrypted. -1:
 * USAGE (there is such a CA), CA_EXPIRED, FILE, INTERNAL and what new_key_plan says. */
int ca_make(struct ctl *c, const struct args *a, const struct ca_wish *w, struct err *e)
    __attribute__((warn_unused_result));

#endif
