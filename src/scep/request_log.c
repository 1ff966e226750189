/* SPDX-License-Identifier: ISC
 *
 * The one log line of a request; scepd-log(7) explains its fields.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/ossl.h"
#include "ca/names.h"
#include "request.h"

static void
log_key_id(struct log_line *l, const X509_PUBKEY *spki)
{
	uint8_t digest[32];

	if (key_digest(spki, digest) == 0)
		log_hex(l, "key", view_of(digest, 8));
}

void
request_subject(const struct request *r, char *out, size_t len)
{
	if (r->csr.subject != NULL)
		name_text(r->csr.subject, out, len);
	else if (r->plan.subject != NULL)
		name_text(r->plan.subject, out, len);
	else
		snprintf(out, len, "%s", r->named);
}

static void
log_pki(struct log_line *l, const struct request *r)
{
	char subject[512];

	log_str(l, "type", r->known ? message_type_name(r->msg.attrs.type) : NULL);
	log_view(l, "tid", r->msg.attrs.transaction_id);
	log_str(l, "digest", r->msg.digest != DIGEST_NONE ? digest_name(r->msg.digest) : NULL);
	log_str(l, "cipher", r->env.cipher != CIPHER_NONE ? cipher_name(r->env.cipher) : NULL);
	request_subject(r, subject, sizeof subject);
	log_str(l, "subject", subject);
	if (r->csr.spki != NULL)
		log_key_id(l, r->csr.spki);
	if (r->status == STATUS_SUCCESS)
		log_str(l, "serial", r->serial);
	log_str(l, "by", r->reason);
	log_str(l, "challenge", r->minted);
	log_str(l, "dropped", r->plan.dropped);
}

unsigned
request_came_to(const struct request *r)
{
	return r->err.code != ERR_OK         ? (unsigned)r->err.code
	       : *r->minted != '\0'          ? OUTCOME_MINTED
	       : r->status == STATUS_PENDING ? OUTCOME_PENDING
	       : r->status != STATUS_SUCCESS ? OUTCOME_OK
	       : r->sent                     ? OUTCOME_SENT
	       : r->replayed                 ? OUTCOME_REPLAYED
	                                     : OUTCOME_ISSUED;
}

const char *
outcome_name(unsigned outcome)
{
	static const char *const good[] = {"ok", "issued", "replayed", "pending", "sent", "minted"};

	return outcome < OUTCOME_OK ? err_slug((enum err_code)outcome) : good[outcome - OUTCOME_OK];
}

const char *
request_outcome(const struct request *r)
{
	return outcome_name(request_came_to(r));
}

/* 503 tells a client to come again, and any stranger can bring it about: no alarm. */
static enum log_level
level_of(const struct request *r)
{
	if (r->err.code == ERR_OK)
		return LOG_LEVEL_INFO;
	return r->reply->status >= 500 && r->reply->status != 503 ? LOG_LEVEL_ERROR
	                                                          : LOG_LEVEL_WARN;
}

void
request_log(const struct request *r)
{
	bool bad = r->err.code != ERR_OK;
	struct log_line l;

	log_begin(&l, level_of(r));
	log_str(&l, "req", r->tag);
	log_str(&l, "src", r->source);
	log_view(&l, "ua", r->http->user_agent);
	log_str(&l, "profile", r->sp != NULL ? r->sp->profile.name : NULL);
	if (r->sp == NULL)
		log_view(&l, "path", r->http->path);
	log_str(&l, "op", r->op_name);
	log_pki(&l, r);
	log_int(&l, "http", r->reply->status);
	log_str(&l, "outcome", request_outcome(r));
	log_str(&l, "detail", bad ? r->err.detail : NULL);
	log_int(&l, "ms", (clock_us() - r->start_us + 500) / 1000);
	log_end(&l);
}
