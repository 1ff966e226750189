/* SPDX-License-Identifier: ISC
 *
 * scepctl profile: list, show, delete. Making one is in profile_create.c.
 */
#include "ctl/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/ca_files.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/ra.h"
#include "ctl/show.h"

static const char *
type_name(enum challenge_type type)
{
	return type == CHALLENGE_DYNAMIC ? "dynamic" : "static";
}

/* What needs no file but the profile's own. */
static json_t *
plain_facts(struct ctl *c, const struct conf_profile *p)
{
	const struct profile *f = &p->profile;
	json_t *o = json_pack("{s:s,s:s,s:s,s:s}", "name", f->name, "id", f->id, "ca", f->ca,
	    "challenge", type_name(f->challenge_type));
	char url[2048];

	snprintf(url, sizeof(url), "%s/scep/%s/pkiclient.exe", c->conf.public_url, f->id);
	json_object_set_new(o, "scep_url", json_string(url));
	if (f->challenge_type == CHALLENGE_DYNAMIC) {
		snprintf(url, sizeof(url), "%s/scep/%s/challenge", c->conf.public_url, f->id);
		json_object_set_new(o, "challenge_url", json_string(url));
	}
	if (f->n_paths > 0) {
		json_t *paths = json_array();

		for (size_t i = 0; i < f->n_paths; i++)
			json_array_append_new(paths, json_string(f->paths[i]));
		json_object_set_new(o, "paths", paths);
	}
	json_object_set_new(o, "file", json_string(p->file));
	return o;
}

/* The RA that this host presents by its files; the operator may have named another one for all
 * hosts (scepctl ra list). */
static const struct ra_state *
find_presented(const struct ra_states *s, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].presented)
			return &s->v[i];
	err_set(e, ERR_CONFIG, "%s has no RA of CA %s", s->profile->profile.name,
	    s->line.cas[s->current].name);
	return NULL;
}

json_t *
profile_facts(struct ctl *c, const struct conf_profile *p, struct err *e)
{
	const struct ra_state *ra;
	struct ra_states s;
	json_t *o = NULL;

	if (ra_states_read(c, NULL, p, &s, e) == 0 && (ra = find_presented(&s, e)) != NULL) {
		const struct authority *ca = &s.line.cas[s.current];
		int n = sk_X509_num(ca->chain);

		o = plain_facts(c, p);
		json_object_set_new(o, "ca_certificate", show_cert(ca->cert));
		if (n > 0)
			json_object_set_new(o, "root", show_cert(sk_X509_value(ca->chain, n - 1)));
		json_object_set_new(o, "ra", show_cert(ra->cert));
	}
	ra_states_free(&s);
	return o;
}

/* What a list shows of a profile. */
static json_t *
list_row(struct ctl *c, const struct conf_profile *p)
{
	struct err unreadable = ERR_INIT;
	const struct ra_state *ra = NULL;
	json_t *row = plain_facts(c, p);
	struct ra_states s;
	char to[24] = "";

	if (ra_states_read(c, NULL, p, &s, &unreadable) == 0)
		ra = find_presented(&s, &unreadable);
	if (ra != NULL)
		show_time(X509_get0_notAfter(ra->cert), to);
	json_object_set_new(row, "ra_not_after", json_string(ra != NULL ? to : unreadable.detail));
	ra_states_free(&s);
	return row;
}

static int
profile_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column with_state[] = {{"name", "NAME"}, {"id", "ID"}, {"ca", "CA"},
	    {"challenge", "CHALLENGE"}, {"ra_not_after", "RA NOT AFTER"}, {"state", "STATE"},
	    {"reason", "REASON"}, {NULL, NULL}};
	static const struct column columns[] = {{"name", "NAME"}, {"id", "ID"}, {"ca", "CA"},
	    {"challenge", "CHALLENGE"}, {"ra_not_after", "RA NOT AFTER"}, {NULL, NULL}};
	json_t *rows;
	int rc = 0;

	if (ctl_conf(c, e) != 0)
		return -1;
	rows = json_array();
	for (size_t i = 0; i < c->conf.n_profiles; i++)
		json_array_append_new(rows, list_row(c, &c->conf.profiles[i]));
	if (a->state)
		rc = profile_states(c, rows, e);
	if (rc == 0)
		rc = show_rows(c->out, a->json, rows, a->state ? with_state : columns, e);
	json_decref(rows);
	return rc;
}

