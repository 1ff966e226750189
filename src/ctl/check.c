/* SPDX-License-Identifier: ISC
 *
 * scepctl check: whether all is as it must be, and will be for a while; for people, cron and
 * monitoring. It changes nothing, opens no token, asks for no passphrase, and says what it could
 * not look at.
 */
#include "ctl/check.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/span.h"
#include "conf/owner.h"
#include "ctl/show.h"

void
check_find(struct checkup *k, enum found state, const char *what, const char *fmt, ...)
{
	static const char *const names[FOUND_N] = {"ok", "skip", "warn", "fail"};
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	k->n[state]++;
	json_array_append_new(k->rows,
	    json_pack("{s:s,s:s,s:s}", "state", names[state], "what", what, "detail", detail));
}

bool
check_step(struct checkup *k, int rc, const char *what, const struct err *why)
{
	if (rc < 0)
		check_find(k, FOUND_FAIL, what, "%s", why->detail);
	return rc >= 0;
}

/* Without it there is nothing to look at. */
static bool
check_conf(struct checkup *k)
{
	struct err e = ERR_INIT;

	if (!check_step(k, ctl_conf(k->c, &e), "configuration", &e))
		return false;
	check_find(k, FOUND_OK, "configuration", "%s, %zu profiles", k->c->conf.file,
	    k->c->conf.n_profiles);
	if (check_step(k, conf_judge(&k->c->conf, &e), "permissions", &e))
		check_find(k, FOUND_OK, "permissions", "nobody else can write the configuration");
	return true;
}

/* The worst of what was found. */
static int
verdict(const struct checkup *k, struct err *e)
{
	if (k->n[FOUND_FAIL] > 0)
		return err_set(e, ERR_CONFIG, "%zu of %zu checks failed", k->n[FOUND_FAIL],
		    json_array_size(k->rows));
	if (k->n[FOUND_WARN] == 0)
		return CTL_OK;
	ctl_note(
	    k->c, "%zu of %zu checks want attention", k->n[FOUND_WARN], json_array_size(k->rows));
	return CTL_PENDING;
}

static int
check_run_all(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {
	    {"state", "STATE"}, {"what", "WHAT"}, {"detail", "DETAIL"}, {NULL, NULL}};
	struct checkup k = {.c = c, .now = clock_now(), .rows = json_array()};
	int64_t within = a->within != NULL ? span_read(a->within) : 0;
	int rc;

	if (within < 0) {
		json_decref(k.rows);
		return err_set(e, ERR_USAGE, "--within takes a duration such as 30d");
	}
	if (check_conf(&k)) {
		k.within = a->within != NULL ? within : c->conf.warn_before;
		check_store(&k);
		check_cas(&k);
		check_profiles(&k);
	}
	if ((rc = show_rows(c->out, a->json, k.rows, columns, e)) == 0)
		rc = verdict(&k, e);
	store_free(k.store);
	json_decref(k.rows);
	return rc;
}

static const struct opt options[] = {
    OPT("within", within, "SPAN", "how near an end must be to be said (default warn_before)"),
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

const struct command check_commands[] = {
    {"", "check", NULL, "see whether all is as it must be, and what ends soon", options,
        check_run_all},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
