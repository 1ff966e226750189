/* SPDX-License-Identifier: ISC
 *
 * Making an RA: its key and certificate, or two of each. A new profile, a rotation and a next CA do
 * it alike.
 */
#ifndef CTL_RA_MAKE_H
#define CTL_RA_MAKE_H

#include <openssl/x509v3.h>

#include "ca/authority.h"
#include "conf/ras.h"
#include "ctl/new_key.h"

#define RA_DEFAULT_KEY "rsa:2048"
#define RA_DEFAULT_EKU "serverAuth"

#define RA_MAKE_OPTIONS                                                                            \
	KEY_OPTION("key of the RA: rsa:2048, rsa:3072 or rsa:4096"),                               \
	    OPT("sign-key", sign_key, "SPEC|URI", "a second key, that signs"),                     \
	    OPT("ra-eku", ra_eku, "LIST", "extended key usage of the RA, or none"),                \
	    OPT("ra-keys", ra_keys, "1|2",                                                         \
	        "one key for both uses, or one that signs and one that decrypts")

struct ra_wish {
	struct new_key key, sign_key;
	EXTENDED_KEY_USAGE *eku;      /* owned */
	bool two;                     /* sign_key signs, the other takes messages */
	char text[2 * TOKEN_URI_MAX]; /* the options again, for the transcript */
};

/* What an RA is to resemble. */
struct ra_like {
	const X509 *cert;
	bool two, in_token;
};

/* What the options say about an RA of a profile (its name); what they do not say is as in `like`,
 * or the default when that is NULL. Warns of a dangerous usage. -1: USAGE, MEMORY, and what
 * new_key_plan says. In any case end it afterwards: keys that are not kept go from their token
 * again. */
int ra_wish_read(struct ctl *c, const struct args *a, const char *profile,
    const struct ra_like *like, struct ra_wish *w, struct err *e)
    __attribute__((warn_unused_result));
void ra_wish_end(struct ctl *c, struct ra_wish *w, bool keep);

/* The certificates of an RA that was made; its keys are those of the wish. */
struct ra_made {
	X509 *cert, *sign_cert; /* sign_cert: NULL when there is one key; owned */
};

/* Makes it for a profile (its name). -1: INTERNAL, CA_EXPIRED, USAGE, MEMORY, KEY_GONE. In any case
 * free it afterwards. */
int ra_make(const char *profile, struct ra_wish *w, const struct authority *ca, EVP_PKEY *ca_key,
    struct ra_made *out, struct err *e) __attribute__((warn_unused_result));
void ra_made_free(struct ra_made *m);

/* Its part of a transcript. -1: MEMORY. */
int ra_transcript(const struct ra_made *m, struct buf *entry, struct err *e)
    __attribute__((warn_unused_result));

/* Gives each file of it in turn to `put`, the keys first and the certificate that makes it exist
 * last. Stops with what `put` returned when that is not 0. -1: MEMORY, or of `put`. */
typedef int ra_put(void *to, enum ra_file file, struct view data, mode_t mode, struct err *e);
int ra_files(const struct ra_wish *w, const struct ra_made *m, ra_put *put, void *to, struct err *e)
    __attribute__((warn_unused_result));

#endif
