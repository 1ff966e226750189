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
#include "crl.h"
#include "request.h"
#include "wire/route.h"
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
	const struct service_profile *sp = r->sp;
	const struct service_ra *ra = service_presented(r->service, sp);
	const struct buf *body = op == OP_GET_CA_CERT        ? &ra->ca_cert
	                         : op == OP_GET_NEXT_CA_CERT ? &ra->next_ca
	                         : ra->has_next              ? &sp->caps_next
	                                                     : &sp->caps;

	if (op == OP_GET_NEXT_CA_CERT && !ra->has_next)
		err_set(&r->err, ERR_NO_NEXT_CA, "no next CA is prepared");
	else if (op == OP_GET_NEXT_CA_CERT && body->n == 0)
		err_set(&r->err, ERR_KEY_GONE, "the key of the RA could not sign it yet");
	else if (buf_add(&r->reply->body, body->p, body->n) != 0)
		err_set(&r->err, ERR_MEMORY, "reply");
	if (r->err.code != ERR_OK) {
		http_reply_error(r->reply, r->err.code, NULL);
		return;
	}
	r->reply->status = 200;
	r->reply->type = op == OP_GET_CA_CERT        ? CONTENT_TYPE_CA_RA
	                 : op == OP_GET_NEXT_CA_CERT ? CONTENT_TYPE_NEXT_CA
	                                             : CONTENT_TYPE_CAPS;
}

/* What the log calls a path that belongs to no profile; NULL: another one. */
static const char *
plain_name(enum route_kind kind)
{
	switch (kind) {
	case ROUTE_HEALTH:
		return "health";
	case ROUTE_READY:
		return "ready";
	case ROUTE_METRICS:
		return "metrics";
	case ROUTE_CRL:
	case ROUTE_CRL_PEM:
		return "crl";
	case ROUTE_CA_CERT:
		return "cert";
	default:
		return NULL;
	}
}

/* What belongs to no profile: 0. 1: the path is another one. */
static int
dispatch_plain(struct request *r, const struct route *route)
{
	if ((r->op_name = plain_name(route->kind)) == NULL)
		return 1;
	if (r->http->method != HTTP_GET && r->http->method != HTTP_HEAD) {
		err_set(&r->err, ERR_METHOD, "GET only");
		http_reply_error(r->reply, r->err.code, NULL);
		r->reply->allow = "GET, HEAD";
	} else if (route->kind == ROUTE_METRICS) {
		op_metrics(r);
	} else if (route->kind == ROUTE_HEALTH || route->kind == ROUTE_READY) {
		op_health(r, route->kind == ROUTE_READY);
	} else {
		op_file(r, route);
	}
	return 0;
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
	if (r.sp != NULL || r.op_name == NULL || r.err.code != ERR_OK) {
		request_log(&r);
		tally_add(request_came_to(&r));
	}
	plan_free(&r.plan);
	csr_free(&r.csr);
	scep_env_free(&r.env);
	scep_msg_free(&r.msg);
}

void
service_free(struct service *s)
{
	for (size_t i = 0; i < s->n_profiles; i++) {
		struct service_profile *sp = &s->profiles[i];

		for (size_t j = 0; j < sp->n_ras; j++) {
			ra_key_free(sp->ras[j].key);
			buf_free(&sp->ras[j].ca_cert);
			buf_free(&sp->ras[j].next_ca);
			free(sp->ras[j].use);
		}
		profile_free(&sp->profile);
		buf_free(&sp->caps);
		buf_free(&sp->caps_next);
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
