/* SPDX-License-Identifier: ISC
 *
 * What GetCACaps and GetCACert answer (RFC 8894 sections 3.5 and 4.2) is made once: a body for each
 * RA that may be presented. Which one is, the operator says for all hosts at once; the answer is
 * never waited for.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "scep/service.h"
#include "store/state.h"
#include "wire/scep_body.h"
#include "wire/scep_ca.h"

const struct service_ra *
service_presented(const struct service *s, const struct service_profile *sp)
{
	char name[3 + sizeof sp->profile.id];
	struct view word = {0};

	snprintf(name, sizeof name, "ra:%s", sp->profile.id);
	if (s->store != NULL)
		word = store_word(s->store, name);
	for (size_t i = 0; i < sp->n_ras; i++)
		if (view_eq(word, view_str(sp->ras[i].id)))
			return &sp->ras[i];
	return &sp->ras[sp->ra_default];
}

/* The newest that does not wait for other hosts; when all do, the oldest. */
static size_t
choose_default(const struct service_profile *sp)
{
	for (size_t i = sp->n_ras; i-- > 0;)
		if (!sp->ras[i].staged)
			return i;
	return 0;
}

static int
push_ra(STACK_OF(X509) *to, const struct ra_key *key)
{
	X509 *cert = ra_key_cert(key), *seal = ra_key_seal_cert(key);

	if (seal != cert && sk_X509_push(to, seal) <= 0)
		return -1;
	return sk_X509_push(to, cert) > 0 ? 0 : -1;
}

static int
write_ca_cert(const struct service_profile *sp, struct service_ra *ra)
{
	const struct profile *p = &sp->profile;
	STACK_OF(X509) *ras = sk_X509_new_null(), *all = NULL;
	int rc = -1;

	buf_cut(&ra->ca_cert, 0);
	if (ras != NULL && push_ra(ras, ra->key) == 0 &&
	    (all = authority_presented(
	         &sp->ca->authority, ras, p->include_ca_certificate, p->include_root)) != NULL)
		rc = certs_only_write(all, NULL, &ra->ca_cert);
	sk_X509_free(ras);
	sk_X509_free(all);
	return rc;
}

static int
prepare_ra(const struct service_profile *sp, struct service_ra *ra)
{
	const X509 *cert = ra_key_cert(ra->key);
	unsigned char digest[32];
	struct tm end;

	if (X509_digest(cert, EVP_sha256(), digest, NULL) != 1 ||
	    ASN1_TIME_to_tm(X509_get0_notAfter(cert), &end) != 1)
		return -1;
	ra->ends = timegm(&end);
	if (ra->use == NULL && (ra->use = calloc(1, sizeof *ra->use)) == NULL)
		return -1;
	hex_of(view_of(digest, sizeof digest), ra->id);
	return write_ca_cert(sp, ra);
}

static int
prepare_profile(struct service_profile *sp, struct err *e)
{
	const struct profile *p = &sp->profile;
	struct caps caps = {.algs = p->algs, .renewal = p->allow_renewal};
	int rc;

	if (sp->n_ras == 0 || sp->ca == NULL)
		return err_set(e, ERR_CONFIG, "profile %s has no RA or no CA", p->name);
	sp->ra_default = choose_default(sp);
	buf_cut(&sp->caps, 0);
	rc = caps_write(&caps, &sp->caps);
	if (rc == 0)
		rc = profile_settings(p, sp->ca->authority.cert, sp->settings, e);
	for (size_t i = 0; rc == 0 && i < sp->n_ras; i++)
		rc = prepare_ra(sp, &sp->ras[i]);
	return rc == 0 ? 0 : err_set(e, ERR_INTERNAL, "cannot prepare profile %s", p->name);
}

int
service_prepare(struct service *s, struct err *e)
{
	for (size_t i = 0; i < s->n_profiles; i++)
		if (prepare_profile(&s->profiles[i], e) != 0)
			return -1;
	return 0;
}
