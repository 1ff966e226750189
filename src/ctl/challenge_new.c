/* SPDX-License-Identifier: ISC
 *
 * scepctl challenge new: one challenge to the standard output, or one for each line of a list of
 * devices to a file. A list is read and checked whole before the first challenge is made. What was
 * made is in the file even when the rest could not be.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/span.h"
#include "ca/binding.h"
#include "ctl/challenge.h"
#include "ctl/csv.h"
#include "ctl/operator.h"
#include "ctl/show.h"
#include "store/challenge.h"

#define EXPIRES_MIN 60
#define EXPIRES_MAX (30 * 24 * 3600)
#define LIST_MAX (16u << 20) /* octets of a list */
#define PROGRESS 500         /* a remark after so many */

/* What is made for a device. */
struct device {
	char *subject, *san; /* as they were given; "" : none */
	struct binding names;
};

struct devices {
	struct device *v;
	size_t n;
};

static int
bind_names(
    const struct profile *p, const char *subject, const char *san, struct binding *b, struct err *e)
{
	if (subject != NULL && *subject != '\0' && binding_subject(b, subject, e) != 0)
		return -1;
	return san != NULL && *san != '\0' ? binding_sans(p, b, san, e) : 0;
}

static int
read_ttl(const struct conf_profile *p, const char *expires, int64_t *ttl, struct err *e)
{
	*ttl = expires != NULL ? span_read(expires)
	                       : (int64_t)p->profile.challenge_expiry_minutes * 60;
	if (*ttl < EXPIRES_MIN || *ttl > EXPIRES_MAX)
		return err_set(e, ERR_USAGE, "--expires must be a duration from \"1m\" to \"30d\"");
	return 0;
}

/* A challenge bound to the names; secret. */
static int
mint(struct store *s, const struct profile *p, int64_t ttl, const struct binding *b,
    struct secret *challenge, struct minted *out, struct err *e)
{
	char who[64], by[80];
	uint8_t mac[32];
	struct mint m = {.profile = p->id,
	    .mac = mac,
	    .ttl = ttl,
	    .max = p->max_pending_challenges,
	    .by = by,
	    .bound = binding_any(b),
	    .subject = buf_str(&b->subject),
	    .sans = buf_str(&b->sans)};

	operator_name(who);
	snprintf(by, sizeof by, "operator:%s", who);
	if (challenge_draw(challenge, e) != 0 ||
	    store_challenge_mac(s, p->id, secret_view(challenge), mac, e) != 0)
		return -1;
	return store_mint(s, &m, out, e);
}

static int
new_one(
    struct ctl *c, const struct args *a, const struct conf_profile *p, int64_t ttl, struct err *e)
{
	struct binding names = {0};
	struct secret challenge = {0};
	struct store *s = NULL;
	struct minted out;
	char expires[24];
	int rc = -1;

	if (bind_names(&p->profile, a->subject, a->san, &names, e) == 0 &&
	    (s = ctl_store(c, e)) != NULL &&
	    mint(s, &p->profile, ttl, &names, &challenge, &out, e) == 0) {
		fprintf(c->out, "%.*s\n", (int)challenge.n, (const char *)challenge.p);
		show_seconds(out.expires, expires);
		ctl_note(c, "good once, until %s", expires);
		rc = 0;
	}
	secret_free(&challenge);
	binding_free(&names);
	store_free(s);
	return rc;
}

static void
devices_free(struct devices *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].subject);
		free(d->v[i].san);
		binding_free(&d->v[i].names);
	}
	free(d->v);
	*d = (struct devices){0};
}

static int
column_of(const struct csv *csv, const char *name)
{
	for (size_t i = 0; i < csv->n; i++)
		if (strcasecmp(csv->fields[i], name) == 0)
			return (int)i;
	return -1;
}

static const char *
field(const struct csv *csv, int at)
{
	return at >= 0 && (size_t)at < csv->n ? csv->fields[at] : "";
}

static int
add_device(const struct profile *p, const struct csv *csv, const char *subject, const char *san,
    struct devices *d, struct err *e)
{
	struct device *more = realloc(d->v, (d->n + 1) * sizeof *more), *one;
	struct err why = ERR_INIT;

