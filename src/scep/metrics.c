/* SPDX-License-Identifier: ISC
 *
 * GET /metrics, in the text format 0.0.4 of Prometheus: what an operator wants to be woken for.
 * Nothing in it comes from a client, so nobody can make it grow.
 */
#include "config.h"

#include "crl.h"
#include "request.h"
#include "scep/ending.h"
#include "store/state.h"

#define METRICS_TYPE "text/plain; version=0.0.4"

/* A page in the making; once memory was short nothing more is added. */
struct page {
	struct buf *out;
	int rc;
};

static void
add(struct page *p, const char *text)
{
	if (p->rc == 0)
		p->rc = buf_add_str(p->out, text);
}

static void
add_int(struct page *p, int64_t n)
{
	if (p->rc == 0)
		p->rc = buf_printf(p->out, "%lld", (long long)n);
}

static void
family(struct page *p, const char *name, const char *type, const char *help)
{
	add(p, "# HELP ");
	add(p, name);
	add(p, help);
	add(p, "\n# TYPE ");
	add(p, name);
	add(p, " ");
	add(p, type);
	add(p, "\n");
}

/* name="value", with what the format wants escaped. */
static void
label(struct page *p, const char *name, const char *value)
{
	add(p, name);
	add(p, "=\"");
	for (; *value != '\0'; value++) {
		const char one[2] = {*value, '\0'};

		add(p, *value == '\n'   ? "\\n"
		       : *value == '"'  ? "\\\""
		       : *value == '\\' ? "\\\\"
		                        : one);
	}
	add(p, "\"");
}

static void
sample_end(struct page *p, int64_t value)
{
	add(p, "} ");
	add_int(p, value);
	add(p, "\n");
}

static void
add_ending(void *to, const struct ending *x)
{
	struct page *p = to;
	char number[16];

	snprintf(number, sizeof number, "%d", x->number);
	add(p, "scepd_certificate_not_after_seconds{");
	label(p, "kind", ending_kind_name(x->kind));
	add(p, ",");
	label(p, "name", x->name);
	add(p, ",");
	label(p, "number", number);
	add(p, ",");
	label(p, "presented", x->presented ? "true" : "false");
	sample_end(p, x->ends);
}

static void
add_lists(struct page *p, const struct service *s)
{
	family(p, "scepd_crl_next_update_seconds", "gauge",
	    " Until when the revocation list that this host has is good, in Unix time.");
	for (size_t i = 0; i < s->n_cas; i++) {
		if (service_crl(&s->cas[i]).n == 0)
			continue;
		add(p, "scepd_crl_next_update_seconds{");
		label(p, "ca", s->cas[i].authority.name);
		sample_end(p, s->cas[i].crl->to);
	}
}

static void
add_store(struct page *p, const struct service *s)
{
	struct err why = ERR_INIT;

	family(p, "scepd_store_up", "gauge", " Whether the store answers and takes writes.");
	add(p, "scepd_store_up ");
	add_int(p, s->store != NULL && store_writable(s->store, &why) == 0);
	add(p, "\n");
}

/* As many as the log has lines with that outcome; a failure that has not happened is left out. */
static void
add_requests(struct page *p)
{
	family(p, "scepd_requests_total", "counter",
	    " What requests came to since the start, by the outcome in the log.");
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		if (i < OUTCOME_OK && tally_get(i) == 0)
			continue;
		add(p, "scepd_requests_total{");
		label(p, "outcome", outcome_name(i));
		sample_end(p, (int64_t)tally_get(i));
	}
}

static int
write_page(const struct service *s, struct buf *out)
{
	struct page p = {.out = out};

	family(&p, "scepd_build_info", "gauge", " The version that runs.");
	add(&p, "scepd_build_info{");
	label(&p, "version", PACKAGE_VERSION);
	sample_end(&p, 1);
	family(&p, "scepd_certificate_not_after_seconds", "gauge",
	    " When a certificate ends, in Unix time: of a CA, of its issuers (chain), of an RA.");
	service_endings(s, add_ending, &p);
	add_lists(&p, s);
	add_store(&p, s);
	add_requests(&p);
	return p.rc;
}

void
op_metrics(struct request *r)
{
	if (write_page(r->service, &r->reply->body) != 0) {
		err_set(&r->err, ERR_MEMORY, "metrics");
		http_reply_error(r->reply, r->err.code, NULL);
		return;
	}
	r->reply->status = 200;
	r->reply->type = METRICS_TYPE;
}
