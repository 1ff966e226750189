/* SPDX-License-Identifier: ISC
 *
 * scepctl ra: the RAs of a profile with their state. Rotation and retirement have files of their
 * own.
 */
#include "ctl/ra.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/enroll.h"
#include "ctl/folder.h"
#include "ctl/hosts.h"
#include "ctl/operator.h"
#include "ctl/profile.h"
#include "ctl/show.h"
#include "store/rebuild.h"
#include "store/state.h"

void
ra_word(const struct conf_profile *p, char out[RA_WORD_LEN])
{
	snprintf(out, RA_WORD_LEN, "ra:%s", p->profile.id);
}

char *
ra_path(const struct ctl *c, const struct conf_profile *p, int number, enum ra_file file)
{
	char *folder = conf_ra_folder(c->conf.dir, p->profile.name),
	     *name = conf_ra_file(number, file), *path = NULL;

	if (folder != NULL && name != NULL)
		path = path_join(folder, name);
	free(folder);
	free(name);
	return path;
}

static int
read_one(
    const struct conf_ra *files, const struct ca_line *line, struct ra_state *out, struct err *e)
{
	out->files = files;
	if ((out->cert = cert_load(files->cert, e)) == NULL ||
	    (files->sign_cert != NULL && (out->sign_cert = cert_load(files->sign_cert, e)) == NULL))
		return -1;
	cert_id(out->cert, out->id);
	for (out->at = 0; out->at < line->n; out->at++)
		if (authority_issued(&line->cas[out->at], out->cert))
			return 0;
	return err_set(e, ERR_CONFIG, "%s: not issued by CA %s", files->cert, line->cas[0].name);
}

static int
take_use(void *to, const struct hash_entry *entry, struct err *e)
{
	struct ra_states *s = to;
	char text[24];

	(void)e;
	snprintf(text, sizeof text, "%.*s", (int)entry->value.n, (const char *)entry->value.p);
	for (size_t i = 0; i < s->n; i++)
		if (entry->field.n == 3 + 64 && memcmp(entry->field.p, "ra:", 3) == 0 &&
		    memcmp(entry->field.p + 3, s->v[i].id, 64) == 0)
			s->v[i].used = strtoll(text, NULL, 10);
	return 0;
}

/* The last CA that took over and has an RA, as the service sees it (service_current). */
static size_t
find_current(const struct ra_states *s)
{
	size_t current = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].at <= s->line.current && s->v[i].at > current)
			current = s->v[i].at;
	return current;
}

/* As the service does it (service_presented). */
static struct ra_state *
find_presented(struct ra_states *s, struct view word)
{
	struct ra_state *oldest = NULL, *newest = NULL;

	for (size_t i = 0; i < s->n; i++) {
		struct ra_state *ra = &s->v[i];

		if (ra->at != s->current)
			continue;
		if (view_eq(word, view_str(ra->id))) {
			s->named = true;
			return ra;
		}
		oldest = oldest != NULL ? oldest : ra;
		/* Of a list the first one counts. */
		if (!ra->files->staged && (newest == NULL || !s->profile->ras_listed))
			newest = ra;
	}
	return newest != NULL ? newest : oldest;
}

int
ra_states_read(struct ctl *c, struct store *s, const struct conf_profile *p, struct ra_states *out,
    struct err *e)
{
	struct view word = {0};
	struct ra_state *presented;
	char name[RA_WORD_LEN];

	*out = (struct ra_states){.profile = p};
	if (s != NULL && store_refresh(s, e) != 0)
		return -1;
	if (ca_line_read(c, s, p->profile.ca, &out->line, e) != 0)
		return -1;
	while (out->n < p->n_ras) {
		size_t i = out->n++;

		if (read_one(&p->ras[i], &out->line, &out->v[i], e) != 0)
			return -1;
	}
	out->current = find_current(out);
	if (s != NULL && store_dump_hash(s, "used", take_use, out, e) != 0)
		return -1;
	if (s != NULL) {
		ra_word(p, name);
		word = store_word(s, name);
	}
	if ((presented = find_presented(out, word)) != NULL)
		presented->presented = true;
	return 0;
}

