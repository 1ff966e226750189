/* SPDX-License-Identifier: ISC
 *
 * See scep/ending.h. A CA that was followed and an RA that is no longer presented are meant to end;
 * the others must not do so unnoticed.
 */
#include "scep/ending.h"

#include <stdio.h>

#include "base/ossl.h"

const char *
ending_kind_name(enum ending_kind kind)
{
	static const char *const names[] = {"ca", "chain", "ra", "ra-sign"};

	return names[kind];
}

void
ending_name(const struct ending *x, char out[ENDING_TEXT])
{
	switch (x->kind) {
	case ENDING_CA:
		snprintf(out, ENDING_TEXT, "CA %s", x->name);
		break;
	case ENDING_CHAIN:
		snprintf(
		    out, ENDING_TEXT, "certificate %d of the chain of CA %s", x->number, x->name);
		break;
	case ENDING_RA:
		snprintf(out, ENDING_TEXT, "RA %d of profile %s", x->number, x->name);
		break;
	case ENDING_RA_SIGN:
		snprintf(out, ENDING_TEXT, "signing certificate of RA %d of profile %s", x->number,
		    x->name);
		break;
	}
}

/* What is to be done about it. */
static void
advise(const struct ending *x, char out[ENDING_TEXT])
{
	if (!x->wanted)
		snprintf(out, ENDING_TEXT, "its clients have to ask for GetCACert again");
	else if (x->kind == ENDING_CHAIN)
		snprintf(out, ENDING_TEXT, "scepctl ca install %s --replace", x->name);
	else if (x->kind == ENDING_CA)
		snprintf(
		    out, ENDING_TEXT, "scepctl ca %s %s", x->followed ? "switch" : "next", x->name);
	else
		snprintf(out, ENDING_TEXT, "scepctl ra rotate %s", x->name);
}

void
ending_date(const struct ending *x, time_t now, char out[ENDING_TEXT])
{
	char at[24] = "?";
	struct tm tm;

	if (gmtime_r(&x->ends, &tm) != NULL)
		strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &tm);
	snprintf(out, ENDING_TEXT, "%s on %s", x->ends <= now ? "ended" : "ends", at);
}

void
ending_text(const struct ending *x, time_t now, char out[ENDING_TEXT])
{
	char date[ENDING_TEXT], advice[ENDING_TEXT];

	ending_date(x, now, date);
	advise(x, advice);
	snprintf(out, ENDING_TEXT, "%.40s: %.200s", date, advice);
}

bool
ending_near(time_t ends, int64_t before, time_t now)
{
	return ends <= now || ends - now < before;
}

bool
ending_list_late(time_t next_update, int64_t validity, int64_t renew, time_t now)
{
	return next_update - now < (validity - renew) / 2;
}

/* How the profiles see a CA. */
static void
see(const struct service *s, const struct service_ca *ca, struct ending *x)
{
	for (size_t i = 0; i < s->n_profiles; i++) {
		const struct service_profile *sp = &s->profiles[i];
		size_t current = service_current(s, sp);

		for (size_t at = 0; at < sp->n_line; at++) {
			if (sp->line[at].ca != ca)
				continue;
			x->presented |= at == current;
			x->wanted |= at >= current;
			x->followed |= at + 1 < sp->n_line;
		}
	}
}

static void
tell(struct ending *x, const X509 *cert, ending_each *each, void *to)
{
	if (ossl_seconds(X509_get0_notAfter(cert), &x->ends) == 0)
		each(to, x);
}

static void
tell_ca(const struct service *s, const struct service_ca *ca, ending_each *each, void *to)
{
	struct ending x = {.kind = ENDING_CA, .name = ca->authority.name};

	see(s, ca, &x);
	tell(&x, ca->authority.cert, each, to);
	x.kind = ENDING_CHAIN;
	for (int i = 0; i < sk_X509_num(ca->authority.chain); i++) {
		x.number = i + 1;
		tell(&x, sk_X509_value(ca->authority.chain, i), each, to);
	}
}

static void
tell_ra(const struct service *s, const struct service_profile *sp, const struct service_ra *ra,
    ending_each *each, void *to)
{
	struct ending x = {.kind = ENDING_RA,
	    .name = sp->profile.name,
	    .number = ra->number,
	    .presented = ra == service_presented(s, sp),
	    .ra = ra};

	x.wanted = x.presented;
	tell(&x, ra_key_cert(ra->key), each, to);
	x.kind = ENDING_RA_SIGN;
	if (ra_key_seal_cert(ra->key) != ra_key_cert(ra->key))
		tell(&x, ra_key_seal_cert(ra->key), each, to);
}

void
service_endings(const struct service *s, ending_each *each, void *to)
{
	for (size_t i = 0; i < s->n_cas; i++)
		tell_ca(s, &s->cas[i], each, to);
	for (size_t i = 0; i < s->n_profiles; i++)
		for (size_t j = 0; j < s->profiles[i].n_ras; j++)
			tell_ra(s, &s->profiles[i], &s->profiles[i].ras[j], each, to);
}
