/* SPDX-License-Identifier: ISC
 *
 * scepctl cert: the records of what was issued, as many as there are.
 */
#include <string.h>
#include <unistd.h>

#include "base/span.h"
#include "ctl/folder.h"
#include "ctl/index_txt.h"
#include "ctl/operator.h"
#include "ctl/orphan.h"
#include "ctl/revoke.h"
#include "ctl/show.h"
#include "ctl/store.h"
#include "store/record.h"

static json_t *
row_of(const struct ctl *c, const struct record *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "serial", show_view(r->serial));
	json_object_set_new(o, "ca", json_string(r->authority));
	json_object_set_new(o, "state",
	    json_string(r->revoked                           ? "revoked"
	                : r->not_after < (int64_t)time(NULL) ? "expired"
	                                                     : "valid"));
	json_object_set_new(o, "profile", operator_profile_name(c, r->profile));
	json_object_set_new(o, "subject", show_view(r->subject));
	json_object_set_new(o, "sans", show_lines(r->sans));
	json_object_set_new(o, "issued_at", show_ms(r->at));
	json_object_set_new(o, "not_after", show_ms(r->not_after * 1000));
	json_object_set_new(o, "source", show_view(r->source));
	json_object_set_new(o, "by", show_view(r->by));
	json_object_set_new(o, "key_sha256", show_view(r->spki));
	json_object_set_new(o, "request", show_view(r->request));
	if (r->revoked) {
		json_object_set_new(o, "revoked_at", show_ms(r->revoked_at * 1000));
		json_object_set_new(o, "reason", show_view(r->why));
	}
	return o;
}

/* A walk over all authorities asked for. */
struct walk {
	struct ctl *c;
	struct store *store;
	struct record_filter filter;
	record_each each;
	struct show_list list;
	bool counting; /* a line on the terminal says how far we are */
};

/* What was printed on the line of progress goes away before anything else is printed. */
static void
progress_end(struct walk *w)
{
	if (w->counting)
		fprintf(w->c->err, "\r%40s\r", "");
	w->counting = false;
}

static void
progress(void *arg, int64_t seen, int64_t total)
{
	struct walk *w = arg;

	/* The first few hundred take no time worth a word. */
	if (seen >= total || !isatty(fileno(w->c->err)))
		return;
	fprintf(w->c->err, "\r%lld of %lld", (long long)seen, (long long)total);
	w->counting = true;
}

static int
walk_ca(void *arg, const char *ca, struct err *e)
{
	struct walk *w = arg;

	return store_certs(w->store, ca, &w->filter, w->each, progress, w, e);
}

static int
walk_run(struct walk *w, const struct args *a, struct err *e)
{
	int rc;

	w->filter.subject = a->subject;
	w->filter.source = a->source;
	if (a->expiring != NULL && (w->filter.within = span_read(a->expiring)) <= 0)
		return err_set(e, ERR_USAGE, "--expiring takes a duration such as 30d");
	if (operator_profile(w->c, a, &w->filter.profile, e) != 0 ||
	    (w->store = ctl_store(w->c, e)) == NULL)
		return -1;
	rc = operator_each_ca(w->c, a->ca, walk_ca, w, e);
	progress_end(w);
	store_free(w->store);
	return rc;
}

static int
list_one(void *arg, const struct record *r, struct err *e)
{
	struct walk *w = arg;

	progress_end(w);
	return show_list_add(&w->list, row_of(w->c, r), e);
}

static int
cert_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"serial", "SERIAL"}, {"not_after", "NOT AFTER"},
	    {"state", "STATE"}, {"profile", "PROFILE"}, {"source", "SOURCE"},
	    {"subject", "SUBJECT"}, {NULL, NULL}};
	struct walk w = {.c = c, .each = list_one};
	int rc;

	show_list_begin(&w.list, c->out, a->json, columns);
	rc = walk_run(&w, a, e);
	show_list_end(&w.list, rc != 0);
	return rc;
}

static X509 *
parse(const struct record *r, struct err *e)
{
	const unsigned char *p = r->der.p;
	X509 *cert = r->der.n > 0 ? d2i_X509(NULL, &p, (long)r->der.n) : NULL;

	if (cert == NULL)
		err_set(e, ERR_STORE, "the record of %.*s is damaged", (int)r->serial.n,
		    (const char *)r->serial.p);
	return cert;
}

static int
print_pem(struct ctl *c, const struct record *r, struct err *e)
{
	X509 *cert = parse(r, e);
	struct buf pem = {0};
	int rc = cert != NULL ? pem_add(&pem, cert, e) : -1;

	if (rc == 0)
		fwrite(pem.p, 1, pem.n, c->out);
	buf_free(&pem);
	X509_free(cert);
	return rc;
}

