/* SPDX-License-Identifier: ISC
 *
 * scepctl ca switch: the CA that was prepared takes over on all hosts at once, by a word to the
 * store, once every host has it and its RAs. On this host the file "next" becomes "successor", so
 * that it needs the word no more; on the others the same command does that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/assemble.h"
#include "ctl/ca_files.h"
#include "ctl/ca_next.h"
#include "ctl/ceremony_log.h"
#include "ctl/hosts.h"
#include "ctl/operator.h"
#include "ctl/ra.h"
#include "store/state.h"

static int
keep(struct ctl *c, const char *ca, struct err *e)
{
	char *from = conf_ca_path(&c->conf, ca, LINK_NEXT),
	     *to = conf_ca_path(&c->conf, ca, LINK_SUCCESSOR);
	int rc = 0;

	if (from == NULL || to == NULL)
		rc = err_set(e, ERR_MEMORY, "out of memory");
	else if (rename(from, to) != 0 && errno != ENOENT)
		rc = err_set(e, ERR_FILE, "%s: %s", from, strerror(errno));
	free(from);
	free(to);
	return rc;
}

/* The RA of the next CA that the profile would present; NULL: it has none. */
static const struct ra_state *
find_ra(const struct ra_states *s)
{
	const struct ra_state *found = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].at == s->current + 1 && (found == NULL || !s->v[i].files->staged))
			found = &s->v[i];
	return found;
}

/* Whether every host has what a profile that this CA serves now needs under the next one. */
static bool
profile_ready(struct ctl *c, struct store *s, const struct conf_profile *p,
    const struct ca_line *line, const struct hosts *h, const char *again)
{
	struct err why = ERR_INIT;
	struct ra_states states;
	const struct ra_state *ra;
	char what[PROFILE_NAME_MAX + 32];
	bool ready = false;

	if (ra_states_read(c, s, p, &states, &why) != 0) {
		ctl_note(c, "%s cannot be looked at: %s", p->profile.name, why.detail);
	} else if (strcmp(states.line.cas[states.current].name, line->cas[0].name) != 0) {
		ready = true;
	} else if ((ra = find_ra(&states)) == NULL) {
		ctl_note(c, "%s has no RA of the next CA (scepctl ca next)", p->profile.name);
	} else {
		snprintf(what, sizeof what, "RA %d of %s", ra->files->number, p->profile.name);
		ready = hosts_all(c, h, ra->id, what, again);
	}
	ra_states_free(&states);
	return ready;
}

/* 1: all is ready; 0: not yet, and it has been said why. */
static int
all_ready(struct ctl *c, struct store *s, const struct ca_line *line, struct err *e)
{
	char what[PROFILE_NAME_MAX + 8], again[PROFILE_NAME_MAX + 16], id[65];
	struct hosts h = {0};
	int ready = -1;

	snprintf(what, sizeof what, "CA %s", line->cas[1].name);
	snprintf(again, sizeof again, "ca switch %s", line->cas[0].name);
	cert_id(line->cas[1].cert, id);
	if (hosts_read(s, &h, e) == 0)
		ready = hosts_all(c, &h, id, what, again);
	for (size_t i = 0; ready >= 0 && i < c->conf.n_profiles; i++)
		if (!profile_ready(c, s, &c->conf.profiles[i], line, &h, again))
			ready = 0;
	hosts_free(&h);
	return ready;
}

static int
record(struct ctl *c, const struct args *a, const struct ca_line *line, struct err *e)
{
	struct buf entry = {0};
	int rc = -1;

	if (transcript_begin(&entry, e, "ca switch %s%s", a->operand, a->force ? " --force" : "") ==
	        0 &&
	    transcript_cert(&entry, "takes over", line->cas[1].cert, e) == 0 &&
	    transcript_append(c, line->cas[0].name, &entry, e) == 0)
		rc = transcript_append(c, line->cas[1].name, &entry, e);
	buf_free(&entry);
	return rc;
}

static int
check_dates(const struct authority *next, struct err *e)
{
	time_t now = clock_now();

	if (X509_cmp_time(X509_get0_notBefore(next->cert), &now) > 0 ||
	    X509_cmp_time(X509_get0_notAfter(next->cert), &now) < 0)
		return err_set(e, ERR_USAGE, "the certificate of %s is not valid now", next->name);
	return 0;
}

static int
take_over(
    struct ctl *c, const struct args *a, struct store *s, const struct ca_line *line, struct err *e)
{
	int ready;

	if (check_dates(&line->cas[1], e) != 0 || (ready = all_ready(c, s, line, e)) < 0)
		return -1;
	if (ready == 0 && !a->force)
		return CTL_PENDING;
	if (record(c, a, line, e) != 0 || ca_line_say(s, line, 0, e) != 0 ||
	    keep(c, line->cas[0].name, e) != 0)
		return -1;
	ctl_note(c,
	    "%s issues from now on. What %s issued goes on being renewed, by the new one. Give the "
	    "same command on the other hosts and reload scepd on each (systemctl reload scepd), so "
	    "that they need the word of the store no more.",
	    line->cas[1].name, line->cas[0].name);
	return CTL_OK;
}

/* The word may have been lost with the store, and other hosts may know by nothing else. */
static int
take_note(struct ctl *c, struct store *s, const struct ca_line *line, struct err *e)
{
	if (ca_line_say(s, line, 0, e) != 0 || keep(c, line->cas[0].name, e) != 0)
		return -1;
	ctl_note(c, "%s has taken over already; this host has taken note.", line->cas[1].name);
	return CTL_OK;
}

static int
switch_ca(struct ctl *c, const struct args *a, struct store *s, struct err *e)
{
	struct ca_line line;
	int rc = ca_line_read(c, s, a->operand, &line, e);

	if (rc == 0 && line.n == 1)
		rc = err_set(e, ERR_USAGE, "nothing is prepared to follow %s: scepctl ca next %s",
		    a->operand, a->operand);
	else if (rc == 0 && line.current == 0)
		rc = take_over(c, a, s, &line, e);
	else if (rc == 0)
		rc = take_note(c, s, &line, e);
	ca_line_free(&line);
	return rc;
}

int
ca_switch(struct ctl *c, const struct args *a, struct err *e)
{
	struct store *s = NULL;
	int rc = -1;

	if (ctl_conf(c, e) == 0 && check_name(a->operand, e) == 0 &&
	    (s = ctl_store(c, e)) != NULL && store_refresh(s, e) == 0)
		rc = switch_ca(c, a, s, e);
	store_free(s);
	return rc;
}

const struct opt ca_switch_options[] = {
    OPT_FLAG("force", force, "although a host does not report the CA or an RA of it"),
    OPT_END,
};
