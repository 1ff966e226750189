/* SPDX-License-Identifier: ISC
 *
 * A private key in a token and its coming and going. When an operation fails the key is opened
 * again and the operation done once more: first in another session, then with the module started
 * again, since some modules see a token that came back only then. When that fails too the key is
 * gone, and the next attempt comes no sooner than a second later.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/ossl.h"
#include "tokens.h"

#define PAUSE_MS 1000 /* between attempts to open a key that is gone */

struct token_key {
	unsigned users;
	struct token_uri uri;
	struct secret pin;
	struct token_module *module;
	EVP_PKEY *public;
	bool watched; /* kept while its token is away, and the log told of it */

	bool open;
	unsigned generation; /* of the module when it was opened */
	ck_session session;
	ck_object object;

	bool stale;         /* another session did not help: the module is to be started again */
	bool gone, refused; /* refused: the PIN was wrong and is not tried again */
	int64_t next_try;   /* clock_ms */
	struct err why;     /* of the last failure */
};

static bool
is_open(const struct token_key *k)
{
	return k->open && k->generation == k->module->generation;
}

static void
close_key(struct token_key *k)
{
	if (is_open(k))
		k->module->f->close_session(k->session);
	k->open = false;
}

/* Exactly one private key has to fit, and it must be the one that is expected. */
static int
find_key(struct token_key *k, struct err *e)
{
	ck_object found[2];
	EVP_PKEY *public;
	size_t n;

	if (object_find(k->module, k->session, CKO_PRIVATE_KEY, &k->uri, found, &n, e) != 0)
		return -1;
	if (n != 1)
		return err_set(e, ERR_KEY_FILE,
		    n == 0 ? "the token has no such private key"
		           : "several private keys fit: name object and id");
	k->object = found[0];
	if ((public = token_public(k->module, k->session, k->object, e)) == NULL)
		return -1;
	if (k->public == NULL) {
		k->public = public;
		return 0;
	}
	n = EVP_PKEY_eq(k->public, public) == 1;
	EVP_PKEY_free(public);
	return n == 1 ? 0
	              : err_set(e, ERR_KEY_FILE,
	                    "the key in the token does not belong to the certificate");
}

static int
open_key(struct token_key *k, struct err *e)
{
	if (!k->module->running && module_restart(k->module, e) != 0)
		return -1;
	if (session_open(
	        k->module, &k->uri, secret_view(&k->pin), false, &k->session, &k->refused, e) != 0)
		return -1;
	k->open = true;
	k->generation = k->module->generation;
	if (find_key(k, e) == 0)
		return 0;
	close_key(k);
	return -1;
}

static void
note_gone(struct token_key *k, const struct err *why)
{
	close_key(k);
	k->why = *why;
	k->next_try = clock_ms() + PAUSE_MS;
	if (k->watched && !k->gone)
		log_msg(LOG_LEVEL_ERROR, "key %s: %s", k->uri.text, why->detail);
	k->gone = true;
}

static void
note_here(struct token_key *k)
{
	if (k->watched && k->gone)
		log_msg(LOG_LEVEL_WARN, "key %s: it is back", k->uri.text);
	k->gone = false;
}

/* Opens the key unless it is open, or it is too early to try again. -1: gone. */
static int
ensure_open(struct token_key *k)
{
	struct err first = ERR_INIT, second = ERR_INIT;

	if (is_open(k))
		return 0;
	if (k->refused || (k->gone && clock_ms() < k->next_try))
		return -1;
	k->open = false;
	if (!k->stale && open_key(k, &first) == 0)
		return 0;
	k->stale = false;
	if (!k->refused && module_restart(k->module, &second) == 0) {
		err_clear(&first);
		if (open_key(k, &first) == 0)
			return 0;
	}
	note_gone(k, first.code != ERR_OK ? &first : &second);
	return -1;
}

