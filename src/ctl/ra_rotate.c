/* SPDX-License-Identifier: ISC
 *
 * scepctl ra rotate: a new RA beside those that are there. It takes effect in two steps, since a
 * client may meet any host: first every host must have it, then one word to the store has all of
 * them present it. Whatever was begun is gone on with when the command is given again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ca_files.h"
#include "ctl/ceremony_log.h"
#include "ctl/folder.h"
#include "ctl/hosts.h"
#include "ctl/operator.h"
#include "ctl/profile.h"
#include "ctl/ra.h"
#include "ctl/ra_make.h"
#include "store/state.h"

static const char staged_text[] =
    "Not presented before scepctl ra rotate has seen it on all hosts.\n";

/* The RA that waits, if there is one that the present CA issued. */
static struct ra_state *
find_staged(struct ra_states *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (ra_waits(s, &s->v[i]))
			return &s->v[i];
	return NULL;
}

struct target {
	struct ctl *c;
	const struct conf_profile *p;
	int number;
};

static int
put_file(void *to, enum ra_file file, struct view data, mode_t mode, struct err *e)
{
	const struct target *t = to;
	char *path = ra_path(t->c, t->p, t->number, file);
	int rc = path != NULL ? file_write(path, data, mode, t->c->owner, false, e)
	                      : err_set(e, ERR_MEMORY, "out of memory");

	free(path);
	return rc;
}

/* A number that no generation has had, as long as one of those before is left. */
static int
next_number(const struct ra_states *s)
{
	return s->n > 0 ? s->v[s->n - 1].files->number + 1 : 1;
}

/* The transcript first: what was signed is on record even when writing it down fails. Then the
 * mark, so that no host presents what others do not have; the certificate, which makes it exist,
 * last. */
static int
write_down(struct ctl *c, const struct ra_states *s, size_t at, const struct ra_wish *wish,
    const struct ra_made *ra, struct err *e)
{
	struct target to = {.c = c, .p = s->profile, .number = next_number(s)};
	struct buf entry = {0};
	int rc = -1;

	if (transcript_begin(&entry, e, "ra rotate %s %s%s", s->profile->profile.name, wish->text,
	        at > s->current ? " --next" : "") == 0 &&
	    ra_transcript(ra, &entry, e) == 0 &&
	    transcript_append(c, s->line.cas[at].name, &entry, e) == 0 &&
	    (at > s->current || put_file(&to, RA_STAGED, view_str(staged_text), 0644, e) == 0))
		rc = ra_files(wish, ra, put_file, &to, e);
	if (rc == 0)
		ctl_note(c, "made RA %d of %s%s%s", to.number, s->profile->profile.name,
		    at > s->current ? " under " : "", at > s->current ? s->line.cas[at].name : "");
	buf_free(&entry);
	return rc;
}

/* What the new one is to resemble; NULL when nothing is presented. */
static const struct ra_like *
find_like(struct ctl *c, const struct ra_states *s, struct ra_like *like)
{
	for (size_t i = 0; i < s->n; i++) {
		char *uri;

		if (!s->v[i].presented)
			continue;
		uri = key_uri_of(c, s->v[i].files->key);
		*like = (struct ra_like){.cert = s->v[i].cert,
		    .two = s->v[i].sign_cert != NULL,
		    .in_token = uri != NULL};
		free(uri);
		return like;
	}
	return NULL;
}

/* Two hosts that each make a new RA would have the same number for two keys. */
static int
check_others(struct store *store, const struct ra_states *s, struct err *e)
{
	const char *node = "", *name = s->profile->profile.name;
	struct hosts h = {0};
	int rc = hosts_read(store, &h, e), newest = rc == 0 ? hosts_newest_ra(&h, name, &node) : 0;

	if (newest >= next_number(s))
		rc = err_set(e, ERR_USAGE,
		    "host %s has RA %d of %s, which is not here: bring it with scepctl bundle, or "
		    "go on there",
		    node, newest, name);
	hosts_free(&h);
	return rc;
}

/* Makes one under the CA at that place of the line. */
static int
make_at(struct ctl *c, const struct args *a, struct store *store, const struct ra_states *s,
    size_t at, struct err *e)
{
	const struct authority *ca = &s->line.cas[at];
	const char *profile = s->profile->profile.name;
	EVP_PKEY *ca_key = NULL;
	struct ra_made ra = {0};
	struct ra_wish wish = {.eku = NULL};
	struct ra_like like;
	int rc = -1;

	if (s->n == RAS_MAX)
		err_set(e, ERR_USAGE, "%s has %d RAs: scepctl ra retire takes one away", profile,
		    RAS_MAX);
	else if (check_others(store, s, e) == 0 &&
	         ra_wish_read(c, a, profile, find_like(c, s, &like), &wish, e) == 0 &&
	         (ca_key = open_ca_key(c, a, ca, e)) != NULL &&
	         ra_make(profile, &wish, ca, ca_key, &ra, e) == 0)
		rc = write_down(c, s, at, &wish, &ra, e);
	EVP_PKEY_free(ca_key);
	ra_made_free(&ra);
	ra_wish_end(c, &wish, rc == 0);
	return rc;
}

