/* SPDX-License-Identifier: ISC
 *
 * scepctl cert orphans: intents to sign of which no certificate is known, and the operator's word
 * that one of them is dealt with. An intent stays in the issued.log of its host whatever he says.
 */
#include "ctl/orphan.h"

#include <string.h>

#include "ctl/ask.h"
#include "ctl/index_txt.h"
#include "ctl/operator.h"
#include "ctl/show.h"
#include "store/record.h"
#include "store/request.h"

static json_t *
row_of(const struct ctl *c, const struct orphan *o)
{
	const char *state = o->state == REQUEST_SIGNING ? "may go on"
	                    : o->state == 0             ? "given up"
	                                                : "finished";
	json_t *row = json_object();

	json_object_set_new(row, "serial", show_view(o->serial));
	json_object_set_new(row, "ca", show_view(o->authority));
	json_object_set_new(row, "profile", operator_profile_name(c, o->profile));
	json_object_set_new(row, "at", show_ms(o->at));
	json_object_set_new(row, "state", json_string(state));
	json_object_set_new(row, "request", show_view(o->request));
	json_object_set_new(row, "tbs_sha256", show_view(o->tbs));
	return row;
}

struct listing {
	struct ctl *c;
	struct show_list list;
};

static int
list_row(void *arg, const struct orphan *o, struct err *e)
{
	struct listing *l = arg;

	return show_list_add(&l->list, row_of(l->c, o), e);
}

int
cert_orphans(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"serial", "SERIAL"}, {"at", "SINCE"},
	    {"state", "STATE"}, {"ca", "CA"}, {"profile", "PROFILE"}, {"request", "REQUEST"},
	    {NULL, NULL}};
	struct listing l = {.c = c};
	struct store *s = ctl_store(c, e);
	int rc;

	if (s == NULL)
		return -1;
	show_list_begin(&l.list, c->out, a->json, columns);
	rc = store_orphans(s, ORPHAN_AGE, list_row, &l, e);
	show_list_end(&l.list, rc != 0);
	store_free(s);
	return rc;
}

/* The one that is being settled. */
struct settling {
	struct ctl *c;
	const struct args *a;
	struct store *s;
	char serial[2 * SERIAL_LEN + 1];
	bool found;
};

static int
ask_and_drop(struct settling *w, const struct orphan *o, struct err *e)
{
	json_t *row = row_of(w->c, o);
	int rc = show_object(w->c->out, false, row, e);

	json_decref(row);
	if (rc == 0 && !w->a->yes)
		rc =
		    ask_yes(w->c, "Is this intent dealt with? It is not listed any more. (y/n)", e);
	if (rc != 0)
		return -1;
	rc = store_settle(w->s, o, e);
	if (rc == 2)
		return err_set(e, ERR_USAGE,
		    "%s may go on: when the device comes back it gets this certificate (request "
		    "forget %.12s)",
		    w->serial, (const char *)o->request.p);
	if (rc == 0)
		ctl_note(w->c, "settled %s", w->serial);
	return rc < 0 ? -1 : 0;
}

static int
settle_one(void *arg, const struct orphan *o, struct err *e)
{
	struct settling *w = arg;

	if (!view_eq(o->serial, view_str(w->serial)) ||
	    (w->a->ca != NULL && !view_eq(o->authority, view_str(w->a->ca))))
		return 0;
	w->found = true;
	return ask_and_drop(w, o, e);
}

int
cert_settle(struct ctl *c, const struct args *a, struct err *e)
{
	struct settling w = {.c = c, .a = a, .s = ctl_store(c, e)};
	int rc = w.s != NULL ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < a->n_operands; i++) {
		w.found = false;
		rc = serial_read(a->operands[i], w.serial, e);
		if (rc == 0)
			rc = store_orphans(w.s, ORPHAN_AGE, settle_one, &w, e);
		if (rc == 0 && !w.found)
			rc = err_set(e, ERR_USAGE, "there is no orphan %s", w.serial);
	}
	store_free(w.s);
	return rc;
}

const struct opt orphan_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

const struct opt settle_options[] = {
    OPT("ca", ca, "NAME", "of this CA"),
    OPT_FLAG("yes", yes, "do not ask"),
    OPT_END,
};
