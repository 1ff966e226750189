/* SPDX-License-Identifier: ISC
 *
 * How a host comes by revocation lists, between requests. Any worker of any host may make the next
 * one; what it may not lack is what the last one had, as this host knows it from its disk, whatever
 * became of the store. One that lacks something is not published: the last good one stays, and the
 * operator is told.
 */
#include "crl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signer/signer.h"
#include "store/crl.h"
#include "store/revoked.h"
#include "store/state.h"

#define LEASE 30     /* seconds in which a list is made */
#define TRY_AGAIN 60 /* seconds after one that was refused */
#define BACKDATE 600 /* seconds that thisUpdate lies in the past, for those whose clock is behind  \
	              */

static int
add_row(void *arg, const struct revoked_row *r, struct err *e)
{
	return crl_set_add(arg, r->serial, r->reason, r->at, r->not_after, e);
}

/* Tells the log and, for `scepctl crl show`, the store why a list does not take the place of the
 * last one. */
static void
alarm_refused(struct service *s, const struct service_ca *ca, const char *owner, int64_t version,
    const char *why)
{
	char text[200];
	struct err e = ERR_INIT;

	log_msg(LOG_LEVEL_ERROR, "CA %s: the revocation list %lld stays: %s", ca->authority.name,
	    (long long)ca->crl->number, why);
	snprintf(text, sizeof text, "%s keeps list %" PRId64 ": %s", s->node, ca->crl->number, why);
	if (store_crl_refuse(s->store, ca->authority.name,
	        &(struct crl_refusal){
	            .owner = owner, .version = version, .ttl = TRY_AGAIN, .why = text},
	        &e) != 0)
		log_msg(LOG_LEVEL_WARN, "store: %s", e.detail);
}

/* The disk has not got what is served: what it was made of stands in the store. */
static int
file_again(struct service *s, const struct service_ca *ca, struct err *e)
{
	struct crl_set set = {0};
	struct buf der = {.max = CRL_MAX};
	struct crl list = {0};
	int rc = buf_add(&der, ca->crl->der.p, ca->crl->der.n) == 0
	             ? crl_read(&ca->authority, buf_view(&der), &list, e)
	             : err_set(e, ERR_MEMORY, "revocation list");

	if (rc == 0)
		rc = store_revoked_each(s->store, ca->authority.name, add_row, &set, e);
	if (rc == 0)
		rc = crl_cache_take(ca, buf_view(&der), &list, &set, e);
	crl_set_free(&set);
	crl_free(&list);
	buf_free(&der);
	return rc;
}

/* The store lost what this host still has. */
static int
give_back(struct service *s, const struct service_ca *ca, struct err *e)
{
	const struct crl_cache *c = ca->crl;
	int rc = store_crl_keep(s->store, ca->authority.name,
	    &(struct crl_publication){
	        .number = c->number, .from = c->from, .to = c->to, .der = buf_view(&c->der)},
	    e);

	if (rc == 0)
		log_msg(LOG_LEVEL_WARN,
		    "CA %s: the store had lost the revocation list; it has %lld again",
		    ca->authority.name, (long long)c->number);
	return rc < 0 ? -1 : 0;
}

/* Whether a list may follow the one of this host. */
static int
judge(const struct service_ca *ca, struct crl_next *next, struct err *e)
{
	struct crl_set before;
	struct crl last;
	int rc = crl_cache_last(ca, &last, &before, e);

	next->before = &before;
	if (rc == 0)
		rc = crl_follows(&last, next, e);
	crl_free(&last);
	crl_set_free(&before);
	return rc < 0 ? -1 : 0;
}

/* Judges a list of the store and takes it. */
static int
take_stored(
    struct service *s, const struct service_ca *ca, const struct crl_stored *stored, struct err *e)
{
	struct crl_set has = {0}, set = {0};
	struct err ignored = ERR_INIT;
	struct crl list;
	int rc = crl_read(&ca->authority, buf_view(&stored->der), &list, e);

	if (rc == 0)
		rc = crl_entries(&list, &has, e);
	if (rc == 0)
		rc = judge(ca,
		    &(struct crl_next){.number = list.number,
		        .from = list.from,
		        .has = &has,
		        .loss = stored->loss >= ca->crl->number},
		    e);
	if (rc == 0) {
		bool known =
		    store_revoked_each(s->store, ca->authority.name, add_row, &set, &ignored) == 0;

		rc = crl_cache_take(ca, buf_view(&stored->der), &list, known ? &set : NULL, e);
	}
	crl_set_free(&set);
	crl_set_free(&has);
	crl_free(&list);
	return rc;
}

/* Another host published one. */
static int
pick_up(struct service *s, const struct service_ca *ca, struct err *e)
{
	struct crl_stored stored;
	struct err why = ERR_INIT;
	int rc = store_crl(s->store, ca->authority.name, &stored, e);

	if (rc == 0 && stored.state.number > ca->crl->number &&
	    take_stored(s, ca, &stored, &why) != 0) {
		if (why.code == ERR_CRL) {
			ca->crl->refused = stored.state.number;
			alarm_refused(s, ca, "", stored.state.version, why.detail);
		} else
			rc = err_set(e, why.code, "%s", why.detail);
	}
	crl_stored_free(&stored);
	return rc < 0 ? -1 : 0;
}