int
ra_make_next(struct ctl *c, const struct args *a, struct store *store, const struct ra_states *s,
    struct err *e)
{
	if (s->current + 1 >= s->line.n)
		return err_set(e, ERR_USAGE, "no CA is prepared to follow %s: scepctl ca next",
		    s->line.cas[s->current].name);
	return make_at(c, a, store, s, s->current + 1, e);
}

/* Where the word alone decides, the mark is of no use any more. */
static int
unmark(struct ctl *c, const struct ra_states *s, const struct ra_state *ra, struct err *e)
{
	char *path = ra_path(c, s->profile, ra->files->number, RA_STAGED);
	int rc = 0;

	if (path == NULL)
		rc = err_set(e, ERR_MEMORY, "out of memory");
	else if (unlink(path) != 0 && errno != ENOENT)
		rc = err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	free(path);
	return rc;
}

static int
promote(struct ctl *c, const struct args *a, struct store *store, const struct ra_states *s,
    const struct ra_state *ra, struct err *e)
{
	char what[PROFILE_NAME_MAX + 32], again[PROFILE_NAME_MAX + 16], word[RA_WORD_LEN];
	struct hosts h = {0};
	bool all;

	snprintf(what, sizeof what, "RA %d of %s", ra->files->number, s->profile->profile.name);
	snprintf(again, sizeof again, "ra rotate %s", s->profile->profile.name);
	ra_word(s->profile, word);
	if (hosts_read(store, &h, e) != 0) {
		hosts_free(&h);
		return -1;
	}
	all = hosts_all(c, &h, ra->id, what, again);
	hosts_free(&h);
	if (!all && !a->force)
		return CTL_PENDING;
	if (store_say(store, word, ra->id, e) != 0 || unmark(c, s, ra, e) != 0)
		return -1;
	ctl_note(c, "%s is presented from now on; the older ones go on answering.", what);
	return CTL_OK;
}

/* The configuration as it is after files were made. */
static const struct conf_profile *
reread(struct ctl *c, const char *name, struct err *e)
{
	conf_free(&c->conf);
	c->conf_loaded = false;
	return profile_find(c, name, e);
}

static int
rotate(struct ctl *c, const struct args *a, struct store *store, const struct conf_profile *p,
    struct err *e)
{
	struct ra_states s;
	struct ra_state *staged = NULL;
	int rc = ra_states_read(c, store, p, &s, e);

	if (rc == 0 && (staged = find_staged(&s)) == NULL &&
	    (rc = make_at(c, a, store, &s, s.current, e)) == 0) {
		ra_states_free(&s);
		p = reread(c, a->operand, e);
		rc = p != NULL ? ra_states_read(c, store, p, &s, e) : -1;
		staged = rc == 0 ? find_staged(&s) : NULL;
	}
	if (rc == 0 && staged == NULL)
		rc = err_set(e, ERR_INTERNAL, "the new RA is not there");
	else if (rc == 0 && staged->presented && s.named) {
		if ((rc = unmark(c, &s, staged, e)) == 0)
			ctl_note(c, "RA %d of %s is presented already; this host has taken note.",
			    staged->files->number, p->profile.name);
	} else if (rc == 0)
		rc = promote(c, a, store, &s, staged, e);
	ra_states_free(&s);
	return rc;
}

static int
make_next(struct ctl *c, const struct args *a, struct store *store, const struct conf_profile *p,
    struct err *e)
{
	struct ra_states s;
	int rc = ra_states_read(c, store, p, &s, e);

	if (rc == 0)
		rc = ra_make_next(c, a, store, &s, e);
	ra_states_free(&s);
	return rc;
}

int
ra_rotate(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = profile_find(c, a->operand, e);
	struct store *store;
	int rc = -1;

	if (p == NULL)
		return -1;
	if (p->ras_listed)
		return err_set(e, ERR_USAGE,
		    "%s lists its RAs (ra): put the new one there, on every host, and reload",
		    p->file);
	/* Before a key is made: without the store nothing can take effect. */
	if ((store = ctl_store(c, e)) != NULL && store_ready(store, e) == 0)
		rc = a->next ? make_next(c, a, store, p, e) : rotate(c, a, store, p, e);
	store_free(store);
	return rc;
}

const struct opt ra_rotate_options[] = {
    RA_MAKE_OPTIONS,
    OPT_FLAG("next", next, "make one of the CA that is prepared to follow"),
    OPT_FLAG("force", force, "present it although a host does not report it"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};
