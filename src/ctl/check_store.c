/* SPDX-License-Identifier: ISC
 *
 * See ctl/check.h: the store, the hosts that share it, and the revocation lists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ca/crl.h"
#include "conf/assemble.h"
#include "ctl/check.h"
#include "ctl/crl.h"
#include "ctl/node.h"
#include "ctl/orphan.h"
#include "ctl/show.h"
#include "scep/ending.h"
#include "store/admin.h"
#include "store/crl.h"
#include "store/node.h"
#include "store/record.h"
#include "store/state.h"

#define CLOCK_MAX 60 /* as in head.lua */

static void
check_verified(struct checkup *k)
{
	const char *level = durability_name(k->c->conf.store.durability);
	struct store_verified v;
	struct err e = ERR_INIT;

	if (!check_step(k, store_verified(k->store, &v, &e), "store verified", &e))
		return;
	if (strcmp(v.run, store_server(k->store)->run_id) != 0)
		check_find(k, FOUND_WARN, "store verified", "%s: scepctl store verify",
		    *v.run == '\0' ? "never" : "another run id was");
	else if (strcmp(v.level, level) != 0)
		check_find(k, FOUND_WARN, "store verified",
		    "for durability %s, and %s is configured: scepctl store verify", v.level,
		    level);
	else
		check_find(k, FOUND_OK, "store verified", "for durability %s", level);
}

static void
check_clock(struct checkup *k)
{
	struct err e = ERR_INIT;
	int64_t theirs, ahead;

	if (!check_step(k, store_clock(k->store, &theirs, &e), "clock", &e))
		return;
	ahead = (int64_t)clock_now() - theirs / 1000;
	check_find(k, llabs(ahead) > CLOCK_MAX ? FOUND_FAIL : FOUND_OK, "clock",
	    "%lld seconds ahead of that of the store", (long long)ahead);
}

static int
count_orphan(void *arg, const struct orphan *o, struct err *e)
{
	(void)o;
	(void)e;
	++*(size_t *)arg;
	return 0;
}

static void
check_intents(struct checkup *k)
{
	size_t n = 0;
	struct err e = ERR_INIT;

	if (!check_step(
	        k, store_orphans(k->store, ORPHAN_AGE, count_orphan, &n, &e), "intents", &e))
		return;
	check_find(k, n > 0 ? FOUND_WARN : FOUND_OK, "intents", "%zu to sign came to nothing%s", n,
	    n > 0 ? ": scepctl cert orphans" : "");
}

/* This host among the others: it may not serve, or not what stands in its files. */
static void
check_own(struct checkup *k, const json_t *rows)
{
	char own[64];

	conf_node_name(&k->c->conf, own);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *conf = json_string_value(json_object_get(row, "configuration"));

		if (strcmp(json_string_value(json_object_get(row, "node")), own) != 0)
			continue;
		if (strcmp(conf, k->c->conf.digest) == 0)
			check_find(k, FOUND_OK, "this host", "serves its configuration");
		else
			check_find(k, FOUND_WARN, "this host",
			    "serves another configuration than its files have: reload scepd");
		return;
	}
	check_find(
	    k, FOUND_WARN, "this host", "no scepd reports as %s: it does not serve here", own);
}

static void
check_hosts(struct checkup *k)
{
	json_t *rows = json_array();
	struct err e = ERR_INIT;
	size_t drifting;

	if (check_step(k, node_rows(k->store, rows, &drifting, &e), "hosts", &e)) {
		check_find(k, drifting > 0 ? FOUND_WARN : FOUND_OK, "hosts",
		    "%zu of %zu differ from the others%s", drifting, json_array_size(rows),
		    drifting > 0 ? ": scepctl node list" : "");
		check_own(k, rows);
	}
	json_decref(rows);
}

void
check_store(struct checkup *k)
{
	struct err e = ERR_INIT;
	struct store *s = conf_store(&k->c->conf, &e);

	if (s == NULL || store_ready(s, &e) != 0 || store_refresh(s, &e) != 0) {
		check_find(k, FOUND_FAIL, "store", "%s", e.detail);
		store_free(s);
		return;
	}
	k->store = s;
	check_find(k, FOUND_OK, "store", "%s %s, protocol " STORE_PROTOCOL,
	    store_server(s)->valkey ? "Valkey" : "Redis", store_server(s)->version);
	check_verified(k);
	check_clock(k);
	check_intents(k);
	check_hosts(k);
}

/* What the store says against it; true: something. */
static bool
is_alarmed(struct checkup *k, const char *ca, const char *what)
{
	struct crl_stored stored = {.state = {0}};
	struct err e = ERR_INIT;
	bool alarmed = false;

	if (k->store != NULL && check_step(k, store_crl(k->store, ca, &stored, &e), what, &e)) {
		alarmed = *stored.alarm != '\0';
		if (alarmed)
			check_find(k, FOUND_FAIL, what, "%s", stored.alarm);
	}
	crl_stored_free(&stored);
	return alarmed;
}

void
check_list(struct checkup *k, const struct authority *a)
{
	const struct conf *conf = &k->c->conf;
	char what[ENDING_TEXT], to[24];
	struct err e = ERR_INIT;
	struct crl list = {0};
	enum found state = FOUND_OK;
	int rc;

	snprintf(what, sizeof what, "revocation list of CA %s", a->name);
	if (crl_allowed(a, &e) != 0) {
		check_find(k, FOUND_SKIP, what, "%s", e.detail);
		return;
	}
	if (is_alarmed(k, a->name, what))
		return;
	rc = crl_filed(k->c, a, &list, &e);
	if (rc > 0) {
		check_find(k, FOUND_WARN, what, "this host has none in %s", conf->crl_dir);
	} else if (check_step(k, rc, what, &e)) {
		if (list.to <= k->now)
			state = FOUND_FAIL;
		else if (ending_list_late(list.to, conf->crl_validity, conf->crl_renew, k->now))
			state = FOUND_WARN;
		show_seconds(list.to, to);
		check_find(k, state, what, "number %lld, good until %s%s", (long long)list.number,
		    to, state == FOUND_OK ? "" : ", and there is no newer one");
	}
	crl_free(&list);
}