/* The next list in the making. */
struct making {
	struct crl_lease lease;
	struct crl_set set;
	struct crl_plan plan;
	struct buf der;
	struct crl list;
};

/* Makes it: signed, read back, and found to continue the last one. */
static int
make_list(struct service *s, const struct service_ca *ca, struct making *m, struct err *e)
{
	const struct crl_state *was = &m->lease.state;
	int64_t last = was->number > ca->crl->number ? was->number : ca->crl->number;
	time_t now = clock_now();

	if (store_revoked_each(s->store, ca->authority.name, add_row, &m->set, e) != 0)
		return -1;
	m->plan = (struct crl_plan){.by = &ca->authority,
	    .number = last + 1 > now ? last + 1 : now,
	    .this_update = now - BACKDATE,
	    .next_update = now + s->crl_validity,
	    .revoked = &m->set,
	    /* A clock that was ahead once must not make what is good look ended. */
	    .since = was->from < now ? was->from : now};
	if (signer_crl(ca->key, &m->plan, &m->der, e) != 0 ||
	    crl_read(&ca->authority, buf_view(&m->der), &m->list, e) != 0)
		return -1;
	return judge(ca,
	    &(struct crl_next){.number = m->plan.number,
	        .from = m->plan.this_update,
	        .has = &m->set,
	        .since = m->plan.since,
	        .loss = m->lease.loss >= ca->crl->number},
	    e);
}

static int
publish(struct service *s, const struct service_ca *ca, struct making *m, struct err *e)
{
	const struct crl_publication p = {.before = m->lease.state.number,
	    .number = m->plan.number,
	    .of = m->lease.state.version,
	    .from = m->plan.this_update,
	    .to = m->plan.next_update,
	    .der = buf_view(&m->der)};
	int rc = store_crl_publish(s->store, ca->authority.name, &p, e);

	/* Another one was faster: his comes with the next look at the store. */
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	log_msg(LOG_LEVEL_INFO, "CA %s: revocation list %lld with %zu entries", ca->authority.name,
	    (long long)p.number, m->list.n);
	return crl_cache_take(ca, p.der, &m->list, &m->set, e);
}

static int
make_next(struct service *s, const struct service_ca *ca, struct err *e)
{
	struct making m = {.der.max = CRL_MAX};
	struct err why = ERR_INIT;
	int rc = store_crl_lease(s->store, ca->authority.name, s->crl_owner, LEASE, &m.lease, e);

	if (rc == 0 && (rc = make_list(s, ca, &m, &why)) == 0)
		rc = publish(s, ca, &m, e);
	else if (rc < 0 && why.code == ERR_CRL) {
		alarm_refused(s, ca, s->crl_owner, m.lease.state.version, why.detail);
		rc = 0;
	} else if (rc < 0 && why.code != ERR_OK)
		err_set(e, why.code, "%s", why.detail);
	crl_free(&m.list);
	crl_set_free(&m.set);
	buf_free(&m.der);
	return rc < 0 ? -1 : 0;
}

static bool
is_due(const struct service *s, const struct crl_state *state)
{
	time_t now = clock_now(), made = state->from + BACKDATE;

	return state->number == 0 || state->version > state->of || now >= made + s->crl_renew ||
	       now + s->crl_renew < made;
}

/* An imported CA has revocations that nobody here knows, until the operator says otherwise or there
 * is a list. */
static bool
lacks_history(const struct service *s, const struct service_ca *ca, const struct crl_state *state)
{
	char word[sizeof HISTORY_WORD + sizeof ca->authority.name];

	if (!ca->imported || state->number > 0)
		return false;
	snprintf(word, sizeof word, HISTORY_WORD "%s", ca->authority.name);
	return store_word(s->store, word).n == 0;
}

static int
tick_one(struct service *s, const struct service_ca *ca, struct err *e)
{
	struct crl_state state;

	crl_cache_look(ca);
	if (ca->crl->unfiled && ca->crl->number > 0 && file_again(s, ca, e) != 0)
		return -1;
	store_crl_state(s->store, ca->authority.name, &state);
	if (ca->crl->number > state.number)
		return give_back(s, ca, e);
	if (state.number > ca->crl->number && state.number != ca->crl->refused &&
	    pick_up(s, ca, e) != 0)
		return -1;
	if (ca->key == NULL || !ca->crl->allowed || !is_due(s, &state))
		return 0;
	if (lacks_history(s, ca, &state))
		return err_set(
		    e, ERR_CRL, "an imported CA: scepctl crl import, or crl publish --no-history");
	return make_next(s, ca, e);
}

void
crl_tick(struct service *s)
{
	for (size_t i = 0; i < s->n_cas; i++) {
		const struct service_ca *ca = &s->cas[i];
		struct err e = ERR_INIT;

		if (ca->crl == NULL || tick_one(s, ca, &e) == 0)
			continue;
		if (e.code == ERR_STORE)
			log_msg(LOG_LEVEL_DEBUG, "store: %s", e.detail);
		else if (crl_cache_say(ca->crl))
			log_msg(LOG_LEVEL_ERROR, "CA %s: revocation list: %s", ca->authority.name,
			    e.detail);
	}
}
