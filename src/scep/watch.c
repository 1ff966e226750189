/* SPDX-License-Identifier: ISC
 *
 * The log hears once a day of what ends soon: certificates that are needed, old ones that are still
 * used, and revocation lists that nobody renews.
 */
#include "base/clock.h"
#include "base/daily.h"
#include "base/log.h"
#include "crl.h"
#include "scep/ending.h"

#define USED_MS (INT64_C(24) * 60 * 60 * 1000)

struct watch {
	const struct service *s;
	time_t now;
};

static void
warn(const struct watch *w, const struct ending *x)
{
	char name[ENDING_TEXT], text[ENDING_TEXT];

	ending_name(x, name);
	ending_text(x, w->now, text);
	log_msg(x->ends <= w->now ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "%s %s", name, text);
}

static void
warn_wanted(void *to, const struct ending *x)
{
	const struct watch *w = to;

	if (x->wanted && ending_near(x->ends, w->s->warn_before, w->now))
		warn(w, x);
}

/* An old RA is meant to end; but this worker has used it in the last day. */
static bool
used_still(const struct watch *w, const struct ending *x)
{
	int64_t at = x->ra != NULL ? x->ra->use->at : 0;

	return !x->wanted && at != 0 && clock_ms() - at < USED_MS && x->ends > w->now &&
	       ending_near(x->ends, w->s->warn_before, w->now);
}

static void
warn_used(void *to, const struct ending *x)
{
	const struct watch *w = to;

	if (used_still(w, x) && daily_take(DAILY_OLD_RA, clock_ms()))
		warn(w, x);
}

/* What was revoked is refused here whatever the list says; those who look at the list alone know
 * less every day. */
static void
warn_of_list(const struct watch *w, const struct service_ca *ca)
{
	char to[HTTP_DATE_LEN];
	const struct service *s = w->s;
	time_t ends;

	if (ca->crl == NULL || !ca->crl->allowed || service_crl(ca).n == 0)
		return;
	if (ossl_seconds(X509_get0_notAfter(ca->authority.cert), &ends) == 0 && ends <= w->now)
		return;
	if (!ending_list_late(ca->crl->to, s->crl_validity, s->crl_renew, w->now))
		return;
	http_date(ca->crl->to, to);
	log_msg(ca->crl->to <= w->now ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
	    "the revocation list of CA %s is good until %s, and there is no newer one: scepctl crl "
	    "show %s",
	    ca->authority.name, to, ca->authority.name);
}

void
service_watch(const struct service *s)
{
	struct watch w = {.s = s, .now = clock_now()};

	/* Workers of an older configuration do not speak for the host. */
	if (s->replacing)
		return;
	service_endings(s, warn_used, &w);
	if (!daily_take(DAILY_ENDINGS, clock_ms()))
		return;
	service_endings(s, warn_wanted, &w);
	for (size_t i = 0; i < s->n_cas; i++)
		warn_of_list(&w, &s->cas[i]);
}
