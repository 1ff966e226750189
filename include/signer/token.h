/* SPDX-License-Identifier: ISC
 *
 * Private keys that never leave their token (PKCS#11): a smart card, an HSM, or a program that acts
 * as one. A key is named by a URI (RFC 7512). What comes out is an EVP_PKEY like any other, whose
 * private operations are done by the token.
 *
 * A token that is away is no fault of the key: the key stays, its operations fail, and it comes
 * back by itself when the token does. Nothing here survives a fork: open keys in the process that
 * uses them.
 */
#ifndef SIGNER_TOKEN_H
#define SIGNER_TOKEN_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"
#include "signer/ceremony.h"

#define TOKEN_URI_MAX 1024

/* A URI taken apart; "" is what it does not say. */
struct token_uri {
	char text[TOKEN_URI_MAX + 1];                            /* as it was given */
	char token[33], manufacturer[33], model[17], serial[17]; /* of the token */
	char object[256];                                        /* label of the key */
	unsigned char id[128];                                   /* CKA_ID of the key */
	size_t id_len;
	char module[TOKEN_URI_MAX + 1]; /* path of the module */
};

/* Whether a text is such a URI and not the path of a file. */
bool token_is_uri(const char *text);

/* -1: CONFIG: not a URI as RFC 7512 has it, a part that is not understood here, neither object nor
 * id, or a PIN in it. The message repeats nothing of the URI but names of its parts. */
int token_uri_read(const char *text, struct token_uri *uri, struct err *e)
    __attribute__((warn_unused_result));

/* Where a key is and what opens it. */
struct token_place {
	const char *uri;
	const char *module; /* path of the module when the URI names none; "": none */
	struct view pin;    /* empty: the token asks for none */
};

/* The private key. With `cert` (whose key it must be) a key that cannot be opened now comes all the
 * same, closed: key_here tells, the log says when it goes and comes, and every operation tries
 * again, at most once a second after a failure. Without, it must be there. A PIN that the token
 * refuses is never shown to it again by this process. The caller frees with EVP_PKEY_free. NULL:
 * CONFIG (the URI, the module), MEMORY, and without `cert` what key_here says. */
EVP_PKEY *token_open(const struct token_place *place, X509 *cert, struct err *e);

/* Whether the token asks for a PIN: 1 or 0. -1: as token_open. */
int token_wants_pin(const struct token_place *place, struct err *e)
    __attribute__((warn_unused_result));

/* Makes a key pair in the token, under the label and id of the URI (an id is drawn when it has
 * none), that cannot be read out. NULL: USAGE (there is such a key already, or the kind is none for
 * a token), CONFIG, KEY_GONE, KEY_FILE. */
EVP_PKEY *token_make(const struct token_place *place, const struct key_spec *spec, struct err *e);

/* Takes back what token_make has just made. -1: KEY_GONE, KEY_FILE. */
int token_unmake(const struct token_place *place, struct err *e)
    __attribute__((warn_unused_result));

/* The URI of a key in a token, borrowed; NULL: it is none. */
const char *key_uri(const EVP_PKEY *key);

/* The public half of a key in a token, as an ordinary key; any other key itself. Borrowed. Comparing
 * keys of two providers depends on the version of OpenSSL. */
const EVP_PKEY *key_public_half(const EVP_PKEY *key);

/* Whether a private operation with the key is possible now: asks the token, and opens the key again
 * when it is time. Any other key is always there. -1: KEY_GONE: the token is away; KEY_FILE: it is
 * there and this will not do, because it refuses the PIN or wants one, or has no such key, several,
 * or another one than that of the certificate. */
int key_here(const EVP_PKEY *key, struct err *e) __attribute__((warn_unused_result));

/* Records that an operation with the key failed: KEY_GONE with what its token said, or `code` with
 * OpenSSL's reason. Returns -1. */
int key_fault(const EVP_PKEY *key, struct err *e, enum err_code code, const char *what);

#endif
