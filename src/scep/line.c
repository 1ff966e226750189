/* SPDX-License-Identifier: ISC
 *
 * Which CA issues and which RA is presented (RFC 8894 sections 2.2 and 4.2). Both change for all
 * hosts at once, by a word of the operator that the workers hear through the store; what they heard
 * last holds when the store is away, and without any word the files of this host do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scep/service.h"
#include "store/state.h"

/* What the operator said under "KIND:NAME". */
static struct view
word(const struct service *s, const char *kind, const char *name)
{
	char whole[8 + PROFILE_NAME_MAX + 1];

	if (s->store == NULL)
		return (struct view){0};
	snprintf(whole, sizeof whole, "%s:%s", kind, name);
	return store_word(s->store, whole);
}

/* The word names the certificate of the one that takes over, so that a host which has another one
 * under that name stays where it is, and behind a space since when. */
static bool
followed(const struct service *s, const struct service_ca *ca, const struct service_ca *by)
{
	struct view said = word(s, "ca", ca->authority.name);
	size_t n = strlen(by->id);

	return ca->followed || (said.n >= n && memcmp(said.p, by->id, n) == 0);
}

static bool
followed_just_now(const struct service *s, const struct service_ca *ca)
{
	struct view said = word(s, "ca", ca->authority.name);
	const uint8_t *behind = said.n > 0 ? memchr(said.p, ' ', said.n) : NULL;
	int64_t since, ago;
	char text[24];

	if (behind == NULL)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)(said.p + said.n - behind), (const char *)behind);
	/* A time to come would let it go on for ever. */
	since = strtoll(text, NULL, 10);
	ago = since > 0 ? clock_now() - since : SWITCH_GRACE;
	return ago > -SWITCH_GRACE && ago < SWITCH_GRACE;
}

size_t
service_current(const struct service *s, const struct service_profile *sp)
{
	size_t current = 0;

	for (size_t i = 1; i < sp->n_line && followed(s, sp->line[i - 1].ca, sp->line[i].ca); i++)
		if (sp->line[i].has_ra)
			current = i;
	return current;
}

void
service_hear(struct service *s)
{
	for (size_t i = 0; i < s->n_profiles; i++) {
		const struct service_profile *sp = &s->profiles[i];

		for (size_t at = 1; at < sp->n_line; at++)
			if (followed(s, sp->line[at - 1].ca, sp->line[at].ca))
				s->cas[sp->line[at - 1].ca - s->cas].followed = true;
	}
}

const struct service_ra *
service_presented(const struct service *s, const struct service_profile *sp)
{
	size_t current = service_current(s, sp);
	struct view named = word(s, "ra", sp->profile.id);

	for (size_t i = 0; i < sp->n_ras; i++)
		if (sp->ras[i].at == current && view_eq(named, view_str(sp->ras[i].id)))
			return &sp->ras[i];
	return &sp->ras[sp->line[current].ra];
}

const struct service_issuer *
service_issuer(
    const struct service *s, const struct service_profile *sp, const struct service_ra *ra)
{
	const struct service_issuer *own = &sp->line[ra->at];
	size_t current = service_current(s, sp);

	if (ra->at >= current || (own->ca->key != NULL && followed_just_now(s, own->ca)))
		return own;
	return &sp->line[current];
}

static bool
is_named(const struct service_issuer *by, const X509_NAME *name)
{
	return X509_NAME_cmp(name, X509_get_subject_name(by->ca->authority.cert)) == 0;
}

const struct service_issuer *
service_issuer_of(const struct service_profile *sp, const X509 *cert)
{
	const X509_NAME *name = X509_get_issuer_name(cert);
	const struct service_issuer *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sp->n_line; i++)
		if (is_named(&sp->line[i], name) && n++ == 0)
			found = &sp->line[i];
	if (n < 2)
		return found;
	for (size_t i = 0; i < sp->n_line; i++)
		if (is_named(&sp->line[i], name) &&
		    authority_issued(&sp->line[i].ca->authority, cert))
			return &sp->line[i];
	return NULL;
}