void
ra_states_free(struct ra_states *s)
{
	for (size_t i = 0; i < s->n; i++) {
		X509_free(s->v[i].cert);
		X509_free(s->v[i].sign_cert);
	}
	ca_line_free(&s->line);
	*s = (struct ra_states){0};
}

bool
ra_waits(const struct ra_states *s, const struct ra_state *ra)
{
	for (size_t i = (size_t)(ra - s->v) + 1; i < s->n; i++)
		if (s->v[i].presented)
			return false;
	return ra->files->staged && ra->at == s->current;
}

static const char *
state_name(const struct ra_states *s, const struct ra_state *ra)
{
	time_t now = clock_now();

	if (ra->presented)
		return "presented";
	if (X509_cmp_time(X509_get0_notAfter(ra->cert), &now) < 0)
		return "expired";
	if (ra->at > s->current)
		return "next";
	return ra_waits(s, ra) ? "waits" : "answers";
}

static json_t *
row_of(const struct ra_states *s, const struct ra_state *ra, const struct hosts *h)
{
	char to[24], used[24], hosts[48] = "";

	show_time(X509_get0_notAfter(ra->cert), to);
	show_seconds(ra->used, used);
	if (h->rows != NULL)
		snprintf(
		    hosts, sizeof hosts, "%zu of %zu", hosts_having(h, ra->id), hosts_count(h));
	return json_pack("{s:s,s:i,s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "profile",
	    s->profile->profile.name, "ra", ra->files->number, "ca", s->line.cas[ra->at].name,
	    "state", state_name(s, ra), "not_after", to, "last_used", used, "hosts", hosts,
	    "two_keys", ra->sign_cert != NULL, "sha256", ra->id);
}

static int
add_profile(struct ctl *c, struct store *s, const struct conf_profile *p, const struct hosts *h,
    json_t *rows, struct err *e)
{
	struct ra_states states;
	int rc = ra_states_read(c, s, p, &states, e);

	for (size_t i = 0; rc == 0 && i < states.n; i++)
		if (json_array_append_new(rows, row_of(&states, &states.v[i], h)) != 0)
			rc = err_set(e, ERR_MEMORY, "out of memory");
	ra_states_free(&states);
	return rc;
}

/* A store that cannot be asked leaves its columns empty. */
static struct store *
open_store(struct ctl *c, struct hosts *h)
{
	struct err why = ERR_INIT;
	struct store *s = ctl_store(c, &why);

	if (s != NULL && hosts_read(s, h, &why) == 0)
		return s;
	ctl_note(c, "The store does not answer, so these are the files of this host alone: %s",
	    why.detail);
	store_free(s);
	hosts_free(h);
	return NULL;
}

static int
ra_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"profile", "PROFILE"}, {"ra", "RA"}, {"ca", "CA"},
	    {"state", "STATE"}, {"not_after", "NOT AFTER"}, {"last_used", "LAST USED"},
	    {"hosts", "HOSTS"}, {"sha256", "SHA-256"}, {NULL, NULL}};
	const struct conf_profile *only = NULL;
	struct hosts h = {0};
	struct store *s;
	json_t *rows;
	int rc = 0;

	if (ctl_conf(c, e) != 0 ||
	    (a->operand != NULL && (only = profile_find(c, a->operand, e)) == NULL))
		return -1;
	s = open_store(c, &h);
	rows = json_array();
	for (size_t i = 0; rc == 0 && i < c->conf.n_profiles; i++)
		if (only == NULL || only == &c->conf.profiles[i])
			rc = add_profile(c, s, &c->conf.profiles[i], &h, rows, e);
	if (rc == 0)
		rc = show_rows(c->out, a->json, rows, columns, e);
	json_decref(rows);
	hosts_free(&h);
	store_free(s);
	return rc;
}

static const struct opt list_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

const struct command ra_commands[] = {
    {"ra", "list", "[PROFILE]", "list RAs with state, end, last use and the hosts that have them",
        list_options, ra_list},
    {"ra", "rotate", "PROFILE", "make a new RA, and present it once every host has it",
        ra_rotate_options, ra_rotate},
    {"ra", "retire", "PROFILE RA", "take away an RA that nobody uses any more", ra_retire_options,
        ra_retire},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