static int
export_each(void *arg, const struct record *r, struct err *e)
{
	struct walk *w = arg;

	progress_end(w);
	return print_pem(w->c, r, e);
}

/* One certificate by its serial, whichever authority issued it. */
struct single {
	struct ctl *c;
	const struct args *a;
	struct store *store;
	char serial[2 * SERIAL_LEN + 1];
	record_each each;
	bool found;
};

static int
single_ca(void *arg, const char *ca, struct err *e)
{
	struct single *one = arg;
	int rc = store_cert(one->store, ca, one->serial, one->each, one, e);

	one->found = one->found || rc == 0;
	return rc == 1 ? 0 : rc;
}

static int
single_run(struct single *one, struct err *e)
{
	int rc = -1;

	if (serial_read(one->a->operand, one->serial, e) != 0 ||
	    (one->store = ctl_store(one->c, e)) == NULL)
		return -1;
	rc = operator_each_ca(one->c, one->a->ca, single_ca, one, e);
	if (rc == 0 && !one->found)
		rc = err_set(e, ERR_USAGE, "there is no certificate %s", one->serial);
	store_free(one->store);
	return rc;
}

static int
show_single(void *arg, const struct record *r, struct err *e)
{
	struct single *one = arg;
	X509 *cert = parse(r, e);
	json_t *o;
	int rc;

	if (cert == NULL)
		return -1;
	o = row_of(one->c, r);
	json_object_set_new(o, "certificate", show_cert(cert));
	rc = show_object(one->c->out, one->a->json, o, e);
	json_decref(o);
	X509_free(cert);
	return rc;
}

static int
cert_show(struct ctl *c, const struct args *a, struct err *e)
{
	struct single one = {.c = c, .a = a, .each = show_single};

	return single_run(&one, e);
}

static int
export_single(void *arg, const struct record *r, struct err *e)
{
	struct single *one = arg;

	if (!one->a->der)
		return print_pem(one->c, r, e);
	fwrite(r->der.p, 1, r->der.n, one->c->out);
	return 0;
}

static int
cert_export(struct ctl *c, const struct args *a, struct err *e)
{
	struct single one = {.c = c, .a = a, .each = export_single};
	struct walk w = {.c = c, .filter.der = true, .each = export_each};
	bool filters =
	    a->profile != NULL || a->subject != NULL || a->source != NULL || a->expiring != NULL;

	if (a->operand != NULL && filters)
		return err_set(e, ERR_USAGE, "a serial number excludes filters");
	if (a->operand == NULL && a->der)
		return err_set(e, ERR_USAGE, "--der is for one certificate");
	return a->operand != NULL ? single_run(&one, e) : walk_run(&w, a, e);
}

#define FILTER_OPTIONS                                                                             \
	OPT("profile", profile, "NAME", "those of one profile"),                                   \
	    OPT("ca", ca, "NAME", "those of one CA"),                                              \
	    OPT("subject", subject, "TEXT", "those with this text in a name"),                     \
	    OPT("source", source, "ADDRESS", "those that this address asked for"),                 \
	    OPT("expiring", expiring, "SPAN",                                                      \
	        "those that end within 30d, say, and have no successor")

static const struct opt list_options[] = {
    FILTER_OPTIONS,
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt show_options[] = {
    OPT("ca", ca, "NAME", "of this CA"),
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt export_options[] = {
    FILTER_OPTIONS,
    OPT_FLAG("der", der, "DER instead of PEM"),
    OPT_END,
};

static const struct opt import_options[] = {
    OPT_NEED("profile", profile, "NAME", "the profile that they count as issued under"),
    OPT_FLAG("dry-run", dry_run, "say what there is, and import nothing"),
    OPT_END,
};

const struct command cert_commands[] = {
    {"cert", "list", NULL, "list what was issued, by expiry", list_options, cert_list},
    {"cert", "show", "SERIAL", "show one certificate", show_options, cert_show},
    {"cert", "export", "[SERIAL]", "print one certificate, or all that fit", export_options,
        cert_export},
    {"cert", "revoke", "[SERIAL]", "revoke one certificate, or all that fit", cert_revoke_options,
        cert_revoke},
    {"cert", "import", "PATH...", "take over what another software issued under the same CA",
        import_options, cert_import_run},
    {"cert", "orphans", NULL, "list what was to be signed and is not known to be", orphan_options,
        cert_orphans},
    {"cert", "settle", "SERIAL...", "take such intents off the list", settle_options, cert_settle},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
