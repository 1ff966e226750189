/* SPDX-License-Identifier: ISC
 *
 * The CAs with their keys: those that profiles name, and those that follow or will follow them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/keys.h"
#include "conf/line.h"
#include "load.h"

static int
read_certs(const struct conf *c, const char *name, struct authority *a, struct err *e)
{
	char *cert_path = conf_ca_path(c, name, "ca.pem"),
	     *chain_path = conf_ca_path(c, name, "chain.pem");
	struct buf cert = {0}, chain = {0};
	struct err why = ERR_INIT;
	int rc = -1;

	if (cert_path == NULL || chain_path == NULL) {
		err_set(e, ERR_MEMORY, "no memory");
		goto out;
	}
	if (file_read(cert_path, PEM_MAX, &cert, e) != 0)
		goto out;
	if (access(chain_path, F_OK) == 0 && file_read(chain_path, PEM_MAX, &chain, e) != 0)
		goto out;
	if (authority_read(a, name, buf_view(&cert), buf_view(&chain), &why) != 0) {
		load_fault(cert_path, &why, e);
		goto out;
	}
	rc = 0;
out:
	buf_free(&cert);
	buf_free(&chain);
	free(cert_path);
	free(chain_path);
	return rc;
}

/* Whether there is such a key, in a file or in a token. */
static bool
is_somewhere(const char *path)
{
	char *uri = key_place_uri_path(path);
	bool there = access(path, F_OK) == 0 || errno != ENOENT;

	if (!there && uri != NULL)
		there = access(uri, F_OK) == 0 || errno != ENOENT;
	free(uri);
	return there;
}

/* One that was followed signs revocation lists at most, and its key may be gone. */
static int
load_ca_key(const struct conf *c, struct service_ca *ca, struct err *e)
{
	char *path = conf_ca_path(c, ca->authority.name, "ca.key");
	struct err why = ERR_INIT;
	EVP_PKEY *key;
	int rc = 0;

	if (path == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	if (ca->followed && !is_somewhere(path))
		goto out;
	if ((key = load_key(c, path, "ca", ca->authority.name, ca->authority.cert, &why)) == NULL ||
	    (ca->key = ca_key_new(key, ca->authority.cert, &why)) == NULL)
		rc = load_fault(path, &why, e);
out:
	free(path);
	return rc;
}

static const struct service_ca *
find_ca(const struct service *s, const char *name)
{
	for (size_t i = 0; i < s->n_cas; i++)
		if (strcmp(s->cas[i].authority.name, name) == 0)
			return &s->cas[i];
	return NULL;
}

static int
load_ca(const struct conf *c, const char *name, bool followed, struct service *s, struct err *e)
{
	struct service_ca *ca = &s->cas[s->n_cas++];

	char *mark = conf_ca_path(c, name, HISTORY_FILE);

	if (mark == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	ca->imported = access(mark, F_OK) == 0;
	ca->followed = followed;
	free(mark);
	return read_certs(c, name, &ca->authority, e) == 0 ? load_ca_key(c, ca, e) : -1;
}

static int
load_line(const struct conf *c, const char *first, struct service *s, struct err *e)
{
	struct conf_line line;

	if (conf_line_read(c, first, &line, e) != 0)
		return -1;
	for (size_t i = 0; i < line.n; i++)
		if (find_ca(s, line.names[i]) == NULL &&
		    load_ca(c, line.names[i], line.followed[i], s, e) != 0)
			return -1;
	return 0;
}

int
load_cas(const struct conf *c, struct service *s, struct err *e)
{
	if ((s->cas = calloc(c->n_profiles * CAS_MAX + 1, sizeof *s->cas)) == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	for (size_t i = 0; i < c->n_profiles; i++)
		if (load_line(c, c->profiles[i].profile.ca, s, e) != 0)
			return -1;
	return 0;
}

int
find_line(const struct conf *c, const struct service *s, const char *first,
    struct service_profile *to, struct err *e)
{
	struct conf_line line;

	if (conf_line_read(c, first, &line, e) != 0)
		return -1;
	for (; to->n_line < line.n; to->n_line++)
		to->line[to->n_line].ca = find_ca(s, line.names[to->n_line]);
	return 0;
}
