/* SPDX-License-Identifier: ISC
 *
 * The store of a service, with the secrets that its configuration only names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/resolve.h"
#include "conf/assemble.h"
#include "conf/owner.h"

#define SECRET_FILE_MAX 4096u

/* The first line of a secret file. */
static int
read_line(const struct conf *c, const char *path, struct secret *out, struct err *e)
{
	struct secret text = {0};
	int rc = -1;

	if (file_read_secret(path, SECRET_FILE_MAX, conf_user(c), &text, e) == 0) {
		size_t n = 0;

		while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r')
			n++;
		rc = secret_set(out, n > 0 ? text.p : (const uint8_t *)"", n);
		if (rc != 0)
			err_set(e, ERR_MEMORY, "no memory");
	}
	secret_free(&text);
	return rc;
}

static int
read_pepper(const struct conf *c, struct secret *pepper, struct err *e)
{
	struct secret line = {0};
	int rc = -1;

	if (access(c->store.pepper_file, F_OK) != 0)
		return err_set(e, ERR_CONFIG,
		    "%s: there is no pepper yet: make one with \"scepctl store "
		    "init\", or bring that of the other hosts",
		    c->store.pepper_file);
	if (read_line(c, c->store.pepper_file, &line, e) != 0)
		return -1;
	if (secret_alloc(pepper, STORE_PEPPER_LEN) != 0)
		err_set(e, ERR_MEMORY, "no memory");
	else if (hex_into(secret_view(&line), pepper->p, STORE_PEPPER_LEN) != 0)
		err_set(e, ERR_CONFIG, "%s: a pepper is one line of %d hexadecimal digits",
		    c->store.pepper_file, 2 * STORE_PEPPER_LEN);
	else
		rc = 0;
	secret_free(&line);
	return rc;
}

/* The names of the configuration become addresses here, before anybody waits for an answer, and
 * stay what they are as long as this store. */
struct places {
	struct addresses servers, sentinels;
	char *host; /* in store.server; NULL: it has none */
};

static int
look_up(const struct store_conf *c, struct places *p, struct err *e)
{
	char *port = NULL;

	for (size_t i = 0; i < c->n_sentinels; i++)
		if (resolve_add(&p->sentinels, c->sentinels[i], e) != 0)
			return -1;
	if (c->n_sentinels > 0 || *c->server == '/')
		return 0;
	if (host_port_split(c->server, &p->host, &port) != 0)
		return err_set(e, ERR_CONFIG, "store.server: \"%s\" is no HOST:PORT", c->server);
	free(port);
	return resolve_add(&p->servers, c->server, e);
}

static void
places_free(struct places *p)
{
	addresses_free(&p->servers);
	addresses_free(&p->sentinels);
	free(p->host);
}

struct store *
conf_store_as(const struct conf *c, const char *user, struct view password, struct err *e)
{
	struct store_conf as = c->store;
	struct secret pepper = {0};
	struct places places = {.host = NULL};
	struct store *s = NULL;

	as.user = (char *)user; /* copied, never written */
	if (read_pepper(c, &pepper, e) == 0 && look_up(&c->store, &places, e) == 0) {
		as.addresses = places.servers.v;
		as.n_addresses = places.servers.n;
		as.sentinels = places.sentinels.v;
		as.n_sentinels = places.sentinels.n;
		if (*as.tls_name == '\0' && places.host != NULL)
			as.tls_name = places.host;
		s = store_new(&as, password, secret_view(&pepper), e);
	}
	places_free(&places);
	secret_free(&pepper);
	return s;
}

static struct store *
with_password(const struct conf *c, const char *user, const char *file, struct err *e)
{
	struct secret password = {0};
	struct store *s = NULL;

	if (*file == '\0' || read_line(c, file, &password, e) == 0)
		s = conf_store_as(c, user, secret_view(&password), e);
	secret_free(&password);
	return s;
}

struct store *
conf_store(const struct conf *c, struct err *e)
{
	if (*c->operator_user == '\0' && *c->operator_password_file == '\0')
		return conf_store_worker(c, e);
	return with_password(c, c->operator_user, c->operator_password_file, e);
}

struct store *
conf_store_worker(const struct conf *c, struct err *e)
{
	return with_password(c, c->store.user, c->store.password_file, e);
}

void
conf_node_name(const struct conf *c, char out[64])
{
	if (*c->node_name != '\0')
		snprintf(out, 64, "%s", c->node_name);
	else if (gethostname(out, 64) != 0)
		snprintf(out, 64, "unknown");
	out[63] = '\0';
}
