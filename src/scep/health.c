/* SPDX-License-Identifier: ISC
 *
 * What load balancers ask: /health, whether there is a process that answers, and /ready, whether
 * an enrolment could be served now. Neither says more to the outside than one fixed line.
 */
#include "request.h"
#include "store/state.h"

static int
check_keys(struct request *r)
{
	const struct service *s = r->service;

	if (s->n_profiles == 0)
		return err_set(&r->err, ERR_NOT_READY, "there is no profile");
	for (size_t i = 0; i < s->n_profiles; i++) {
		const struct service_profile *sp = &s->profiles[i];

		if (sp->n_ras == 0 || sp->n_line == 0 ||
		    sp->line[service_current(s, sp)].ca->key == NULL)
			return err_set(
			    &r->err, ERR_NOT_READY, "the profile %s has no keys", sp->profile.name);
	}
	return 0;
}

int
service_keys_here(const struct service *s, struct err *e)
{
	for (size_t i = 0; i < s->n_cas; i++)
		if (s->cas[i].key != NULL && ca_key_here(s->cas[i].key, e) != 0)
			return -1;
	for (size_t i = 0; i < s->n_profiles; i++)
		for (size_t j = 0; j < s->profiles[i].n_ras; j++)
			if (ra_key_here(s->profiles[i].ras[j].key, e) != 0)
				return -1;
	return 0;
}

static int
check_tokens(struct request *r)
{
	struct err why = ERR_INIT;

	return service_keys_here(r->service, &why) == 0
	           ? 0
	           : err_set(&r->err, ERR_KEY_GONE, "%s", why.detail);
}

static int
check_store(struct request *r)
{
	if (r->service->store == NULL)
		return err_set(&r->err, ERR_STORE, "no store is configured");
	return store_writable(r->service->store, &r->err);
}

static void
say(struct request *r, const char *line)
{
	if (buf_add_str(&r->reply->body, line) != 0) {
		http_reply_error(r->reply, ERR_MEMORY, NULL);
		return;
	}
	r->reply->status = 200;
	r->reply->type = "text/plain";
}

void
op_health(struct request *r, bool ready)
{
	if (!ready) {
		say(r, "ok\n");
	} else if (check_keys(r) != 0) {
		http_reply_error(r->reply, r->err.code, "a key is missing");
	} else if (check_tokens(r) != 0) {
		http_reply_error(r->reply, r->err.code, "a key cannot be used");
	} else if (check_store(r) != 0) {
		http_reply_error(
		    r->reply, r->err.code, "the store does not answer or takes no writes");
	} else {
		say(r, "ready\n");
	}
}
