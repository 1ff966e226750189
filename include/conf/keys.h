/* SPDX-License-Identifier: ISC
 *
 * Where the private key of a CA or an RA is: in a file, or in a token. A key that the configuration
 * looks for in NAME.key is in a token when there is NAME.uri instead, whose first line is a pkcs11
 * URI (RFC 7512).
 */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include "conf/conf.h"

/* Either the path of a file or a URI; owned. */
struct key_place {
	char *file, *uri;
};

/* Where the key is that the configuration names by `path`, itself a path or a URI. -1: CONFIG (both
 * NAME.key and NAME.uri, a URI that is none, a NAME.uri that others can write), FILE, MEMORY. In
 * any case free it afterwards. */
int key_place_find(const char *path, uid_t service, struct key_place *place, struct err *e)
    __attribute__((warn_unused_result));
void key_place_free(struct key_place *place);

/* The path of the NAME.uri that belongs to a NAME.key; the caller frees. NULL: the path has another
 * end, or there is no memory. */
char *key_place_uri_path(const char *path);

/* The key itself, opened with the passphrase or the PIN of `what` (conf/passphrase.h). A token that
 * is away gives the key all the same when `cert`, its certificate, is given (signer/token.h). The
 * caller frees. NULL: CONFIG, KEY_FILE, KEY_GONE, FILE, MEMORY. */
EVP_PKEY *conf_key(
    const struct conf *c, const char *path, const char *what, X509 *cert, struct err *e);

#endif
