/* SPDX-License-Identifier: ISC
 *
 * How the files behind signer/token.h work together: a module is a library that leads to tokens, a
 * session leads to one token, and a key is found through a session.
 */
#ifndef SIGNER_TOKENS_H
#define SIGNER_TOKENS_H

#include <stdint.h>

#include <openssl/core.h>

#include "cryptoki.h"
#include "signer/token.h"

/* A loaded library. One for each path, kept until the last key of it is freed. */
struct token_module {
	struct token_module *next;
	char *path;
	void *library;
	struct ck_functions *f;
	unsigned users;
	unsigned generation; /* raised by every start: sessions of an earlier one are void */
	bool running;
};

/* The module at `path`, loaded and started. -1: CONFIG (not loadable, or writable by others), then
 * NULL; or KEY_GONE (it does not start), and then the module all the same. Give it back by
 * module_put. */
int module_get(const char *path, struct token_module **m, struct err *e)
    __attribute__((warn_unused_result));
void module_put(struct token_module *m);

/* The path of the module for a place whose URI was taken apart; "": nobody names one. */
const char *token_module_path(const struct token_place *place, const struct token_uri *u);
#define NO_MODULE "key %s: no PKCS#11 module: set pkcs11_module, or module-path in the URI"

/* Ends and starts it, so that it looks for its tokens anew. -1: KEY_GONE. */
int module_restart(struct token_module *m, struct err *e) __attribute__((warn_unused_result));

/* The one token that fits the URI. -1: KEY_GONE, KEY_FILE. */
int token_find(struct token_module *m, const struct token_uri *u, ck_slot *slot, ck_ulong *flags,
    struct err *e) __attribute__((warn_unused_result));

/* A session with the one token that fits the URI, logged in when the token wants it; a `writable`
 * one for making keys. *refused is set when the token did not take the PIN. -1: KEY_GONE, KEY_FILE
 * (several tokens, the PIN). */
int session_open(struct token_module *m, const struct token_uri *u, struct view pin, bool writable,
    ck_session *session, bool *refused, struct err *e) __attribute__((warn_unused_result));

/* The name of a result, valid until the next call. */
const char *token_result(ck_rv rv);

/* Records KEY_GONE with the name of the result; returns -1. */
int token_fault(struct err *e, const char *what, ck_rv rv);

/* Attributes of an object in turn: -1 KEY_GONE. */
struct ck_read {
	ck_attr_type type;
	struct buf *to; /* appended; stays empty where there is no such attribute */
};
int object_read(struct token_module *m, ck_session session, ck_object object, struct ck_read *what,
    size_t n, struct err *e) __attribute__((warn_unused_result));

/* The keys of this class in the token that fit the URI, at most two into out[2]. -1: KEY_GONE. */
int object_find(struct token_module *m, ck_session session, ck_ulong class,
    const struct token_uri *u, ck_object out[2], size_t *n, struct err *e)
    __attribute__((warn_unused_result));

/* The public half of a private key object as a key of OpenSSL; the caller frees. NULL: KEY_GONE,
 * KEY_FILE. */
EVP_PKEY *token_public(
    struct token_module *m, ck_session session, ck_object private, struct err *e);

/* A key in a token, counted. */
struct token_key;

/* One that has not been opened yet. With its public half it is watched: kept while its token is
 * away, and the log is told when it goes and comes. NULL: CONFIG, MEMORY. */
struct token_key *token_key_new(const struct token_place *place, EVP_PKEY *public, struct err *e);

struct token_key *token_key_ref(struct token_key *k);
void token_key_free(struct token_key *k);

/* Its public half; borrowed. */
EVP_PKEY *token_key_public(const struct token_key *k);

const char *token_key_uri(const struct token_key *k);

/* A private operation by one of the three mechanisms: CKM_RSA_PKCS and CKM_ECDSA sign,
 * CKM_RSA_X_509 decrypts. Tries again after opening the key anew. *n is the room on entry, then the
 * length. -1: the key is gone, and token_key_why says why. */
int token_key_use(struct token_key *k, ck_mech_type mechanism, struct view in, uint8_t *out,
    size_t *n) __attribute__((warn_unused_result));

/* Whether the token has the key now. -1: KEY_GONE, KEY_FILE (see key_here). */
int token_key_here(struct token_key *k, struct err *e) __attribute__((warn_unused_result));

/* Records KEY_GONE with what was wrong, when the key is gone; whether it is. */
bool token_key_gone(const struct token_key *k, struct err *e);

/* The key itself: what OpenSSL holds is a reference to a token_key, in a box because OpenSSL makes
 * it before it is filled. */
struct box {
	struct token_key *key;
};

/* What such keys do, for the provider. */
extern const OSSL_DISPATCH token_rsa_signature[], token_ec_signature[], token_rsa_decryption[];

/* The EVP_PKEY around a key, which takes it over whatever happens. NULL: INTERNAL. */
EVP_PKEY *token_evp(struct token_key *k, struct err *e);

/* The key in an EVP_PKEY, borrowed; NULL: it is in no token. */
struct token_key *token_of(const EVP_PKEY *key);

#endif