const struct conf_profile *
profile_find(struct ctl *c, const char *name, struct err *e)
{
	const struct conf_profile *p;

	if (ctl_conf(c, e) != 0)
		return NULL;
	p = conf_profile(&c->conf, name);
	if (p == NULL)
		err_set(e, ERR_USAGE, "there is no profile %s", name);
	return p;
}

static int
profile_show(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = profile_find(c, a->operand, e);
	json_t *facts = p != NULL ? profile_facts(c, p, e) : NULL;
	int rc;

	if (facts == NULL)
		return -1;
	rc = show_object(c->out, a->json, facts, e);
	json_decref(facts);
	return rc;
}

/* The file first: without it nothing refers to the RA any more. RA files that lie elsewhere are
 * somebody else's. */
static int
remove_files(struct ctl *c, const struct conf_profile *p, struct err *e)
{
	char *ra_path = NULL;
	int rc = -1;

	if (asprintf(&ra_path, "%s/ra/%s", c->conf.dir, p->profile.name) < 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (unlink(p->file) != 0)
		err_set(e, ERR_FILE, "%s: %s", p->file, strerror(errno));
	else
		rc = folder_remove(ra_path, e);
	free(ra_path);
	return rc;
}

/* A line about a key that is in a token; NULL: there is no key. */
static int
add_uri(struct ctl *c, const char *path, struct buf *uris)
{
	char *uri = path != NULL ? key_uri_of(c, path) : NULL;
	int rc =
	    uri != NULL ? buf_printf(uris, "The key of an RA stays in its token: %s\n", uri) : 0;

	free(uri);
	return rc;
}

static int
profile_delete(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = profile_find(c, a->operand, e);
	struct buf uris = {0};
	char question[160];

	if (p == NULL)
		return -1;
	for (size_t i = 0; i < p->n_ras; i++)
		if (add_uri(c, p->ras[i].key, &uris) != 0 ||
		    add_uri(c, p->ras[i].sign_key, &uris) != 0) {
			buf_free(&uris);
			return err_set(e, ERR_MEMORY, "out of memory");
		}
	snprintf(question, sizeof(question), "Delete the profile %s and the key of its RA? (y/n)",
	    p->profile.name);
	if ((!a->yes && ask_yes(c, question, e) != 0) || remove_files(c, p, e) != 0) {
		buf_free(&uris);
		return -1;
	}
	fputs(buf_str(&uris), c->err);
	buf_free(&uris);
	ctl_note(c,
	    "deleted the profile %s; a running service forgets it when it is reloaded (SIGHUP)",
	    a->operand);
	return 0;
}

static const struct opt list_options[] = {
    OPT_FLAG("state", state, "with which are switched off, as the store says"),
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt show_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt delete_options[] = {
    OPT_FLAG("yes", yes, "do not ask"),
    OPT_END,
};

const struct command profile_commands[] = {
    {"profile", "create", "NAME", "make a profile and its RA", profile_create_options,
        profile_create},
    {"profile", "list", NULL, "list the profiles", list_options, profile_list},
    {"profile", "show", "NAME", "show one: URLs, fingerprints, RA", show_options, profile_show},
    {"profile", "disable", "NAME", "have it answer 503, on all hosts", profile_disable_options,
        profile_disable},
    {"profile", "enable", "NAME", "have it serve again", profile_enable_options, profile_enable},
    {"profile", "delete", "NAME", "delete one with the key of its RA", delete_options,
        profile_delete},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
