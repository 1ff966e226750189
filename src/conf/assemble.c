/* SPDX-License-Identifier: ISC
 *
 * Everything that configuration only names is read here: certificates, chains, private keys. Each
 * worker does it after its fork, so the master that outlives them all never holds a key.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/net.h"
#include "conf/assemble.h"
#include "conf/keys.h"
#include "conf/owner.h"
#include "load.h"

EVP_PKEY *
load_key(const struct conf *c, const char *path, const char *kind, const char *name, X509 *cert,
    struct err *e)
{
	char what[PROFILE_NAME_MAX + 8];

	snprintf(what, sizeof what, "%s-%s", kind, name);
	return conf_key(c, path, what, cert, e);
}

int
load_fault(const char *path, const struct err *why, struct err *e)
{
	if (why->detail[0] == '/' || strstr(why->detail, path) != NULL)
		return err_set(e, why->code, "%s", why->detail);
	return err_set(e, why->code, "%s: %s", path, why->detail);
}

X509 *
load_cert(const char *path, struct err *e)
{
	struct buf pem = {0};
	STACK_OF(X509) *certs = NULL;
	X509 *cert = NULL;
	struct err why = ERR_INIT;

	if (file_read(path, PEM_MAX, &pem, e) == 0) {
		if ((certs = certs_read_pem(buf_view(&pem), &why)) == NULL)
			load_fault(path, &why, e);
		else
			cert = sk_X509_shift(certs);
	}
	sk_X509_pop_free(certs, X509_free);
	buf_free(&pem);
	return cert;
}

static int
copy_nets(const struct net *from, size_t n, struct net **to, size_t *n_to)
{
	*n_to = n;
	*to = n > 0 ? malloc(n * sizeof **to) : NULL;
	if (*to != NULL)
		memcpy(*to, from, n * sizeof **to);
	return n == 0 || *to != NULL ? 0 : -1;
}

static int
copy_lists(const struct profile *from, struct profile *to)
{
	if (from->n_paths > 0 && (to->paths = calloc(from->n_paths, sizeof *to->paths)) == NULL)
		return -1;
	for (; to->n_paths < from->n_paths; to->n_paths++)
		if ((to->paths[to->n_paths] = strdup(from->paths[to->n_paths])) == NULL)
			return -1;
	if (from->challenges.n > 0) {
		size_t size = from->challenges.n * sizeof *to->challenges.entries;

		if ((to->challenges.entries = malloc(size)) == NULL)
			return -1;
		memcpy(to->challenges.entries, from->challenges.entries, size);
		to->challenges.n = from->challenges.n;
	}
	if (copy_nets(from->allow_from, from->n_allow_from, &to->allow_from, &to->n_allow_from) !=
	        0 ||
	    copy_nets(from->challenge_allow_from, from->n_challenge_allow_from,
	        &to->challenge_allow_from, &to->n_challenge_allow_from) != 0)
		return -1;
	if ((from->crl_url != NULL && (to->crl_url = strdup(from->crl_url)) == NULL) ||
	    (from->ca_url != NULL && (to->ca_url = strdup(from->ca_url)) == NULL))
		return -1;
	to->ext_key_usage =
	    sk_ASN1_OBJECT_deep_copy(from->ext_key_usage, OBJ_dup, ASN1_OBJECT_free);
	return to->ext_key_usage == NULL ? -1 : 0;
}

/* A profile with lists of its own. */
static int
copy_profile(const struct profile *from, struct profile *to, struct err *e)
{
	*to = *from;
	to->paths = NULL;
	to->n_paths = 0;
	to->challenges.entries = NULL;
	to->challenges.n = 0;
	to->allow_from = NULL;
	to->n_allow_from = 0;
	to->challenge_allow_from = NULL;
	to->n_challenge_allow_from = 0;
	to->crl_url = to->ca_url = NULL;
	to->ext_key_usage = NULL;
	return copy_lists(from, to) == 0 ? 0 : err_set(e, ERR_MEMORY, "no memory");
}

static int
load_profile(
    const struct conf *c, const struct conf_profile *from, struct service *s, struct err *e)
{
	struct service_profile *p = &s->profiles[s->n_profiles++];

	if (copy_profile(&from->profile, &p->profile, e) != 0 ||
	    find_line(c, s, from->profile.ca, p, e) != 0 || load_ras(c, from, p, e) != 0)
		return -1;
	if (*c->default_profile != '\0' && conf_profile(c, c->default_profile) == from)
		s->default_profile = p;
	return 0;
}

static int
copy_proxies(const struct conf *c, struct service *s, struct err *e)
{
	if ((s->trusted_proxies = calloc(c->n_trusted_proxies + 1, sizeof *s->trusted_proxies)) ==
	    NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	if (c->n_trusted_proxies > 0)
		memcpy(s->trusted_proxies, c->trusted_proxies,
		    c->n_trusted_proxies * sizeof *s->trusted_proxies);
	s->n_trusted_proxies = c->n_trusted_proxies;
	return 0;
}

/* What is recorded and where. */
static int
open_records(const struct conf *c, struct service *s, struct err *e)
{
	s->lease = c->request_deadline;
	s->record_grace = c->record_grace;
	s->allow_http_challenge = c->allow_http_challenge;
	conf_node_name(c, s->node);
	s->warn_before = c->warn_before;
	s->crl_validity = c->crl_validity;
	s->crl_renew = c->crl_renew;
	if ((s->crl_dir = strdup(c->crl_dir)) == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	if ((s->store = conf_store_worker(c, e)) == NULL)
		return -1;
	if (*c->issued_log != '\0' && (s->journal = journal_open(c->issued_log, e)) == NULL)
		return -1;
	return 0;
}

int
conf_assemble(const struct conf *c, struct service *s, struct err *e)
{
	*s = (struct service){0};
	if (load_cas(c, s, e) != 0 || copy_proxies(c, s, e) != 0 || open_records(c, s, e) != 0)
		return -1;
	if ((s->profiles = calloc(c->n_profiles + 1, sizeof *s->profiles)) == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	for (size_t i = 0; i < c->n_profiles; i++)
		if (load_profile(c, &c->profiles[i], s, e) != 0)
			return -1;
	return conf_report(c, s, &s->report, e) == 0 ? service_prepare(s, e) : -1;
}
