/* SPDX-License-Identifier: ISC
 *
 * See store/store.h: making and ending a store, and what is derived from the pepper.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/ossl.h"
#include "connection.h"

/* A copy of so many strings; NULL in it where there was no memory. */
static char **
copy_list(char **from, size_t n)
{
	char **to = calloc(n + 1, sizeof *to);

	for (size_t i = 0; to != NULL && i < n; i++)
		to[i] = strdup(from[i]);
	return to;
}

static bool
is_whole(char **list, size_t n)
{
	for (size_t i = 0; list != NULL && i < n; i++)
		if (list[i] == NULL)
			return false;
	return list != NULL;
}

static void
free_list(char **list, size_t n)
{
	for (size_t i = 0; list != NULL && i < n; i++)
		free(list[i]);
	free(list);
}

static int
copy_conf(const struct store_conf *from, struct store_conf *to)
{
	*to = *from;
	to->addresses = copy_list(from->addresses, from->n_addresses);
	to->sentinels = copy_list(from->sentinels, from->n_sentinels);
	to->server = strdup(from->server);
	to->primary = strdup(from->primary);
	to->user = strdup(from->user);
	to->password_file = strdup(from->password_file);
	to->pepper_file = strdup(from->pepper_file);
	to->prefix = strdup(from->prefix);
	to->tls_ca_file = strdup(from->tls_ca_file);
	to->tls_name = strdup(from->tls_name);
	return is_whole(to->addresses, to->n_addresses) &&
	               is_whole(to->sentinels, to->n_sentinels) && to->server != NULL &&
	               to->primary != NULL && to->user != NULL && to->password_file != NULL &&
	               to->pepper_file != NULL && to->prefix != NULL && to->tls_ca_file != NULL &&
	               to->tls_name != NULL
	           ? 0
	           : -1;
}

static void
free_conf(struct store_conf *c)
{
	free_list(c->addresses, c->n_addresses);
	free_list(c->sentinels, c->n_sentinels);
	free(c->server);
	free(c->primary);
	free(c->user);
	free(c->password_file);
	free(c->pepper_file);
	free(c->prefix);
	free(c->tls_ca_file);
	free(c->tls_name);
}

struct store *
store_new(const struct store_conf *c, struct view password, struct view pepper, struct err *e)
{
	struct store *s = calloc(1, sizeof *s);

	if (s == NULL || copy_conf(c, &s->conf) != 0 || asprintf(&s->key, "{%s}", c->prefix) < 0 ||
	    (password.n > 0 && secret_set(&s->password, password.p, password.n) != 0) ||
	    (pepper.n > 0 && secret_set(&s->pepper, pepper.p, pepper.n) != 0))
		err_set(e, ERR_MEMORY, "store");
	else if (tls_new(s, e) == 0)
		return s;
	store_free(s);
	return NULL;
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	link_close(s);
	tls_free(s);
	freeReplyObject(s->state);
	free_conf(&s->conf);
	secret_free(&s->password);
	secret_free(&s->pepper);
	free(s->key);
	free(s);
}

int
store_mac(const struct store *s, const char *what, struct view data, uint8_t mac[32])
{
	size_t n = strlen(what) + 1; /* its NUL is the separator */
	struct secret all = {0};
	int rc;

	if (secret_alloc(&all, n + data.n) != 0)
		return -1;
	memcpy(all.p, what, n);
	if (data.n > 0)
		memcpy(all.p + n, data.p, data.n);
	rc = ossl_hmac(secret_view(&s->pepper), secret_view(&all), mac);
	secret_free(&all);
	return rc;
}

const struct store_server *
store_server(const struct store *s)
{
	return &s->server;
}

unsigned
store_strangers(const struct store *s)
{
	return s->strangers;
}