static ck_rv
use_once(struct token_key *k, ck_mech_type type, struct view in, uint8_t *out, ck_ulong *n)
{
	struct ck_mechanism mechanism = {.mechanism = type};
	struct ck_functions *f = k->module->f;
	unsigned char *data = (unsigned char *)in.p;
	ck_rv rv;

	if (type == CKM_RSA_X_509) {
		rv = f->decrypt_init(k->session, &mechanism, k->object);
		return rv != CKR_OK ? rv : f->decrypt(k->session, data, in.n, out, n);
	}
	rv = f->sign_init(k->session, &mechanism, k->object);
	return rv != CKR_OK ? rv : f->sign(k->session, data, in.n, out, n);
}

int
token_key_use(struct token_key *k, ck_mech_type mechanism, struct view in, uint8_t *out, size_t *n)
{
	struct err why = ERR_INIT;

	/* As it is, with another session, with the module started again. */
	for (int attempt = 0; attempt < 3; attempt++) {
		ck_ulong room = *n;
		ck_rv rv;

		k->stale = attempt == 2;
		if (ensure_open(k) != 0)
			return -1;
		if ((rv = use_once(k, mechanism, in, out, &room)) == CKR_OK && room <= *n) {
			note_here(k);
			*n = room;
			return 0;
		}
		err_clear(&why);
		token_fault(&why, "the token does not do it", rv);
		close_key(k);
	}
	note_gone(k, &why);
	return -1;
}

int
token_key_here(struct token_key *k, struct err *e)
{
	ck_ulong class = 0;
	struct ck_attribute a = {CKA_CLASS, &class, sizeof class};

	if (is_open(k) && k->module->f->get_attribute_value(k->session, k->object, &a, 1) != CKR_OK)
		close_key(k);
	if (ensure_open(k) == 0)
		note_here(k);
	if (k->gone)
		err_set(e, k->why.code, "key %s: %s", k->uri.text, k->why.detail);
	return k->gone ? -1 : 0;
}

bool
token_key_gone(const struct token_key *k, struct err *e)
{
	if (k->gone)
		err_set(e, ERR_KEY_GONE, "key %s: %s", k->uri.text, k->why.detail);
	return k->gone;
}

const char *
token_module_path(const struct token_place *place, const struct token_uri *u)
{
	return *u->module != '\0' ? u->module : place->module;
}

struct token_key *
token_key_new(const struct token_place *place, EVP_PKEY *public, struct err *e)
{
	struct token_key *k = calloc(1, sizeof *k);
	struct err start = ERR_INIT;

	if (k == NULL) {
		err_set(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	k->users = 1;
	if (token_uri_read(place->uri, &k->uri, e) != 0)
		goto fail;
	if (*token_module_path(place, &k->uri) == '\0') {
		err_set(e, ERR_CONFIG, NO_MODULE, k->uri.text);
		goto fail;
	}
	/* One that does not start now may do so later, like a token that is away. */
	if (module_get(token_module_path(place, &k->uri), &k->module, &start) != 0 &&
	    k->module == NULL) {
		err_set(e, start.code, "%s", start.detail);
		goto fail;
	}
	if (place->pin.n > 0 && secret_set(&k->pin, place->pin.p, place->pin.n) != 0) {
		err_set(e, ERR_MEMORY, "no memory");
		goto fail;
	}
	if (public != NULL && EVP_PKEY_up_ref(public) == 1) {
		k->public = public;
		k->watched = true;
	}
	return k;
fail:
	token_key_free(k);
	return NULL;
}

EVP_PKEY *
token_key_public(const struct token_key *k)
{
	return k->public;
}

const char *
token_key_uri(const struct token_key *k)
{
	return k->uri.text;
}

struct token_key *
token_key_ref(struct token_key *k)
{
	k->users++;
	return k;
}

void
token_key_free(struct token_key *k)
{
	if (k == NULL || --k->users > 0)
		return;
	if (k->module != NULL)
		close_key(k);
	module_put(k->module);
	EVP_PKEY_free(k->public);
	secret_free(&k->pin);
	free(k);
}
