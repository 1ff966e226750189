/* SPDX-License-Identifier: ISC
 *
 * What became of a request, told to the store for all hosts (scepctl why), and to the journal of
 * this one, from which a lost store is rebuilt. Both are lines of JSON.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/net.h"
#include "base/ossl.h"
#include "ca/names.h"
#include "request.h"
#include "store/state.h"

#define TEXT_MAX 512

/* "NAME":"VALUE", with a comma before it unless it is the first. */
static int
add_text(struct buf *json, const char *name, struct view value)
{
	if (value.n == 0)
		return 0;
	if (buf_printf(json, "%s\"%s\":\"", json->n > 0 ? "," : "{", name) != 0 ||
	    log_escape(json, value, TEXT_MAX) != 0)
		return -1;
	return buf_add(json, "\"", 1);
}

static int
add_hex(struct buf *json, const char *name, struct view value)
{
	char hex[2 * 64 + 1];

	if (value.n > 64)
		return -1;
	hex_of(value, hex);
	return add_text(json, name, view_str(hex));
}

/* Who asks, and for what. */
static int
event_begin(const struct request *r, const char *type, const char *subject, struct buf *json)
{
	if (add_text(json, "req", view_str(r->tag)) != 0 ||
	    add_text(json, "node", view_str(r->service->node)) != 0 ||
	    add_text(json, "src", view_str(r->source)) != 0 ||
	    (r->sp != NULL && add_text(json, "profile", view_str(r->sp->profile.name)) != 0) ||
	    add_text(json, "type", view_str(type)) != 0)
		return -1;
	return add_text(json, "tid", r->msg.attrs.transaction_id) != 0
	           ? -1
	           : add_text(json, "subject", view_str(subject));
}

int
event_asked(const struct request *r, const char *subject, const char *detail, struct buf *json)
{
	return event_begin(r, r->op_name, subject, json) != 0
	           ? -1
	           : add_text(json, "detail", view_str(detail));
}

int
event_write(const struct request *r, const char *outcome, struct buf *json)
{
	char subject[TEXT_MAX];

	request_subject(r, subject, sizeof subject);
	if (event_begin(r, message_type_name(r->msg.attrs.type), subject, json) != 0 ||
	    add_text(json, "by", view_str(r->reason)) != 0 ||
	    add_text(json, "outcome", view_str(outcome)) != 0 ||
	    add_text(json, "detail", view_str(r->err.code != ERR_OK ? r->err.detail : "")) != 0)
		return -1;
	if (add_text(json, "serial", view_str(r->serial)) != 0)
		return -1;
	return buf_add(json, "}", 1);
}

void
event_note(const struct request *r)
{
	const struct profile *p = &r->sp->profile;
	struct buf json = {0};
	struct err e = ERR_INIT;
	char group[64];

	/* Of what is not even a message the log line tells enough. */
	if (!r->known || r->noted || r->service->store == NULL || r->err.code == ERR_STORE)
		return;
	net_group(r->source, group);
	if (event_write(r, request_outcome(r), &json) == 0) {
		const struct store_note note = {.event = buf_str(&json),
		    .profile = p->id,
		    .source = group,
		    .unique = r->tag,
		    .budget = r->wrong_challenge ? p->wrong_challenges : 0,
		    .window = p->wrong_challenges_window};

		if (store_note(r->service->store, &note, &e) != 0)
			log_msg(LOG_LEVEL_WARN, "store: %s", e.detail);
	}
	buf_free(&json);
}

/* The members that both kinds of line of the journal have. */
static int
line_begin(struct buf *json, const struct request *r, const struct reserve *what, const char *kind)
{
	if (buf_printf(json, "{\"what\":\"%s\",\"at\":%lld,\"not_after\":%lld", kind,
	        (long long)clock_now(), (long long)r->plan.not_after) != 0)
		return -1;
	return add_text(json, "ca", view_str(what->authority->name)) != 0 ||
	               add_text(json, "profile", view_str(what->profile)) != 0 ||
	               add_hex(json, "serial", view_of(r->plan.serial, SERIAL_LEN)) != 0 ||
	               add_hex(json, "request", view_of(what->request, 32)) != 0 ||
	               add_text(json, "source", view_str(r->source)) != 0 ||
	               add_text(json, "by", view_str(r->reason)) != 0
	           ? -1
	           : 0;
}

/* Writes the line that was begun, unless rc says that it could not be. */
static int
line_end(struct request *r, struct buf *json, int rc)
{
	struct err why = ERR_INIT;

	if (rc == 0 && buf_add(json, "}", 1) == 0)
		rc = journal_add(r->service->journal, buf_view(json), &why);
	else
		rc = err_set(&why, ERR_MEMORY, "journal");
	buf_free(json);
	return rc == 0 ? 0 : err_set(&r->err, ERR_STORE, "%s", why.detail);
}

int
journal_intent(struct request *r, const struct reserve *what)
{
	struct buf json = {0};
	int rc;

	if (r->service->journal == NULL)
		return 0;
	rc = line_begin(&json, r, what, "intent");
	if (rc == 0)
		rc = add_hex(&json, "tbs", view_of(r->plan.tbs_digest, 32));
	return line_end(r, &json, rc);
}

int
journal_issued(struct request *r, const struct reserve *what, struct view cert)
{
	struct buf json = {0};
	int rc;

	if (r->service->journal == NULL)
		return 0;
	rc = line_begin(&json, r, what, "issued");
	if (rc == 0 && (buf_add_str(&json, ",\"cert\":\"") != 0 || base64_write(&json, cert) != 0 ||
	                   buf_add(&json, "\"", 1) != 0))
		rc = -1;
	return line_end(r, &json, rc);
}
