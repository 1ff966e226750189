/* SPDX-License-Identifier: ISC
 *
 * scepctl crl: how the revocation lists stand, and having a new one made. The tool signs none; it
 * tells the workers, who have the key.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/ca_files.h"
#include "ctl/crl.h"
#include "ctl/folder.h"
#include "ctl/history.h"
#include "ctl/operator.h"
#include "ctl/show.h"
#include "ctl/store.h"
#include "store/crl.h"

struct look {
	struct ctl *c;
	const struct args *a;
	struct store *store;
	struct show_list list;
};

int
crl_filed(struct ctl *c, const struct authority *a, struct crl *list, struct err *e)
{
	struct buf der = {.max = CRL_MAX};
	char *path = NULL;
	int rc = 1;

	*list = (struct crl){0};
	if (asprintf(&path, "%s/%s.crl", c->conf.crl_dir, a->name) < 0)
		return err_set(e, ERR_MEMORY, "no memory");
	if (path_exists(path))
		rc = file_read(path, CRL_MAX, &der, e) == 0 ? crl_read(a, buf_view(&der), list, e)
		                                            : -1;
	buf_free(&der);
	free(path);
	return rc;
}

/* Its number, 0 when there is none. */
static int64_t
filed_number(struct ctl *c, const struct authority *a)
{
	struct err ignored = ERR_INIT;
	struct crl list;
	int64_t number = crl_filed(c, a, &list, &ignored) == 0 ? list.number : 0;

	crl_free(&list);
	return number;
}

static const char *
state_of(const struct crl_stored *s, const struct err *bad, bool wanted)
{
	if (wanted)
		return "alarm";
	if (bad->code != ERR_OK)
		return "bad";
	if (*s->alarm != '\0')
		return "alarm";
	if (s->state.number == 0)
		return "none";
	if (s->state.to < (int64_t)time(NULL))
		return "over";
	return s->state.version > s->state.of ? "due" : "good";
}

static json_t *
row_of(struct ctl *c, const struct authority *a, const struct crl_stored *s, bool wanted)
{
	struct err bad = ERR_INIT;
	struct crl list = {0};
	json_t *row = json_object();

	if (s->state.number > 0)
		(void)!crl_read(a, buf_view(&s->der), &list, &bad);
	json_object_set_new(row, "ca", json_string(a->name));
	json_object_set_new(row, "number", json_integer(s->state.number));
	json_object_set_new(row, "state", json_string(state_of(s, &bad, wanted)));
	json_object_set_new(row, "from", show_ms(s->state.from * 1000));
	json_object_set_new(row, "to", show_ms(s->state.to * 1000));
	json_object_set_new(row, "entries", json_integer((json_int_t)list.n));
	json_object_set_new(row, "revoked", json_integer(s->revoked));
	json_object_set_new(row, "filed", json_integer(filed_number(c, a)));
	json_object_set_new(row, "why",
	    json_string(wanted               ? "imported: its revocations are not known"
	                : bad.code != ERR_OK ? bad.detail
	                                     : s->alarm));
	crl_free(&list);
	return row;
}

/* A CA that has no certificate yet has no list either. */
static int
show_ca(void *arg, const char *ca, struct err *e)
{
	struct look *l = arg;
	struct crl_stored stored = {.state = {0}};
	struct err why = ERR_INIT;
	struct authority a;
	bool wanted = false;
	int rc = open_authority(l->c, ca, &a, &why);

	if (rc != 0 && (why.code != ERR_USAGE || l->a->operand != NULL))
		err_set(e, why.code, "%s", why.detail);
	else if (rc != 0)
		rc = 0;
	else if ((rc = store_crl(l->store, ca, &stored, e)) >= 0 &&
	         (rc = history_wanted(l->c, l->store, ca, &wanted, e)) == 0)
		rc = show_list_add(
		    &l->list, row_of(l->c, &a, &stored, wanted && stored.state.number == 0), e);
	crl_stored_free(&stored);
	authority_free(&a);
	return rc;
}

static int
crl_show(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"ca", "CA"}, {"number", "NUMBER"},
	    {"state", "STATE"}, {"from", "FROM"}, {"to", "TO"}, {"entries", "ENTRIES"},
	    {"filed", "FILED"}, {"why", "WHY"}, {NULL, NULL}};
	struct look l = {.c = c, .a = a};
	int rc;

	if ((l.store = ctl_store(c, e)) == NULL)
		return -1;
	show_list_begin(&l.list, c->out, a->json, columns);
	rc = operator_each_ca(c, a->operand, show_ca, &l, e);
	show_list_end(&l.list, rc != 0);
	store_free(l.store);
	return rc;
}

/* Up to which number revocations may be missing: the highest that is known. */
static int
accepted(struct ctl *c, const struct args *a, struct store *s, int64_t *loss, struct err *e)
{
	char question[200];
	struct crl_stored stored;
	struct authority ca;
	int rc = open_authority(c, a->operand, &ca, e);

	*loss = rc == 0 ? filed_number(c, &ca) : 0;
	authority_free(&ca);
	if (rc == 0 && (rc = store_crl(s, a->operand, &stored, e)) >= 0) {
		*loss = stored.state.number > *loss ? stored.state.number : *loss;
		crl_stored_free(&stored);
		rc = 0;
	}
	if (rc == 0 && *loss == 0)
		rc = err_set(e, ERR_USAGE, "CA %s has no list of which anything could be missing",
		    a->operand);
	snprintf(question, sizeof question,
	    "Accept that revocations on lists of CA %s up to %lld are lost? Their certificates are "
	    "good again. (y/n)",
	    a->operand, (long long)*loss);
	return rc == 0 && !a->yes ? ask_yes(c, question, e) : rc;
}

static int
publish_ca(void *arg, const char *ca, struct err *e)
{
	struct look *l = arg;
	int64_t loss = 0;

	if (l->a->accept_loss && accepted(l->c, l->a, l->store, &loss, e) != 0)
		return -1;
	if (l->a->no_history && history_known(l->store, ca, e) != 0)
		return -1;
	if (store_crl_mark(l->store, ca, loss, e) != 0)
		return -1;
	ctl_note(l->c,
	    "%s: the workers will make a new list; scepctl crl show tells when it is there", ca);
	return 0;
}

static int
crl_publish(struct ctl *c, const struct args *a, struct err *e)
{
	struct look l = {.c = c, .a = a};
	int rc;

	if ((l.store = ctl_store(c, e)) == NULL)
		return -1;
	rc = operator_each_ca(c, a->operand, publish_ca, &l, e);
	store_free(l.store);
	return rc;
}

static const struct opt show_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt publish_options[] = {
    OPT_FLAG("accept-loss", accept_loss, "although revocations are missing from it"),
    OPT_FLAG("no-history", no_history, "although nothing is known of what an imported CA revoked"),
    OPT_FLAG("yes", yes, "do not ask"),
    OPT_END,
};

static const struct opt import_options[] = {
    OPT_NEED("ca", ca, "NAME", "whose list it is"),
    OPT_END,
};

const struct command crl_commands[] = {
    {"crl", "show", "[CA]", "show how the revocation lists stand", show_options, crl_show},
    {"crl", "publish", "CA", "have a new list made", publish_options, crl_publish},
    {"crl", "import", "FILE", "revoke what is on a list of another software", import_options,
        crl_import},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
