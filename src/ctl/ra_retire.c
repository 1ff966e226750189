/* SPDX-License-Identifier: ISC
 *
 * scepctl ra retire: an RA goes when no device uses it any more, on this host; the others are asked
 * for the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/ceremony_log.h"
#include "ctl/operator.h"
#include "ctl/profile.h"
#include "ctl/ra.h"

#define DAY (24 * 60 * 60)
#define QUIET_DAYS 30

/* By its number, or by the beginning of its fingerprint, colons or not. */
static struct ra_state *
find(struct ra_states *s, const char *text, struct err *e)
{
	char hex[65] = "";
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		char number[16];

		snprintf(number, sizeof number, "%d", s->v[i].files->number);
		if (strcmp(number, text) == 0)
			return &s->v[i];
	}
	for (const char *p = text; *p != '\0' && n + 1 < sizeof hex; p++)
		if (*p != ':')
			hex[n++] = *p;
	hex[n] = '\0';
	for (size_t i = 0; i < s->n && n >= 8; i++)
		if (strncasecmp(s->v[i].id, hex, n) == 0)
			return &s->v[i];
	err_set(e, ERR_USAGE, "%s has no RA %s (scepctl ra list)", s->profile->profile.name, text);
	return NULL;
}

/* 0: it may go. */
static int
judge(struct ctl *c, const struct args *a, const struct ra_states *s, const struct ra_state *ra,
    struct err *e)
{
	int64_t days = (int64_t)(clock_now() - ra->used) / DAY;

	if (ra->presented)
		return err_set(e, ERR_USAGE,
		    "RA %d of %s is what clients are given: scepctl ra rotate comes first",
		    ra->files->number, s->profile->profile.name);
	if (ra->at > s->current)
		return err_set(e, ERR_USAGE, "RA %d of %s is that of the next CA, %s",
		    ra->files->number, s->profile->profile.name, s->line.cas[ra->at].name);
	if (a->force || (ra->used != 0 && days >= QUIET_DAYS))
		return 0;
	if (ra->used == 0)
		ctl_note(c,
		    "The store knows of no use of RA %d of %s: it never was used, or that was lost "
		    "with an earlier store. When no device can have it: --force.",
		    ra->files->number, s->profile->profile.name);
	else
		ctl_note(c,
		    "RA %d of %s was used %lld days ago. Devices that still know it alone would "
		    "fail: retire it when it has not been used for %d days, or --force.",
		    ra->files->number, s->profile->profile.name, (long long)days, QUIET_DAYS);
	return CTL_PENDING;
}

/* The certificate first: without it the other files mean nothing. */
static int
remove_files(struct ctl *c, const struct ra_states *s, int number, struct err *e)
{
	static const enum ra_file order[] = {
	    RA_CERT, RA_KEY, RA_KEY_URI, RA_SIGN_CERT, RA_SIGN_KEY, RA_SIGN_KEY_URI, RA_STAGED};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof order / sizeof *order; i++) {
		char *path = ra_path(c, s->profile, number, order[i]);

		if (path == NULL)
			rc = err_set(e, ERR_MEMORY, "out of memory");
		else if (unlink(path) != 0 && errno != ENOENT)
			rc = err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
		free(path);
	}
	return rc;
}

static int
retire(struct ctl *c, const struct args *a, const struct ra_states *s, const struct ra_state *ra,
    struct err *e)
{
	struct buf entry = {0};
	int rc = judge(c, a, s, ra, e);

	if (rc != 0)
		return rc;
	rc = -1;
	if (transcript_begin(&entry, e, "ra retire %s %d%s", s->profile->profile.name,
	        ra->files->number, a->force ? " --force" : "") == 0 &&
	    transcript_cert(&entry, "RA certificate", ra->cert, e) == 0 &&
	    transcript_append(c, s->line.cas[ra->at].name, &entry, e) == 0)
		rc = remove_files(c, s, ra->files->number, e);
	if (rc == 0)
		ctl_note(c,
		    "RA %d of %s is gone from this host. Do the same on the others, and reload "
		    "scepd on each (systemctl reload scepd).",
		    ra->files->number, s->profile->profile.name);
	buf_free(&entry);
	return rc;
}

int
ra_retire(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = profile_find(c, a->operand, e);
	struct ra_states s = {0};
	const struct ra_state *ra;
	struct store *store;
	int rc = -1;

	if (p == NULL)
		return -1;
	if (p->ras_listed)
		return err_set(
		    e, ERR_USAGE, "%s lists its RAs (ra): take it from the list", p->file);
	if ((store = ctl_store(c, e)) != NULL && ra_states_read(c, store, p, &s, e) == 0 &&
	    (ra = find(&s, a->operands[1], e)) != NULL)
		rc = retire(c, a, &s, ra, e);
	ra_states_free(&s);
	store_free(store);
	return rc;
}

const struct opt ra_retire_options[] = {
    OPT_FLAG("force", force, "although it was used in the last 30 days, or nothing is known of it"),
    OPT_END,
};
