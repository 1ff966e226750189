/* SPDX-License-Identifier: ISC
 *
 * The files of a CA and the passphrases of its keys.
 */
#include "ctl/ca_files.h"

#include <stdlib.h>
#include <string.h>

#include "conf/assemble.h"
#include "conf/keys.h"
#include "conf/owner.h"
#include "conf/passphrase.h"
#include "ctl/ask.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "signer/ceremony.h"
#include "signer/keyring.h"

int
check_name(const char *name, struct err *e)
{
	if (profile_name_ok(name))
		return 0;
	return err_set(e, ERR_USAGE,
	    "\"%s\" is not a name: letters, digits, '.', '_' and '-', at most %d", name,
	    PROFILE_NAME_MAX);
}

/* One in a token; *is_token says whether that is where it is. */
static EVP_PKEY *
open_in_token(struct ctl *c, const struct args *a, const char *path, const char *what,
    bool *is_token, struct err *e)
{
	struct key_place place;
	EVP_PKEY *key = NULL;
	int rc = key_place_find(path, conf_user(&c->conf), &place, e);

	*is_token = rc != 0 || place.uri != NULL;
	if (rc == 0 && place.uri != NULL)
		key = open_token(c, a, place.uri, what, true, e);
	key_place_free(&place);
	return key;
}

EVP_PKEY *
open_key(struct ctl *c, const struct args *a, const char *path, const char *what, struct err *e)
{
	struct ask ask = {.prompt = "Passphrase of the key",
	    .option = "passphrase",
	    .file = a->passphrase_file,
	    .from_stdin = a->passphrase_stdin};
	struct secret pass = {0};
	EVP_PKEY *key = NULL;
	bool is_token;
	int rc = 0;

	if (what != NULL) {
		key = open_in_token(c, a, path, what, &is_token, e);
		if (is_token)
			return key;
	}
	if (!key_encrypted(path, c->owner.uid))
		return key_load(path, NULL, c->owner.uid, e);
	if (ask.file == NULL && !ask.from_stdin && what != NULL)
		rc = conf_passphrase(&c->conf, what, &pass, e);
	if (rc == 0 && pass.n == 0)
		rc = ask_secret(c, &ask, &pass, e);
	if (rc == 0)
		key = key_load(path, (const char *)pass.p, c->owner.uid, e);
	secret_free(&pass);
	return key;
}

int
new_passphrase(struct ctl *c, const struct args *a, struct secret *out, struct err *e)
{
	struct ask ask = {.prompt = "Passphrase for the new key",
	    .option = "passphrase",
	    .file = a->passphrase_file,
	    .from_stdin = a->passphrase_stdin,
	    .twice = true};

	if (a->encrypt)
		return ask_secret(c, &ask, out, e);
	if (a->passphrase_file != NULL || a->passphrase_stdin)
		return err_set(e, ERR_USAGE, "a passphrase is used with --encrypt only");
	return 0;
}

int
open_authority(struct ctl *c, const char *name, struct authority *a, struct err *e)
{
	char *cert_path = conf_ca_path(&c->conf, name, "ca.pem");
	char *chain_path = conf_ca_path(&c->conf, name, "chain.pem");
	char *key_path = conf_ca_path(&c->conf, name, "ca.key");
	struct buf cert = {0}, chain = {0};
	int rc = -1;

	*a = (struct authority){0};
	if (cert_path == NULL || chain_path == NULL || key_path == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	else if (!path_exists(cert_path) && key_exists(key_path))
		err_set(
		    e, ERR_USAGE, "the CA %s waits for its certificate (scepctl ca install)", name);
	else if (!path_exists(cert_path))
		err_set(e, ERR_USAGE, "there is no CA %s in %s", name, c->conf.ca_dir);
	else if (file_read(cert_path, PEM_MAX, &cert, e) == 0 &&
	         (!path_exists(chain_path) || file_read(chain_path, PEM_MAX, &chain, e) == 0))
		rc = authority_read(a, name, buf_view(&cert), buf_view(&chain), e);
	buf_free(&cert);
	buf_free(&chain);
	free(cert_path);
	free(chain_path);
	free(key_path);
	return rc;
}

EVP_PKEY *
open_ca_key(struct ctl *c, const struct args *a, const struct authority *ca, struct err *e)
{
	char *path = conf_ca_path(&c->conf, ca->name, "ca.key"), what[PROFILE_NAME_MAX + 4];
	EVP_PKEY *key;

	snprintf(what, sizeof(what), "ca-%.*s", PROFILE_NAME_MAX, ca->name);
	key = path != NULL ? open_key(c, a, path, what, e) : NULL;
	if (key != NULL && !key_fits(key, ca->cert)) {
		err_set(e, ERR_KEY_FILE, "%s does not belong to the certificate of the CA", path);
		EVP_PKEY_free(key);
		key = NULL;
	}
	free(path);
	return key;
}
