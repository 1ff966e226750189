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

static bool
is_trusted(const struct service *s, struct view address)
{
	for (size_t i = 0; i < s->n_trusted_proxies; i++)
		if (net_has(&s->trusted_proxies[i], address))
			return true;
	return false;
}

/* The last entry of a comma-separated list; *rest becomes what stands before it. */
static struct view
last_entry(struct view list, struct view *rest)
{
	size_t start = list.n, end = list.n;

	while (start > 0 && list.p[start - 1] != ',')
		start--;
	*rest = view_of(list.p, start > 0 ? start - 1 : 0);
	while (start < end && list.p[start] == ' ')
		start++;
	while (end > start && list.p[end - 1] == ' ')
		end--;
	return view_of(list.p + start, end - start);
}

/* Who sent the request: the web server's peer or, as long as that is a trusted proxy, the address
 * that it reports. */
static struct view
source_of(const struct request *r)
{
	struct view source = r->http->remote, list = r->http->forwarded;

	while (list.n > 0 && is_trusted(r->service, source)) {
		struct view next = last_entry(list, &list);

		if (next.n == 0)
			break;
		source = next;
	}
	return source;
}

static void
log_key_id(struct log_line *l, const X509_PUBKEY *spki)
{
	struct buf der = {0};
	uint8_t digest[32];

	if (ossl_spki_write(&der, spki) == 0) {
		ossl_sha256(buf_view(&der), digest);
		log_hex(l, "key", view_of(digest, 8));
	}
	buf_free(&der);
}

static void
log_pki(struct log_line *l, const struct request *r)
{
	char subject[512];

	log_str(l, "type", r->known ? message_type_name(r->msg.attrs.type) : NULL);
	log_view(l, "tid", r->msg.attrs.transaction_id);
	log_str(l, "digest", r->msg.digest != DIGEST_NONE ? digest_name(r->msg.digest) : NULL);
	log_str(l, "cipher", r->env.cipher != CIPHER_NONE ? cipher_name(r->env.cipher) : NULL);
	if (r->csr.subject != NULL) {
		name_text(r->csr.subject, subject, sizeof subject);
		log_str(l, "subject", subject);
		log_key_id(l, r->csr.spki);
	}
	if (r->status == STATUS_SUCCESS)
		log_hex(l, "serial", view_of(r->plan.serial, SERIAL_LEN));
	log_str(l, "by", r->reason);
	log_str(l, "dropped", r->plan.dropped);
}

void
request_log(const struct request *r)
{
	bool bad = r->err.code != ERR_OK;
	struct log_line l;

	log_begin(&l, !bad                      ? LOG_LEVEL_INFO
	              : r->reply->status >= 500 ? LOG_LEVEL_ERROR
	                                        : LOG_LEVEL_WARN);
	log_str(&l, "req", r->tag);
	log_view(&l, "src", source_of(r));
	log_view(&l, "ua", r->http->user_agent);
	log_str(&l, "profile", r->sp != NULL ? r->sp->profile.name : NULL);
	if (r->sp == NULL)
		log_view(&l, "path", r->http->path);
	log_str(&l, "op", r->op_name);
	log_pki(&l, r);
	log_int(&l, "http", r->reply->status);
	log_str(&l, "outcome",
	    bad                           ? err_slug(r->err.code)
	    : r->status == STATUS_SUCCESS ? "issued"
	                                  : "ok");
	log_str(&l, "detail", bad ? r->err.detail : NULL);
	log_int(&l, "ms", (clock_us() - r->start_us + 500) / 1000);
	log_end(&l);
}
