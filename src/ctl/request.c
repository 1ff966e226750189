/* SPDX-License-Identifier: ISC
 *
 * scepctl request: the operator's side of requests that wait for him (RFC 8894 section 3.2): which
 * they are, what one asks for, and his word on it.
 */
#include <string.h>

#include "ctl/operator.h"
#include "ctl/request.h"
#include "ctl/show.h"
#include "store/request.h"

#define NAME_SHORT 12 /* digits that a table shows */

static const char *
state_word(int state)
{
	switch (state) {
	case REQUEST_SIGNING:
		return "signing";
	case REQUEST_ISSUED:
		return "issued";
	case REQUEST_PENDING:
		return "pending";
	case REQUEST_APPROVED:
		return "approved";
	case REQUEST_REJECTED:
		return "rejected";
	default:
		return "unknown";
	}
}

/* What a worker noted about the request, "" where it did not. */
static void
add_about(json_t *o, struct view about)
{
	json_t *noted = json_loadb((const char *)about.p, about.n, 0, NULL);
	const char *key = "", *source = "", *csr = "", *spki = "";
	char text[64] = "";
	int bits = 0;

	if (noted != NULL)
		(void)json_unpack(noted, "{s?s,s?i,s?s,s?s,s?s}", "key", &key, "bits", &bits,
		    "source", &source, "csr", &csr, "spki", &spki);
	if (bits > 0)
		snprintf(text, sizeof text, "%.40s %d", key, bits);
	else
		snprintf(text, sizeof text, "%.40s", key);
	json_object_set_new(o, "key", json_string(text));
	json_object_set_new(o, "source", json_string(source));
	json_object_set_new(o, "csr_sha256", json_string(csr));
	json_object_set_new(o, "key_sha256", json_string(spki));
	json_decref(noted);
}

static json_t *
row_of(const struct ctl *c, const struct request_row *r)
{
	size_t n = r->name.n < NAME_SHORT ? r->name.n : NAME_SHORT;
	json_t *o = json_object();

	json_object_set_new(o, "id", show_view(r->name));
	json_object_set_new(o, "short_id", show_view(view_of(r->name.p, n)));
	json_object_set_new(o, "state", json_string(r->changed ? "changed" : state_word(r->state)));
	json_object_set_new(o, "profile", operator_profile_name(c, r->profile));
	json_object_set_new(o, "ca", show_view(r->authority));
	json_object_set_new(o, "subject", show_view(r->subject));
	json_object_set_new(o, "sans", show_lines(r->sans));
	add_about(o, r->about);
	json_object_set_new(o, "asked_at", show_ms(r->at));
	json_object_set_new(o, "age", r->at != 0 ? show_age(r->at) : json_string(""));
	json_object_set_new(o, "expires_at", show_ms(r->expires));
	json_object_set_new(o, "decided_at", show_ms(r->decided));
	json_object_set_new(o, "decided_by", show_view(r->who));
	json_object_set_new(o, "serial", show_view(r->serial));
	return o;
}

/* Rows on their way from the store to the list. */
struct listing {
	struct ctl *c;
	struct show_list list;
};

static int
list_row(void *arg, const struct request_row *row, struct err *e)
{
	struct listing *l = arg;

	return show_list_add(&l->list, row_of(l->c, row), e);
}

static int
request_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"short_id", "ID"}, {"state", "STATE"},
	    {"age", "AGE"}, {"profile", "PROFILE"}, {"source", "SOURCE"}, {"key", "KEY"},
	    {"subject", "SUBJECT"}, {NULL, NULL}};
	struct listing l = {.c = c};
	struct store *s;
	const char *id;
	int rc = 0;

	if (operator_profile(c, a, &id, e) != 0 || (s = ctl_store(c, e)) == NULL)
		return -1;
	show_list_begin(&l.list, c->out, a->json, columns);
	for (size_t i = 0; rc == 0 && i < c->conf.n_profiles; i++) {
		const char *one = c->conf.profiles[i].profile.id;

		if (id == NULL || strcmp(id, one) == 0)
			rc = store_requests(s, one, list_row, &l, e);
	}
	show_list_end(&l.list, rc != 0);
	store_free(s);
	return rc;
}

static int
no_request(const char *name, struct err *e)
{
	return err_set(
	    e, ERR_USAGE, "there is no request %s, or it is not remembered any more", name);
}

struct showing {
	struct ctl *c;
	bool json;
};

static int
show_row(void *arg, const struct request_row *row, struct err *e)
{
	struct showing *s = arg;
	json_t *o = row_of(s->c, row);
	int rc;

	json_object_del(o, "short_id");
	rc = show_object(s->c->out, s->json, o, e);
	json_decref(o);
	return rc;
}

static int
request_show(struct ctl *c, const struct args *a, struct err *e)
{
	struct showing showing = {c, a->json};
	char name[REQUEST_NAME_LEN + 1];
	struct store *s = ctl_store(c, e);
	int rc = -1;

	if (s != NULL && request_name(c, s, a->operand, name, e) == 0) {
		rc = store_request(s, name, show_row, &showing, e);
		if (rc == 1)
			rc = no_request(name, e);
	}
	store_free(s);
	return rc;
}

/* What store_decide and store_forget returned, as an exit code. */
static int
settle(int rc, const char *name, int state, struct err *e)
{
	if (rc == 1)
		return no_request(name, e);
	return rc == 2 ? err_set(e, ERR_USAGE, "the request %.*s is %s", NAME_SHORT, name,
	                     state == REQUEST_SIGNING ? "being signed" : state_word(state))
	               : rc;
}

static int
decide(struct ctl *c, const struct args *a, bool approve, struct err *e)
{
	char name[REQUEST_NAME_LEN + 1], who[64];
	struct store *s = ctl_store(c, e);
	int rc = -1, state = 0;

	operator_name(who);
	if (s != NULL && request_name(c, s, a->operand, name, e) == 0) {
		rc = store_decide(s, name, approve, who, &state, e);
		rc = settle(rc, name, state, e);
	}
	if (rc == 0)
		ctl_note(c, "%s %.*s%s", approve ? "approved" : "rejected", NAME_SHORT, name,
		    approve ? ": the device gets its certificate when it asks next" : "");
	store_free(s);
	return rc;
}

static int
request_approve(struct ctl *c, const struct args *a, struct err *e)
{
	return decide(c, a, true, e);
}

static int
request_reject(struct ctl *c, const struct args *a, struct err *e)
{
	return decide(c, a, false, e);
}

static int
request_forget(struct ctl *c, const struct args *a, struct err *e)
{
	char name[REQUEST_NAME_LEN + 1];
	struct store *s = ctl_store(c, e);
	int rc = -1, state = 0;

	if (s != NULL && request_name(c, s, a->operand, name, e) == 0) {
		rc = store_forget(s, name, &state, e);
		rc = settle(rc, name, state, e);
	}
	if (rc == 0)
		ctl_note(c, "forgot %.*s: sent again, it is a new request", NAME_SHORT, name);
	store_free(s);
	return rc;
}

static const struct opt list_options[] = {
    OPT("profile", profile, "NAME", "those of one profile"),
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt show_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt no_options[] = {
    OPT_END,
};

const struct command request_commands[] = {
    {"request", "list", NULL, "list the requests that wait for approval", list_options,
        request_list},
    {"request", "show", "ID", "show what one asks for", show_options, request_show},
    {"request", "approve", "ID", "let it have its certificate", no_options, request_approve},
    {"request", "reject", "ID", "refuse it", no_options, request_reject},
    {"request", "forget", "ID", "forget it, so that it is new when it is sent again", no_options,
        request_forget},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
