/* SPDX-License-Identifier: ISC
 *
 * What a worker does between requests: it hears what operators did on other hosts, says what its
 * own host runs, sees to revocation lists, and warns of what ends soon. Nobody waits for it, so
 * whatever fails is tried again.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "crl.h"
#include "scep/ending.h"
#include "store/node.h"
#include "store/state.h"

/* How often a worker says that an RA is in use. */
#define USE_MS (60 * 60 * 1000)

/* A store that takes long to fail must not keep the worker from those whom it can answer. */
#define REST 5

/* What this host runs counts as reported once nothing older runs here: a message to a new RA must
 * not meet a worker that does not know it. */
static int
report(struct service *s, struct err *e)
{
	if (s->replacing || clock_ms() < s->report_at)
		return 0;
	if (store_report(s->store, s->node, buf_str(&s->report), e) != 0)
		return -1;
	s->report_at = clock_ms() + NODE_PERIOD_MS;
	return 0;
}

static int
tell_use(struct service *s, const struct service_ra *ra, struct err *e)
{
	struct service_use *use = ra->use;
	int64_t now = clock_ms();
	char name[3 + sizeof ra->id];

	if (use->at <= use->told || (use->told != 0 && now - use->told < USE_MS))
		return 0;
	snprintf(name, sizeof name, "ra:%s", ra->id);
	if (store_touch(s->store, name, e) != 0)
		return -1;
	use->told = now;
	return 0;
}

/* Before an old RA is taken away, the operator wants to know that nobody uses it any more. */
static int
tell_uses(struct service *s, struct err *e)
{
	for (size_t i = 0; i < s->n_profiles; i++)
		for (size_t j = 0; j < s->profiles[i].n_ras; j++)
			if (tell_use(s, &s->profiles[i].ras[j], e) != 0)
				return -1;
	return 0;
}

int64_t
service_tick(struct service *s)
{
	int64_t start = clock_ms(), rest;
	struct err e = ERR_INIT;
	int rc;

	if (s->store != NULL && start < s->tick_at)
		return s->tick_at - start;
	service_sign_next(s);
	if (s->store == NULL)
		return TICK_MS;
	rc = store_refresh(s->store, &e);
	if (rc == 0)
		service_hear(s);
	if (rc == 0 && report(s, &e) == 0 && tell_uses(s, &e) == 0) {
		supersede_tick(s);
		crl_tick(s);
	} else {
		log_msg(LOG_LEVEL_DEBUG, "store: %s", e.detail);
	}
	service_watch(s);
	rest = (clock_ms() - start) * REST;
	if (rest < TICK_MS)
		rest = TICK_MS;
	s->tick_at = clock_ms() + rest;
	return rest;
}
