/* SPDX-License-Identifier: ISC
 *
 * scepctl store rebuild: the issued.log of every host, read line by line, becomes records again.
 * Certificates go first, in one pass over all files; then what depends on them: an intent of which
 * no certificate came is an orphan, a revocation needs its certificate. Doing it twice, or into a
 * store that has some of it, changes nothing more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/enc.h"
#include "ctl/line.h"
#include "ctl/store.h"
#include "store/rebuild.h"

#define COMPLAINTS_MAX 20
#define PROGRESS 10000

/* A rebuild under way. */
struct rebuild {
	struct ctl *c;
	struct put put;
	bool certificates; /* the first pass */
	int64_t lines, broken;
};

static struct view
member(const json_t *line, const char *name)
{
	return view_str(json_string_value(json_object_get(line, name)));
}

/* The texts of numbers that a row points to. */
struct numbers {
	char at[24], not_after[24], revoked[24];
};

static void
fill_common(const json_t *line, struct numbers *n, struct put_row *row)
{
	long long at = (long long)json_integer_value(json_object_get(line, "at"));

	snprintf(n->at, sizeof n->at, "%lld", at * 1000);
	snprintf(n->revoked, sizeof n->revoked, "%lld", at);
	snprintf(n->not_after, sizeof n->not_after, "%lld",
	    (long long)json_integer_value(json_object_get(line, "not_after")));
	*row = (struct put_row){.what = member(line, "what"),
	    .ca = member(line, "ca"),
	    .profile = member(line, "profile"),
	    .serial = member(line, "serial"),
	    .at = view_str(n->at),
	    .not_after = view_str(n->not_after),
	    .source = member(line, "source"),
	    .by = member(line, "by"),
	    .request = member(line, "request"),
	    .tbs = member(line, "tbs")};
}

static int
add_issued(struct rebuild *r, const json_t *line, struct put_row *row, struct err *e)
{
	struct buf der = {0};
	struct put_cert cert = {0};
	struct view said = row->serial;
	int rc = -1;

	if (base64_read(&der, member(line, "cert")) != 0)
		err_set(e, ERR_MESSAGE, "cert is not base64");
	else if (put_cert_read(buf_view(&der), &cert, e) == 0) {
		put_cert_fill(&cert, buf_view(&der), row);
		rc = view_eq(said, row->serial)
		         ? put_add(&r->put, row, e)
		         : err_set(e, ERR_MESSAGE, "serial is not that of cert");
	}
	put_cert_free(&cert);
	buf_free(&der);
	return rc;
}

/* Whether the values that every line has are there and of their kind. */
static int
check_row(const json_t *line, const struct put_row *row, struct err *e)
{
	if (row->ca.n == 0 || row->serial.n == 0 || !json_is_integer(json_object_get(line, "at")))
		return err_set(e, ERR_MESSAGE, "ca, serial or at is missing");
	if (memchr(row->ca.p, ' ', row->ca.n) != NULL || row->serial.n % 2 != 0 ||
	    row->serial.n > 2 * SERIAL_LEN)
		return err_set(e, ERR_MESSAGE, "ca or serial has another form");
	return 0;
}

static int
add_line(struct rebuild *r, const json_t *line, struct err *e)
{
	struct numbers n;
	struct put_row row;
	struct view what = member(line, "what");

	fill_common(line, &n, &row);
	if (view_eq(what, view_str("issued"))) {
		if (!r->certificates)
			return 0;
		return check_row(line, &row, e) == 0 ? add_issued(r, line, &row, e) : -1;
	}
	if (!view_eq(what, view_str("intent")) && !view_eq(what, view_str("revoked")))
		return err_set(e, ERR_MESSAGE, "what is neither intent, issued nor revoked");
	if (check_row(line, &row, e) != 0)
		return -1;
	if (r->certificates)
		return 0;
	if (view_eq(what, view_str("revoked"))) {
		row.revoked = view_str(n.revoked);
		row.why = member(line, "reason");
	}
	return put_add(&r->put, &row, e);
}

/* A line that says nothing usable is counted and named; trouble of the store ends it all. */
static int
take_line(
    struct rebuild *r, const char *path, long number, const char *text, size_t len, struct err *e)
{
	struct err why = ERR_INIT;
	json_error_t bad;
	json_t *line = json_loadb(text, len, 0, &bad);
	int rc = json_is_object(line) ? add_line(r, line, &why)
	                              : err_set(&why, ERR_MESSAGE, "not a line of JSON");

	json_decref(line);
	if (rc == 0)
		return 0;
	if (why.code != ERR_MESSAGE)
		return err_set(e, why.code, "%s", why.detail);
	/* Both passes meet it; one counts. */
	if (!r->certificates)
		return 0;
	if (++r->broken <= COMPLAINTS_MAX)
		ctl_note(r->c, "%s:%ld: %s", path, number, why.detail);
	return 0;
}

static int
read_log(struct rebuild *r, const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t n;
	long number = 0;
	int rc = 0;

	if (f == NULL)
		return err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	while (rc == 0 && (n = getline(&text, &size, f)) >= 0) {
		number++;
		if (n > 1)
			rc = take_line(r, path, number, text, (size_t)n, e);
		if (r->certificates && ++r->lines % PROGRESS == 0)
			ctl_note(r->c, "%lld lines", (long long)r->lines);
	}
	if (rc == 0 && ferror(f))
		rc = err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	free(text);
	fclose(f);
	return rc;
}

static int
pass(struct rebuild *r, const struct args *a, bool certificates, struct err *e)
{
	r->certificates = certificates;
	for (size_t i = 0; i < a->n_operands; i++)
		if (read_log(r, a->operands[i], e) != 0)
			return -1;
	return put_flush(&r->put, e);
}

static void
sum_up(const struct rebuild *r, int64_t certificates)
{
	fprintf(r->c->out,
	    "%lld certificates and %lld intents and revocations restored, %lld were there, %lld "
	    "expired long ago\n",
	    (long long)certificates, (long long)(r->put.new - certificates),
	    (long long)r->put.known, (long long)r->put.over);
	if (r->put.unknown > 0)
		fprintf(r->c->out, "%lld revocations of certificates that no log has\n",
		    (long long)r->put.unknown);
	if (r->broken > 0)
		fprintf(r->c->out, "%lld of %lld lines were broken and left out\n",
		    (long long)r->broken, (long long)r->lines);
}

/* Which CA took over: no log has it, the files of a host that was told have. A CA that cannot be
 * read keeps no certificate from coming back. */
static int
say_lines(struct ctl *c, struct store *s, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->conf.n_profiles; i++) {
		struct err why = ERR_INIT;
		struct ca_line line;

		if (ca_line_read(c, NULL, c->conf.profiles[i].profile.ca, &line, &why) != 0)
			ctl_note(c, "%s", why.detail);
		for (size_t at = 0; rc == 0 && at < line.current; at++)
			rc = ca_line_say(s, &line, at, e);
		ca_line_free(&line);
	}
	return rc;
}

int
store_rebuild_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct rebuild r = {.c = c};
	int64_t certificates;
	int rc = -1;

	if ((r.put.s = ctl_patient_store(c, e)) == NULL)
		return -1;
	r.put.grace = c->conf.record_grace;
	if (say_lines(c, r.put.s, e) == 0 && pass(&r, a, true, e) == 0) {
		certificates = r.put.new;
		if (pass(&r, a, false, e) == 0) {
			sum_up(&r, certificates);
			rc = CTL_OK;
		}
	}
	put_free(&r.put);
	store_free(r.put.s);
	return rc;
}
