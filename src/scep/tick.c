/* SPDX-License-Identifier: ISC
 *
 * What a worker does between requests: it hears what operators did on other hosts, says what its
 * own host runs, and sees to revocation lists. Nobody waits for it, so whatever fails is tried
 * again.
 */
#include "base/clock.h"
#include "base/log.h"
#include "crl.h"
#include "scep/service.h"
#include "store/node.h"
#include "store/state.h"

/* A store that takes long to fail must not keep the worker from those whom it can answer. */
#define REST 5

static int
report(struct service *s, struct err *e)
{
	if (clock_ms() < s->report_at)
		return 0;
	if (store_report(s->store, s->node, buf_str(&s->report), e) != 0)
		return -1;
	s->report_at = clock_ms() + NODE_PERIOD_MS;
	return 0;
}

int64_t
service_tick(struct service *s)
{
	int64_t start = clock_ms(), spent;
	struct err e = ERR_INIT;

	if (s->store == NULL)
		return TICK_MS;
	if (start < s->tick_at)
		return s->tick_at - start;
	if (store_refresh(s->store, &e) == 0 && report(s, &e) == 0) {
		supersede_tick(s);
		crl_tick(s);
	} else {
		log_msg(LOG_LEVEL_DEBUG, "store: %s", e.detail);
	}
	spent = clock_ms() - start;
	s->tick_at = clock_ms() + (spent * REST > TICK_MS ? spent * REST : TICK_MS);
	return s->tick_at - clock_ms();
}
