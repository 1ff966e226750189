/* SPDX-License-Identifier: ISC
 *
 * A key that a command makes: for a file, or in a token when --key is a pkcs11 URI. And the PIN of
 * a token, which comes from where the service finds it, from the options, or from the terminal.
 */
#ifndef CTL_NEW_KEY_H
#define CTL_NEW_KEY_H

#include "ctl/ctl.h"
#include "ctl/folder.h"
#include "signer/ceremony.h"
#include "signer/token.h"

struct new_key {
	struct key_spec spec;
	struct token_place place; /* its URI is NULL when the key is for a file */
	struct secret pin;
	char what[PROFILE_NAME_MAX + 4]; /* "ca-NAME", "ra-PROFILE" */
	char text[TOKEN_URI_MAX + 64];   /* the options again, for the transcript */
	EVP_PKEY *key;
	bool told; /* the PIN is where the service finds it */
};

/* Reads --key and --key-type, `def` being the kind of key without them, and finds the PIN:
 * `options` when --passphrase-file and --passphrase-stdin are about it. Makes nothing yet. -1:
 * USAGE, CONFIG, KEY_GONE, FILE ... In any case free it afterwards. */
int new_key_plan(struct ctl *c, const struct args *a, const char *def, const char *kind,
    const char *name, bool options, struct new_key *n, struct err *e)
    __attribute__((warn_unused_result));

/* Makes it. -1: USAGE (the token has such a key), KEY_GONE, INTERNAL. */
int new_key_make(struct new_key *n, struct err *e) __attribute__((warn_unused_result));

/* Puts it into a folder: NAME.key, encrypted under `pass` unless that is empty, or NAME.uri. -1:
 * FILE, INTERNAL. */
int new_key_store(struct ctl *c, struct folder *f, const char *name, const struct new_key *n,
    const struct secret *pass, struct err *e) __attribute__((warn_unused_result));

/* Frees it. One that is not kept goes from its token again. */
void new_key_end(struct ctl *c, struct new_key *n, bool keep);

/* Says where the service looks for the PIN, unless it is there. */
void new_key_tell(struct ctl *c, const struct new_key *n);

/* Whether there is a key, in a file or a token, for a path such as ca_dir/NAME/ca.key. */
bool key_exists(const char *path);

/* The URI that stands in the place of a key file; NULL: none, or it cannot be read. The caller
 * frees. */
char *key_uri_of(const struct ctl *c, const char *path);

/* Writes NAME.uri into a folder. -1: FILE. */
int key_uri_store(struct ctl *c, struct folder *f, const char *name, const char *uri, struct err *e)
    __attribute__((warn_unused_result));

/* The key in a token, which must be there. NULL: KEY_GONE, KEY_FILE, CONFIG ... */
EVP_PKEY *open_token(struct ctl *c, const struct args *a, const char *uri, const char *what,
    bool options, struct err *e);

#define KEY_OPTION(specs)                                                                          \
	OPT("key", key, "SPEC|URI", specs ", or a pkcs11 URI: made in that token"),                \
	    OPT("key-type", key_type, "SPEC", "kind of a key that is made in a token")

#endif