	if (more == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	d->v = more;
	one = &d->v[d->n++];
	*one = (struct device){.subject = strdup(subject), .san = strdup(san)};
	if (one->subject == NULL || one->san == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (*subject == '\0' && *san == '\0')
		return err_set(e, ERR_USAGE, "line %d: neither a subject nor a san", csv->line);
	if (bind_names(p, subject, san, &one->names, &why) != 0)
		return err_set(e, why.code, "line %d: %s", csv->line, why.detail);
	return 0;
}

/* The devices of a list whose first line names the columns. */
static int
read_devices(const struct profile *p, struct view text, struct devices *d, struct err *e)
{
	int subject, san, rc;
	struct csv csv;

	csv_open(&csv, text);
	rc = csv_next(&csv, e);
	subject = column_of(&csv, "subject");
	san = column_of(&csv, "san");
	if (rc == 0 || (rc > 0 && subject < 0 && san < 0))
		rc = err_set(e, ERR_USAGE, "the first line names no column subject or san");
	while (rc > 0 && (rc = csv_next(&csv, e)) > 0)
		if (add_device(p, &csv, field(&csv, subject), field(&csv, san), d, e) != 0)
			rc = -1;
	if (rc == 0 && d->n == 0)
		rc = err_set(e, ERR_USAGE, "the list is empty");
	csv_free(&csv);
	return rc;
}

static int
write_row(FILE *f, const struct device *d, const struct secret *challenge, int64_t expires)
{
	struct buf row = {0};
	char until[24];
	int rc;

	show_seconds(expires, until);
	rc = buf_room(&row, 1024) != NULL && csv_add(&row, d->subject) == 0 &&
	             buf_add(&row, ",", 1) == 0 && csv_add(&row, d->san) == 0 &&
	             buf_printf(&row, ",%.*s,%s\n", (int)challenge->n, (const char *)challenge->p,
	                 until) == 0 &&
	             fwrite(row.p, row.n, 1, f) == 1 && fflush(f) == 0
	         ? 0
	         : -1;
	if (row.p != NULL)
		OPENSSL_cleanse(row.p, row.n);
	buf_free(&row);
	return rc;
}

static int
mint_all(struct ctl *c, struct store *s, const struct conf_profile *p, int64_t ttl,
    const struct devices *d, FILE *f, struct err *e)
{
	int rc = fprintf(f, "subject,san,challenge,expires\n") > 0
	             ? 0
	             : err_set(e, ERR_FILE, "%s", strerror(errno));
	size_t done = 0;

	for (; rc == 0 && done < d->n; done += rc == 0) {
		struct secret challenge = {0};
		struct minted out;

		rc = mint(s, &p->profile, ttl, &d->v[done].names, &challenge, &out, e);
		if (rc == 0 && write_row(f, &d->v[done], &challenge, out.expires) != 0)
			rc = err_set(e, ERR_FILE, "cannot write: %s", strerror(errno));
		secret_free(&challenge);
		if (rc == 0 && (done + 1) % PROGRESS == 0)
			ctl_note(c, "%zu of %zu", done + 1, d->n);
	}
	ctl_note(c, "%zu of %zu challenges made", done, d->n);
	return rc;
}

static int
new_list(struct ctl *c, const struct args *a, const struct conf_profile *p, int64_t ttl,
    const struct devices *d, struct err *e)
{
	struct store *s = ctl_store(c, e);
	FILE *f = NULL;
	int fd = -1, rc = -1;

	if (s == NULL || store_ready(s, e) != 0)
		goto out;
	fd = open(a->out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || (f = fdopen(fd, "w")) == NULL) {
		err_set(e, ERR_FILE, "%s: %s", a->out, strerror(errno));
		goto out;
	}
	fd = -1;
	rc = mint_all(c, s, p, ttl, d, f, e);
	if ((fflush(f) != 0 || fsync(fileno(f)) != 0) && rc == 0)
		rc = err_set(e, ERR_FILE, "%s: %s", a->out, strerror(errno));
out:
	if (fd >= 0)
		close(fd);
	if (f != NULL)
		fclose(f);
	store_free(s);
	return rc;
}

static int
new_from(
    struct ctl *c, const struct args *a, const struct conf_profile *p, int64_t ttl, struct err *e)
{
	struct devices d = {0};
	struct buf text = {0};
	struct err why = ERR_INIT;
	int rc = -1;

	if (a->out == NULL || a->subject != NULL || a->san != NULL)
		return err_set(
		    e, ERR_USAGE, "--from needs --out, and takes no --subject and no --san");
	if (file_read(a->from, LIST_MAX, &text, e) == 0) {
		if (read_devices(&p->profile, buf_view(&text), &d, &why) != 0)
			err_set(e, why.code, "%s: %s", a->from, why.detail);
		else if (d.n > (size_t)p->profile.max_pending_challenges)
			err_set(e, ERR_USAGE,
			    "%s has %zu devices, and max_pending_challenges of the profile is %d",
			    a->from, d.n, p->profile.max_pending_challenges);
		else
			rc = new_list(c, a, p, ttl, &d, e);
	}
	devices_free(&d);
	buf_free(&text);
	return rc;
}

int
challenge_new(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = dynamic_profile(c, a, e);
	int64_t ttl;

	if (p == NULL || read_ttl(p, a->expires, &ttl, e) != 0)
		return -1;
	if (a->from != NULL)
		return new_from(c, a, p, ttl, e);
	if (a->out != NULL)
		return err_set(e, ERR_USAGE, "--out goes with --from");
	return new_one(c, a, p, ttl, e);
}

const struct opt challenge_new_options[] = {
    OPT_NEED("profile", profile, "NAME", "the profile to enrol with"),
    OPT("expires", expires, "SPAN", "how long it is good: 1m to 30d"),
    OPT("subject", subject, "DN", "only for a request with this subject"),
    OPT("san", san, "LIST", "only for a request with no other alternative names"),
    OPT("from", from, "FILE", "one for each line of a CSV file with columns subject and san"),
    OPT("out", out, "FILE", "write those to this file"),
    OPT_END,
};
