/* SPDX-License-Identifier: ISC
 *
 * See conf/keys.h.
 */
#include "conf/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/assemble.h"
#include "conf/folder.h"
#include "conf/owner.h"
#include "conf/passphrase.h"
#include "signer/keyring.h"
#include "signer/token.h"

#define FROM ".key"
#define TO ".uri"

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0 || errno != ENOENT;
}

char *
key_place_uri_path(const char *path)
{
	size_t n = strlen(path), end = strlen(FROM);
	char *out = n > end && strcmp(path + n - end, FROM) == 0 ? strdup(path) : NULL;

	if (out != NULL)
		memcpy(out + n - end, TO, end);
	return out;
}

/* Whoever can write the file can name another key. */
static int
judge(const char *path, uid_t service, struct err *e)
{
	char *folder = conf_folder(path);
	int rc;

	if (folder == NULL)
		rc = err_set(e, ERR_MEMORY, "no memory");
	else
		rc = file_judge(path, service, e) != 0 || file_judge(folder, service, e) != 0 ? -1
		                                                                              : 0;
	free(folder);
	return rc;
}

/* The first line of a NAME.uri. */
static int
read_uri(const char *path, uid_t service, char **uri, struct err *e)
{
	struct buf text = {0};
	struct err why = ERR_INIT;
	struct token_uri parts;
	int rc = -1;

	if (judge(path, service, e) != 0 || file_read(path, TOKEN_URI_MAX + 2, &text, e) != 0)
		goto out;
	if ((*uri = strdup(buf_str(&text))) == NULL) {
		err_set(e, ERR_MEMORY, "no memory");
		goto out;
	}
	(*uri)[strcspn(*uri, "\r\n")] = '\0';
	if ((rc = token_uri_read(*uri, &parts, &why)) != 0)
		err_set(e, why.code, "%s: %s", path, why.detail);
out:
	buf_free(&text);
	return rc;
}

int
key_place_find(const char *path, uid_t service, struct key_place *place, struct err *e)
{
	char *uri_path = key_place_uri_path(path), **set = &place->file;
	int rc = 0;

	*place = (struct key_place){NULL, NULL};
	if (token_is_uri(path)) {
		set = &place->uri;
	} else if (uri_path != NULL && is_there(uri_path)) {
		set = NULL;
		rc = is_there(path) ? err_set(e, ERR_CONFIG,
		                          "%s: there is %s too: remove the one that is not meant",
		                          path, uri_path)
		                    : read_uri(uri_path, service, &place->uri, e);
	}
	if (set != NULL && (*set = strdup(path)) == NULL)
		rc = err_set(e, ERR_MEMORY, "no memory");
	free(uri_path);
	return rc;
}

void
key_place_free(struct key_place *place)
{
	free(place->file);
	free(place->uri);
	*place = (struct key_place){NULL, NULL};
}

EVP_PKEY *
conf_key(const struct conf *c, const char *path, const char *what, X509 *cert, struct err *e)
{
	struct key_place place;
	struct secret pass = {0};
	EVP_PKEY *key = NULL;

	if (key_place_find(path, conf_user(c), &place, e) != 0 ||
	    conf_passphrase(c, what, &pass, e) != 0)
		goto out;
	if (place.uri != NULL)
		key = token_open(
		    &(struct token_place){
		        .uri = place.uri, .module = c->pkcs11_module, .pin = secret_view(&pass)},
		    cert, e);
	else
		key =
		    key_load(place.file, pass.n > 0 ? (const char *)pass.p : NULL, conf_user(c), e);
out:
	secret_free(&pass);
	key_place_free(&place);
	return key;
}
