/* SPDX-License-Identifier: ISC
 *
 * See crl.h. The list lies on disk as NAME.crl, complete or not at all; beside it NAME.ends has the
 * ends of the certificates that are on it, which a list does not say, so that after any loss one
 * can tell what may be missing from the next one.
 */
#include "crl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/log.h"
#include "base/ossl.h"

#define SAY_AGAIN_MS 60000

static const struct file_owner nobody = {(uid_t)-1, (gid_t)-1};

int
crl_cache_open(struct service_ca *ca, const char *dir, struct err *e)
{
	struct crl_cache *c = calloc(1, sizeof *c);
	struct err why = ERR_INIT;

	if (c == NULL)
		return err_set(e, ERR_MEMORY, "revocation list");
	ca->crl = c;
	c->der.max = c->pem.max = CRL_MAX;
	c->said_at = INT64_MIN / 2;
	if ((c->dir = strdup(dir)) == NULL ||
	    asprintf(&c->path, "%s/%s.crl", dir, ca->authority.name) < 0 ||
	    asprintf(&c->ends, "%s/%s.ends", dir, ca->authority.name) < 0)
		return err_set(e, ERR_MEMORY, "revocation list");
	c->allowed = crl_allowed(&ca->authority, &why) == 0;
	if (!c->allowed)
		log_msg(LOG_LEVEL_WARN, "no revocation lists: %s", why.detail);
	crl_cache_look(ca);
	return 0;
}

void
crl_cache_free(struct crl_cache *c)
{
	if (c == NULL)
		return;
	buf_free(&c->der);
	buf_free(&c->pem);
	free(c->path);
	free(c->ends);
	free(c->dir);
	free(c);
}

static void
make_etag(struct crl_cache *c)
{
	uint8_t digest[32];
	char hex[65];

	ossl_sha256(buf_view(&c->der), digest);
	hex_of(view_of(digest, sizeof digest), hex);
	snprintf(c->etag, sizeof c->etag, "%.32s", hex);
}

static int
remember(struct crl_cache *c, struct view der, const struct crl *list)
{
	buf_cut(&c->der, 0);
	buf_cut(&c->pem, 0);
	c->number = 0;
	if (buf_add(&c->der, der.p, der.n) != 0)
		return -1;
	c->number = list->number;
	c->from = list->from;
	c->to = list->to;
	make_etag(c);
	return 0;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void
crl_cache_look(const struct service_ca *ca)
{
	struct crl_cache *c = ca->crl;
	struct buf der = {.max = CRL_MAX};
	struct err e = ERR_INIT;
	struct stat st = {0};
	struct crl list = {0};

	if (stat(c->path, &st) != 0) {
		c->unfiled = true;
		return;
	}
	if (same_file(&st, &c->file))
		return;
	c->file = st;
	c->unfiled = false;
	if (file_read(c->path, CRL_MAX, &der, &e) == 0 &&
	    crl_read(&ca->authority, buf_view(&der), &list, &e) == 0) {
		if (list.number < c->number)
			err_set(&e, ERR_CRL, "number %lld, and %lld was there",
			    (long long)list.number, (long long)c->number);
		else if (list.number > c->number && remember(c, buf_view(&der), &list) != 0)
			err_set(&e, ERR_MEMORY, "no memory");
	}
	if (e.code != ERR_OK) {
		log_msg(LOG_LEVEL_ERROR, "%s: passed over: %s", c->path, e.detail);
		c->unfiled = true;
	}
	crl_free(&list);
	buf_free(&der);
}

struct view
service_crl(const struct service_ca *ca)
{
	if (ca->crl == NULL)
		return (struct view){0};
	crl_cache_look(ca);
	return buf_view(&ca->crl->der);
}

/* What is to be remembered beside a list: the ends that the store knows, and of those that are on
 * the list also what was remembered before, for the store may have lost it. */
static int
ends_of(struct crl_cache *c, const struct crl *list, const struct crl_set *set, struct buf *text,
    struct err *e)
{
	struct crl_set all = {0}, old = {0}, on = {0};
	struct err ignored = ERR_INIT;
	struct buf was = {.max = CRL_MAX};
	size_t n = 0;
	int rc = crl_entries(list, &on, e);

	if (rc == 0 && file_read(c->ends, CRL_MAX, &was, &ignored) == 0)
		rc = crl_set_read(&old, buf_view(&was), e);
	for (size_t i = 0; rc == 0 && i < old.n; i++)
		if (crl_set_find(&on, view_of(old.v[i].serial, old.v[i].n)) != NULL)
			old.v[n++] = old.v[i];
	old.n = n;
	if (rc == 0 && (rc = crl_set_merge(&all, set, e)) == 0 &&
	    (rc = crl_set_merge(&all, &old, e)) == 0)
		rc = crl_set_write(&all, text, e);
	buf_free(&was);
	crl_set_free(&all);
	crl_set_free(&old);
	crl_set_free(&on);
	return rc;
}

/* Beside the list first: what is remembered may be more than what is on it, never less. */
static int
file_it(struct crl_cache *c, struct view der, const struct crl *list, const struct crl_set *set,
    struct err *e)
{
	struct buf ends = {.max = CRL_MAX};
	struct stat st;
	int rc = 0;

	if (stat(c->dir, &st) != 0 && errno == ENOENT)
		rc = dir_make(c->dir, 0755, nobody, e);
	if (rc == 0 && set != NULL && (rc = ends_of(c, list, set, &ends, e)) == 0)
		rc = file_write(c->ends, buf_view(&ends), 0644, nobody, false, e);
	if (rc == 0)
		rc = file_write(c->path, der, 0644, nobody, false, e);
	if (rc == 0 && stat(c->path, &st) == 0)
		c->file = st;
	c->unfiled = rc != 0;
	buf_free(&ends);
	return rc;
}

int
crl_cache_take(const struct service_ca *ca, struct view der, const struct crl *list,
    const struct crl_set *set, struct err *e)
{
	struct crl_cache *c = ca->crl;
	struct err why = ERR_INIT;

	if (remember(c, der, list) != 0)
		return err_set(e, ERR_MEMORY, "revocation list");
	if (file_it(c, der, list, set, &why) != 0 && crl_cache_say(c))
		log_msg(LOG_LEVEL_ERROR, "CA %s: revocation list %lld is served, but not filed: %s",
		    ca->authority.name, (long long)c->number, why.detail);
	return 0;
}

bool
crl_cache_say(struct crl_cache *c)
{
	if (clock_ms() - c->said_at < SAY_AGAIN_MS)
		return false;
	c->said_at = clock_ms();
	return true;
}

int
crl_cache_last(const struct service_ca *ca, struct crl *last, struct crl_set *before, struct err *e)
{
	struct buf text = {.max = CRL_MAX};
	struct err ignored = ERR_INIT;
	int rc;

	*last = (struct crl){0};
	*before = (struct crl_set){0};
	if (ca->crl->der.n == 0)
		return 1;
	/* Without it nothing is known to have ended, which is the safe side. */
	rc = crl_read(&ca->authority, buf_view(&ca->crl->der), last, e);
	if (rc == 0 && file_read(ca->crl->ends, CRL_MAX, &text, &ignored) == 0)
		rc = crl_set_read(before, buf_view(&text), e);
	buf_free(&text);
	return rc;
}
