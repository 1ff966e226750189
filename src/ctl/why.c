/* SPDX-License-Identifier: ISC
 *
 * scepctl why: what became of a device's requests on all hosts in the last 24 hours, from whatever
 * the caller can tell: the tag, the transactionID, a part of the subject, the address.
 */
#include <string.h>

#include "ctl/operator.h"
#include "ctl/show.h"
#include "store/state.h"

struct search {
	struct ctl *c;
	const char *text;
	struct show_list list;
};

static const char *
text_of(const json_t *event, const char *member)
{
	const char *text = json_string_value(json_object_get(event, member));

	return text != NULL ? text : "";
}

static bool
fits(const json_t *event, const char *text)
{
	static const char *const whole[] = {"req", "tid", "src", "serial", "by", "challenge"};

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (strcasecmp(text_of(event, whole[i]), text) == 0)
			return true;
	return strcasestr(text_of(event, "subject"), text) != NULL;
}

static int
look(void *arg, int64_t at, struct view noted, struct err *e)
{
	struct search *s = arg;
	json_t *event = json_loadb((const char *)noted.p, noted.n, 0, NULL), *row;
	int rc = 0;

	if (event != NULL && fits(event, s->text)) {
		row = json_object();
		json_object_set_new(row, "at", show_ms(at));
		json_object_update(row, event);
		rc = show_list_add(&s->list, row, e);
	}
	json_decref(event);
	return rc;
}

static int
why_run(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"at", "TIME"}, {"node", "NODE"}, {"req", "TAG"},
	    {"src", "SOURCE"}, {"profile", "PROFILE"}, {"outcome", "OUTCOME"},
	    {"subject", "SUBJECT"}, {"detail", "DETAIL"}, {NULL, NULL}};
	struct search s = {.c = c, .text = a->operand};
	struct store *store = ctl_store(c, e);
	int rc;

	if (store == NULL)
		return -1;
	show_list_begin(&s.list, c->out, a->json, columns);
	rc = store_events(store, look, &s, e);
	if (rc == 0 && s.list.n == 0)
		rc = err_set(e, ERR_USAGE,
		    "no request of the last 24 hours has \"%.200s\" as tag, transaction, address "
		    "or "
		    "serial, or in its subject",
		    a->operand);
	show_list_end(&s.list, rc != 0);
	store_free(store);
	return rc;
}

static const struct opt options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

const struct command why_commands[] = {
    {"", "why", "TEXT", "what became of a request: by tag, transaction, subject or address",
        options, why_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
