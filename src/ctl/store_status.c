/* SPDX-License-Identifier: ISC
 *
 * scepctl store status: which server it is, whether it was verified, and how much there is.
 */
#include <string.h>

#include "ctl/show.h"
#include "ctl/store.h"
#include "store/admin.h"

#define NAME_MAX_LEN 160

/* Adds the number under one key to the number of its kind. */
static int
add_size(struct store *s, json_t *counts, const char *kind, const char *key, struct err *e)
{
	int64_t size, sum = json_integer_value(json_object_get(counts, kind));

	if (store_sizes(s, &key, 1, &size, e) != 0)
		return -1;
	return json_object_set_new(counts, kind, json_integer(sum + size)) == 0
	           ? 0
	           : err_set(e, ERR_MEMORY, "no memory");
}

static int
add_of_profile(struct store *s, json_t *counts, const struct profile *p, struct err *e)
{
	char key[NAME_MAX_LEN];

	snprintf(key, sizeof key, "pend:%s", p->id);
	if (add_size(s, counts, "challenges", key, e) != 0)
		return -1;
	snprintf(key, sizeof key, "pq:%s", p->id);
	return add_size(s, counts, "requests", key, e);
}

/* Certificates of a CA that several profiles name are counted once. */
static bool
is_first(const struct conf *c, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(c->profiles[j].profile.ca, c->profiles[i].profile.ca) == 0)
			return false;
	return true;
}

static int
count(const struct conf *c, struct store *s, json_t *counts, struct err *e)
{
	static const char *const plain[][2] = {{"intents", "int"}, {"events", "log"},
	    {"tokens", "tokens"}, {"disabled", "off"}, {"blocked", "blk"}, {"nodes", "nodes"}};
	char key[NAME_MAX_LEN];

	for (size_t i = 0; i < c->n_profiles; i++) {
		snprintf(key, sizeof key, "exp:%s", c->profiles[i].profile.ca);
		if (add_of_profile(s, counts, &c->profiles[i].profile, e) != 0 ||
		    (is_first(c, i) && add_size(s, counts, "certificates", key, e) != 0))
			return -1;
	}
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (add_size(s, counts, plain[i][0], plain[i][1], e) != 0)
			return -1;
	return 0;
}

static json_t *
describe(const struct conf *c, struct store *s, const struct store_verified *v)
{
	const struct store_server *at = store_server(s);
	char when[32] = "";
	const char *verified = "never";
	struct tm tm;
	time_t t = (time_t)v->at;

	if (*v->run != '\0')
		verified = strcmp(v->run, at->run_id) == 0 ? "yes" : "another run id";
	if (v->at > 0 && gmtime_r(&t, &tm) != NULL)
		strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_pack("{s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:s,s:s}", "server",
	    at->valkey ? "Valkey" : "Redis", "version", at->version, "run_id", at->run_id, "role",
	    at->role, "replicas", at->replicas, "protocol", STORE_PROTOCOL, "durability",
	    durability_name(c->store.durability), "verified", verified, "verified_level", v->level,
	    "verified_at", when);
}

int
store_status_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct store *s = ctl_admin_store(c, a, e);
	struct store_verified v;
	json_t *shown = NULL, *counts = json_object();
	int rc = -1;

	if (s != NULL && store_ready(s, e) == 0 && store_verified(s, &v, e) == 0 &&
	    count(&c->conf, s, counts, e) == 0) {
		shown = describe(&c->conf, s, &v);
		if (shown != NULL && json_object_update(shown, counts) == 0)
			rc = show_object(c->out, a->json, shown, e);
		else
			err_set(e, ERR_MEMORY, "no memory");
	}
	json_decref(shown);
	json_decref(counts);
	store_free(s);
	return rc;
}
