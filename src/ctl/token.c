/* SPDX-License-Identifier: ISC
 *
 * scepctl token: who may fetch one-time challenges by HTTP. A token is shown once, when it is made;
 * the store keeps its digest.
 */
#include <string.h>

#include "base/span.h"
#include "ctl/operator.h"
#include "ctl/show.h"
#include "store/token.h"

/* The ids of the profiles, with spaces between. */
static int
profile_ids(struct ctl *c, const struct arg_list *names, struct buf *ids, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct conf_profile *p = conf_profile(&c->conf, names->v[i]);

		if (p == NULL)
			return err_set(e, ERR_USAGE, "there is no profile %s", names->v[i]);
		if (buf_printf(ids, "%s%s", i > 0 ? " " : "", p->profile.id) != 0)
			return err_set(e, ERR_MEMORY, "out of memory");
	}
	return 0;
}

static int
read_ttl(const char *expires, int64_t *ttl, struct err *e)
{
	*ttl = expires != NULL ? span_read(expires) : 0;
	return expires != NULL && *ttl < 1
	           ? err_set(e, ERR_USAGE, "--expires must be a duration such as \"90d\"")
	           : 0;
}

static int
token_create(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret token = {0};
	struct buf ids = {0};
	struct store *s = NULL;
	char digest[65], until[24];
	int64_t ttl, expires = 0;
	int rc = -1;

	if (!profile_name_ok(a->operand))
		return err_set(
		    e, ERR_USAGE, "a name has 1 to 63 letters, digits, \".\", \"_\" and \"-\"");
	if (read_ttl(a->expires, &ttl, e) != 0 || ctl_conf(c, e) != 0)
		return -1;
	if (profile_ids(c, &a->profiles, &ids, e) == 0 && token_draw(&token, e) == 0 &&
	    (s = ctl_store(c, e)) != NULL) {
		token_digest(secret_view(&token), digest);
		rc = store_token_add(s, a->operand, digest, buf_str(&ids), ttl, &expires, e);
	}
	if (rc == 0) {
		show_seconds(expires, until);
		fprintf(c->out, "%.*s\n", (int)token.n, (const char *)token.p);
		ctl_note(c, "The token %s is shown this once. It is good for %s%s%s.", a->operand,
		    a->profiles.n > 0 ? "the profiles named" : "every profile",
		    expires != 0 ? " until " : "", until);
	}
	secret_free(&token);
	buf_free(&ids);
	store_free(s);
	return rc;
}

/* The names of profiles from their ids; an empty array stands for all. */
static json_t *
profile_names(const struct ctl *c, struct view ids)
{
	json_t *names = json_array();

	while (ids.n > 0) {
		const uint8_t *end = memchr(ids.p, ' ', ids.n);
		size_t n = end != NULL ? (size_t)(end - ids.p) : ids.n;

		json_array_append_new(names, operator_profile_name(c, view_of(ids.p, n)));
		n += end != NULL;
		ids = view_of(ids.p + n, ids.n - n);
	}
	return names;
}

struct listing {
	const struct ctl *c;
	json_t *rows;
};

static int
add_row(void *to, const struct token_row *row)
{
	struct listing *l = to;
	json_t *o = json_object();
	bool over = row->expires != 0 && row->expires <= time(NULL);

	json_object_set_new(o, "name", show_view(row->name));
	json_object_set_new(o, "state", json_string(over ? "expired" : "good"));
	json_object_set_new(o, "profiles", profile_names(l->c, row->profiles));
	json_object_set_new(o, "made", show_ms(row->made * 1000));
	json_object_set_new(o, "expires", show_ms(row->expires * 1000));
	json_object_set_new(o, "used", show_ms(row->used * 1000));
	json_object_set_new(o, "sha256", show_view(row->digest));
	return json_array_append_new(l->rows, o);
}

static int
token_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"name", "NAME"}, {"state", "STATE"},
	    {"profiles", "PROFILES"}, {"made", "MADE"}, {"expires", "EXPIRES"},
	    {"used", "LAST USE"}, {NULL, NULL}};
	struct store *s = ctl_store(c, e);
	struct listing l = {c, json_array()};
	int rc = -1;

	if (s != NULL && store_tokens(s, add_row, &l, e) == 0)
		rc = show_rows(c->out, a->json, l.rows, columns, e);
	else if (s != NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	json_decref(l.rows);
	store_free(s);
	return rc;
}

static int
token_revoke(struct ctl *c, const struct args *a, struct err *e)
{
	struct store *s = ctl_store(c, e);
	int rc = s != NULL ? store_token_drop(s, a->operand, e) : -1;

	if (rc == 0)
		ctl_note(c,
		    "revoked the token %s; challenges fetched with it stay good "
		    "(challenge list, challenge flush)",
		    a->operand);
	store_free(s);
	return rc;
}

static const struct opt create_options[] = {
    OPT_MANY("profile", profiles, "NAME", "good for this profile; may be repeated (all)"),
    OPT("expires", expires, "SPAN", "good for so long, such as 90d (no end)"),
    OPT_END,
};

static const struct opt list_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt no_options[] = {
    OPT_END,
};

const struct command token_commands[] = {
    {"token", "create", "NAME", "make a token for fetching one-time challenges", create_options,
        token_create},
    {"token", "list", NULL, "list the tokens", list_options, token_list},
    {"token", "revoke", "NAME", "end one, at once", no_options, token_revoke},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
