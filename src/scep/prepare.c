/* SPDX-License-Identifier: ISC
 *
 * What GetCACaps, GetCACert and GetNextCACert answer (RFC 8894 sections 3.5, 4.2 and 4.7) is made
 * once: for each RA that may be presented what is to be said while it is.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/rand.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "crl.h"
#include "scep/service.h"
#include "signer/signer.h"
#include "wire/scep_body.h"
#include "wire/scep_ca.h"

/* Of the RAs of a CA the newest that does not wait for other hosts; when all do, the oldest. */
static void
choose_ra(const struct service_profile *sp, size_t at, struct service_issuer *by)
{
	by->has_ra = false;
	for (size_t i = 0; i < sp->n_ras; i++) {
		if (sp->ras[i].at != at || (by->has_ra && sp->ras[i].staged))
			continue;
		by->ra = i;
		by->has_ra = true;
	}
}

static int
push_ra(STACK_OF(X509) *to, const struct ra_key *key)
{
	X509 *cert = ra_key_cert(key), *seal = ra_key_seal_cert(key);

	if (seal != cert && sk_X509_push(to, seal) <= 0)
		return -1;
	return sk_X509_push(to, cert) > 0 ? 0 : -1;
}

/* What is presented with an RA; the caller frees the stack only. NULL: memory. */
static STACK_OF(X509) *
presented(const struct service_profile *sp, const struct service_ra *ra, bool include_ca)
{
	STACK_OF(X509) *ras = sk_X509_new_null(), *all = NULL;

	if (ras != NULL && push_ra(ras, ra->key) == 0)
		all = authority_presented(
		    &sp->line[ra->at].ca->authority, ras, include_ca, sp->profile.include_root);
	sk_X509_free(ras);
	return all;
}

static int
write_ca_cert(const struct service_profile *sp, struct service_ra *ra)
{
	STACK_OF(X509) *all = presented(sp, ra, sp->profile.include_ca_certificate);
	int rc;

	buf_cut(&ra->ca_cert, 0);
	rc = all != NULL ? certs_only_write((struct view){0}, all, (struct view){0}, &ra->ca_cert)
	                 : -1;
	sk_X509_free(all);
	return rc;
}

/* The CA behind that of the RA, with its own RA, to which clients may encrypt already. A key in a
 * token that is away signs it later. */
static int
write_next_ca(const struct service_profile *sp, struct service_ra *ra, struct err *e)
{
	const struct service_issuer *next = &sp->line[ra->at + 1];
	STACK_OF(X509) *all = presented(sp, &sp->ras[next->ra], true);
	struct err why = ERR_INIT;
	int rc = all != NULL ? signer_next_ca(ra->key, all, clock_now(), &ra->next_ca, &why) : -1;

	sk_X509_free(all);
	return rc == 0 || why.code == ERR_KEY_GONE ? 0 : err_set(e, ERR_INTERNAL, "%s", why.detail);
}

static int
prepare_next(const struct service_profile *sp, struct service_ra *ra, struct err *e)
{
	buf_cut(&ra->next_ca, 0);
	ra->has_next = ra->at + 1 < sp->n_line && sp->line[ra->at + 1].has_ra;
	return ra->has_next ? write_next_ca(sp, ra, e) : 0;
}

void
service_sign_next(struct service *s)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < s->n_profiles; i++)
		for (size_t j = 0; j < s->profiles[i].n_ras; j++) {
			struct service_ra *ra = &s->profiles[i].ras[j];

			if (ra->has_next && ra->next_ca.n == 0 &&
			    write_next_ca(&s->profiles[i], ra, &e) != 0)
				log_msg(LOG_LEVEL_ERROR, "GetNextCACert: %s", e.detail);
		}
}

static int
prepare_ra(const struct service_profile *sp, struct service_ra *ra, struct err *e)
{
	const X509 *cert = ra_key_cert(ra->key);
	unsigned char digest[32];

	if (X509_digest(cert, EVP_sha256(), digest, NULL) != 1 ||
	    ossl_seconds(X509_get0_notAfter(cert), &ra->ends) != 0)
		return -1;
	if (ra->use == NULL && (ra->use = calloc(1, sizeof *ra->use)) == NULL)
		return -1;
	hex_of(view_of(digest, sizeof digest), ra->id);
	return write_ca_cert(sp, ra) == 0 ? prepare_next(sp, ra, e) : -1;
}

static int
write_caps(struct service_profile *sp)
{
	const struct profile *p = &sp->profile;
	struct caps caps = {.algs = p->algs, .renewal = p->allow_renewal};

	buf_cut(&sp->caps, 0);
	buf_cut(&sp->caps_next, 0);
	if (caps_write(&caps, &sp->caps) != 0)
		return -1;
	caps.next_ca = true;
	return caps_write(&caps, &sp->caps_next);
}

/* The line ends with the last CA that the profile can serve under. */
static int
prepare_line(const struct service *s, struct service_profile *sp, struct err *e)
{
	const char *name = sp->profile.name;
	const struct service_issuer *current;

	for (size_t i = 0; i < sp->n_line; i++) {
		choose_ra(sp, i, &sp->line[i]);
		if (profile_settings(
		        &sp->profile, sp->line[i].ca->authority.cert, sp->line[i].settings, e) != 0)
			return -1;
	}
	while (sp->n_line > 0 && !sp->line[sp->n_line - 1].has_ra)
		sp->n_line--;
	if (sp->n_line == 0)
		return err_set(e, ERR_CONFIG, "profile %s has no RA or no CA", name);
	current = &sp->line[service_current(s, sp)];
	if (!current->has_ra)
		return err_set(e, ERR_CONFIG, "profile %s has no RA of CA %s", name,
		    current->ca->authority.name);
	if (current->ca->key == NULL)
		return err_set(e, ERR_CONFIG, "profile %s: CA %s has no key", name,
		    current->ca->authority.name);
	return 0;
}

static int
prepare_profile(const struct service *s, struct service_profile *sp, struct err *e)
{
	int rc;

	if (prepare_line(s, sp, e) != 0)
		return -1;
	rc = write_caps(sp);
	for (size_t i = 0; rc == 0 && i < sp->n_ras; i++)
		rc = prepare_ra(sp, &sp->ras[i], e);
	return rc == 0 ? 0
	               : err_set(e, ERR_INTERNAL, "cannot prepare profile %s", sp->profile.name);
}

static int
prepare_ca(struct service_ca *ca, struct err *e)
{
	unsigned char digest[32];

	if (X509_digest(ca->authority.cert, EVP_sha256(), digest, NULL) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "fingerprint");
	hex_of(view_of(digest, sizeof digest), ca->id);
	return 0;
}

/* Each process by itself, after the fork. */
static int
prepare_crls(struct service *s, struct err *e)
{
	uint8_t random[16];

	if (s->crl_dir == NULL)
		return 0;
	if (RAND_bytes(random, sizeof random) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "random name");
	hex_of(view_of(random, sizeof random), s->crl_owner);
	for (size_t i = 0; i < s->n_cas; i++)
		if (s->cas[i].crl == NULL && crl_cache_open(&s->cas[i], s->crl_dir, e) != 0)
			return -1;
	return 0;
}

int
service_prepare(struct service *s, struct err *e)
{
	if (prepare_crls(s, e) != 0)
		return -1;
	for (size_t i = 0; i < s->n_cas; i++)
		if (prepare_ca(&s->cas[i], e) != 0)
			return -1;
	for (size_t i = 0; i < s->n_profiles; i++)
		if (prepare_profile(s, &s->profiles[i], e) != 0)
			return -1;
	return 0;
}
