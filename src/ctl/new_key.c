/* SPDX-License-Identifier: ISC
 *
 * See ctl/new_key.h.
 */
#include "ctl/new_key.h"

#include <stdlib.h>
#include <string.h>

#include "conf/assemble.h"
#include "conf/keys.h"
#include "conf/owner.h"
#include "conf/passphrase.h"
#include "ctl/ask.h"

/* Where the service looks for it comes first; a token that wants none is asked for none. */
static int
find_pin(struct ctl *c, const struct args *a, const struct token_place *place, const char *what,
    bool options, struct secret *pin, struct err *e)
{
	struct ask ask = {.prompt = "PIN of the token", .option = "passphrase"};
	int wants;

	if (options) {
		ask.file = a->passphrase_file;
		ask.from_stdin = a->passphrase_stdin;
	}
	if (ask.file == NULL && !ask.from_stdin) {
		if (what != NULL && conf_passphrase(&c->conf, what, pin, e) != 0)
			return -1;
		if (pin->n > 0)
			return 0;
		if ((wants = token_wants_pin(place, e)) <= 0)
			return wants;
	}
	return ask_secret(c, &ask, pin, e);
}

EVP_PKEY *
open_token(struct ctl *c, const struct args *a, const char *uri, const char *what, bool options,
    struct err *e)
{
	struct token_place place = {.uri = uri, .module = c->conf.pkcs11_module};
	struct secret pin = {0};
	EVP_PKEY *key = NULL;

	if (find_pin(c, a, &place, what, options, &pin, e) == 0) {
		place.pin = secret_view(&pin);
		key = token_open(&place, NULL, e);
	}
	secret_free(&pin);
	return key;
}

static int
plan_token(struct ctl *c, const struct args *a, bool options, struct new_key *n, struct err *e)
{
	struct secret configured = {0};
	struct token_uri parts;

	n->place = (struct token_place){.uri = a->key, .module = c->conf.pkcs11_module};
	if (token_uri_read(a->key, &parts, e) != 0 ||
	    conf_passphrase(&c->conf, n->what, &configured, e) != 0)
		return -1;
	n->told = configured.n > 0;
	secret_free(&configured);
	if (find_pin(c, a, &n->place, n->what, options, &n->pin, e) != 0)
		return -1;
	n->told = n->told || n->pin.n == 0;
	n->place.pin = secret_view(&n->pin);
	return 0;
}

int
new_key_plan(struct ctl *c, const struct args *a, const char *def, const char *kind,
    const char *name, bool options, struct new_key *n, struct err *e)
{
	bool token = a->key != NULL && token_is_uri(a->key);
	const char *spec = token ? a->key_type : a->key;

	*n = (struct new_key){.key = NULL};
	snprintf(n->what, sizeof n->what, "%s-%.*s", kind, PROFILE_NAME_MAX, name);
	snprintf(n->text, sizeof n->text, "--key %s%s%s",
	    token          ? a->key
	    : spec != NULL ? spec
	                   : def,
	    token ? " --key-type " : "", token ? (spec != NULL ? spec : def) : "");
	if (!token && a->key_type != NULL)
		return err_set(
		    e, ERR_USAGE, "--key-type is for a key in a token: --key pkcs11:...");
	if (key_spec_read(spec != NULL ? spec : def, &n->spec, e) != 0)
		return -1;
	return token ? plan_token(c, a, options, n, e) : 0;
}

int
new_key_make(struct new_key *n, struct err *e)
{
	n->key = n->place.uri != NULL ? token_make(&n->place, &n->spec, e) : key_make(&n->spec, e);
	return n->key != NULL ? 0 : -1;
}

int
key_uri_store(struct ctl *c, struct folder *f, const char *name, const char *uri, struct err *e)
{
	char file[16], line[TOKEN_URI_MAX + 2];

	snprintf(file, sizeof file, "%s.uri", name);
	snprintf(line, sizeof line, "%s\n", uri);
	return folder_add(c, f, file, view_str(line), 0644, e);
}

int
new_key_store(struct ctl *c, struct folder *f, const char *name, const struct new_key *n,
    const struct secret *pass, struct err *e)
{
	struct secret pem = {0};
	char file[16];
	int rc;

	if (n->place.uri != NULL)
		return key_uri_store(c, f, name, n->place.uri, e);
	snprintf(file, sizeof file, "%s.key", name);
	rc = key_pem(n->key, pass->n > 0 ? (const char *)pass->p : NULL, &pem, e);
	if (rc == 0)
		rc = folder_add(c, f, file, secret_view(&pem), 0600, e);
	secret_free(&pem);
	return rc;
}

void
new_key_end(struct ctl *c, struct new_key *n, bool keep)
{
	struct err why = ERR_INIT;

	if (n->key != NULL && n->place.uri != NULL && !keep && token_unmake(&n->place, &why) != 0)
		ctl_note(c, "scepctl: the new key stays in the token: %s", why.detail);
	EVP_PKEY_free(n->key);
	secret_free(&n->pin);
	n->key = NULL;
}

void
new_key_tell(struct ctl *c, const struct new_key *n)
{
	if (n->place.uri != NULL && !n->told)
		ctl_note(c, "The service needs the PIN: in %s/%s, or as the credential %s.",
		    *c->conf.passphrase_dir != '\0' ? c->conf.passphrase_dir : "passphrase_dir",
		    n->what, n->what);
}

char *
key_uri_of(const struct ctl *c, const char *path)
{
	struct err ignored = ERR_INIT;
	struct key_place place;
	char *uri = NULL;

	if (key_place_find(path, conf_user(&c->conf), &place, &ignored) == 0) {
		uri = place.uri;
		place.uri = NULL;
	}
	key_place_free(&place);
	return uri;
}

bool
key_exists(const char *path)
{
	char *uri = key_place_uri_path(path);
	bool there = path_exists(path) || (uri != NULL && path_exists(uri));

	free(uri);
	return there;
}
