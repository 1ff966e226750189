/* SPDX-License-Identifier: ISC
 *
 * See scep/service.h. Finds the profile that a path means, sends the request to its operation, and
 * frees what it left.
 */
#include "scep/service.h"

#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/enc.h"
#include "crl.h"
#include "request.h"
#include "wire/route.h"
#include "wire/scep_body.h"
#include "wire/scep_ca.h"

static bool
is_name(struct view v, const char *name)
{
	return v.n == strlen(name) && strncasecmp((const char *)v.p, name, v.n) == 0;
}

static const struct service_profile *
by_name(const struct service *s, struct view name)
{
	for (size_t i = 0; i < s->n_profiles; i++)
		if (is_name(name, s->profiles[i].profile.id) ||
		    view_eq(name, view_str(s->profiles[i].profile.name)))
			return &s->profiles[i];
	return NULL;
}

static const struct service_profile *
by_path(const struct service *s, struct view path)
{
	for (size_t i = 0; i < s->n_profiles; i++)
		for (size_t j = 0; j < s->profiles[i].profile.n_paths; j++)
			if (route_below(path, view_str(s->profiles[i].profile.paths[j])))
				return &s->profiles[i];
	return s->default_profile;
}

static const struct service_profile *
by_route(const struct service *s, struct view path, const struct route *route)
{
	const struct service_profile *sp;

	if (route->kind == ROUTE_OTHER)
		return by_path(s, path);
	if ((sp = by_name(s, route->profile)) != NULL)
		return sp;
	return route->kind == ROUTE_SCEP && route_is_program(route->profile) ? s->default_profile
	                                                                     : NULL;
}

/* GetCACaps, GetCACert, GetNextCACert: bodies prepared beforehand. */
static void
op_ca(struct request *r, enum scep_operation op)
{
	const struct buf *body = op == OP_GET_CA_CAPS ? &r->sp->caps : &r->sp->ca_cert;

	if (op == OP_GET_NEXT_CA_CERT)
		err_set(&r->err, ERR_NO_NEXT_CA, "no next CA is prepared");
	else if (buf_add(&r->reply->body, body->p, body->n) != 0)
		err_set(&r->err, ERR_MEMORY, "reply");
	if (r->err.code != ERR_OK) {
		http_reply_error(r->reply, r->err.code, NULL);
		return;
	}
	r->reply->status = 200;
	r->reply->type = op == OP_GET_CA_CAPS ? CONTENT_TYPE_CAPS : CONTENT_TYPE_CA_RA;
}

/* What belongs to no profile: 0. 1: the path is another one. */
static int
dispatch_plain(struct request *r, const struct route *route)
{
	switch (route->kind) {
	case ROUTE_HEALTH:
	case ROUTE_READY:
		r->op_name = route->kind == ROUTE_READY ? "ready" : "health";
		op_health(r, route->kind == ROUTE_READY);
		return 0;
	case ROUTE_CRL:
	case ROUTE_CRL_PEM:
	case ROUTE_CA_CERT:
		op_file(r, route);
		return 0;
	default:
		return 1;
	}
}

static int
dispatch(struct request *r)
{
	struct route route = route_of(r->http->path);
	enum scep_operation op;

	if (dispatch_plain(r, &route) == 0)
		return 0;
	r->sp = by_route(r->service, r->http->path, &route);
	if (route.kind == ROUTE_CHALLENGE) {
		op_challenge(r);
		return 0;
	}
	if (r->sp == NULL)
		return err_set(&r->err, ERR_NO_PROFILE, "no profile");
	if (query_operation(r->http, &op, &r->err) != 0)
		return -1;
	r->op_name = query_operation_name(op);
	if (op == OP_PKI_OPERATION)
		op_pki(r);
	else
		op_ca(r, op);
	return 0;
}

static void
make_tag(char tag[9])
{
	unsigned char random[4] = {0};

	RAND_bytes(random, sizeof random);
	snprintf(tag, 9, "%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
}

void
service_handle(const struct service *s, const struct http_request *in, struct http_reply *out)
{
	struct request r = {.service = s,
	    .http = in,
	    .reply = out,
	    .start_us = clock_us(),
	    .status = STATUS_NONE,
	    .msg = {.attrs = SCEP_ATTRS_INIT, .digest = DIGEST_NONE},
	    .env = {.cipher = CIPHER_NONE},
	    .csr = {.digest = DIGEST_NONE}};

	/* What an earlier request left would be taken for the cause of a fault in this one. */
	ERR_clear_error();
	*out = (struct http_reply){0};
	make_tag(r.tag);
	request_source(&r);
	if (dispatch(&r) != 0)
		http_reply_error(out, r.err.code, NULL);
	/* Load balancers ask every second; only what is wrong is worth a line. */
	if (r.sp != NULL || r.op_name == NULL || r.err.code != ERR_OK)
		request_log(&r);
	plan_free(&r.plan);
	csr_free(&r.csr);
	scep_env_free(&r.env);
	scep_msg_free(&r.msg);
}

static int
prepare_profile(struct service_profile *sp, struct err *e)
{
	const struct profile *p = &sp->profile;
	struct caps caps = {.algs = p->algs, .renewal = p->allow_renewal};
	STACK_OF(X509) *ras = sk_X509_new_null(), *all = NULL;
	int rc = -1;

	if (sp->n_ras == 0 || sp->ca == NULL) {
		err_set(e, ERR_CONFIG, "profile %s has no RA or no CA", p->name);
		goto out;
	}
	/* The first RA is the one to be used from now on; older ones are still answered. */
	if (ras == NULL || sk_X509_push(ras, ra_key_cert(sp->ras[0])) <= 0 ||
	    (all = authority_presented(
	         &sp->ca->authority, ras, p->include_ca_certificate, p->include_root)) == NULL ||
	    profile_settings(p, sp->ca->authority.cert, sp->settings, e) != 0 ||
	    caps_write(&caps, &sp->caps) != 0 || certs_only_write(all, NULL, &sp->ca_cert) != 0) {
		err_set(e, ERR_INTERNAL, "cannot prepare profile %s", p->name);
		goto out;
	}
	rc = 0;
out:
	sk_X509_free(ras);
	sk_X509_free(all);
	return rc;
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
	for (size_t i = 0; i < s->n_profiles; i++)
		if (prepare_profile(&s->profiles[i], e) != 0)
			return -1;
	return 0;
}

void
service_free(struct service *s)
{
	for (size_t i = 0; i < s->n_profiles; i++) {
		struct service_profile *sp = &s->profiles[i];

		for (size_t j = 0; j < sp->n_ras; j++)
			ra_key_free(sp->ras[j]);
		profile_free(&sp->profile);
		buf_free(&sp->caps);
		buf_free(&sp->ca_cert);
	}
	for (size_t i = 0; i < s->n_cas; i++) {
		ca_key_free(s->cas[i].key);
		crl_cache_free(s->cas[i].crl);
		authority_free(&s->cas[i].authority);
	}
	free(s->trusted_proxies);
	buf_free(&s->report);
	free(s->crl_dir);
	store_free(s->store);
	journal_free(s->journal);
	free(s->profiles);
	free(s->cas);
	*s = (struct service){0};
}
