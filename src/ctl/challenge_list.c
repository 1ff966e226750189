/* SPDX-License-Identifier: ISC
 *
 * scepctl challenge list, revoke, flush: one-time challenges that nobody has used yet. What is
 * ended is refused by every host from then on.
 */
#include <string.h>

#include "base/enc.h"
#include "ctl/ask.h"
#include "ctl/challenge.h"
#include "ctl/operator.h"
#include "ctl/show.h"
#include "store/challenge.h"

const struct conf_profile *
dynamic_profile(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p;

	if (ctl_conf(c, e) != 0)
		return NULL;
	if ((p = conf_profile(&c->conf, a->profile)) == NULL) {
		err_set(e, ERR_USAGE, "there is no profile %s", a->profile);
		return NULL;
	}
	if (p->profile.challenge_type == CHALLENGE_DYNAMIC)
		return p;
	err_set(e, ERR_USAGE, "the profile %s has no dynamic challenges", a->profile);
	return NULL;
}

static int
add_row(void *to, const struct challenge_row *row)
{
	json_t *o = json_object();

	json_object_set_new(o, "id",
	    show_view(view_of(
	        row->mac.p, row->mac.n < CHALLENGE_ID_LEN ? row->mac.n : CHALLENGE_ID_LEN)));
	json_object_set_new(o, "expires", show_ms(row->expires * 1000));
	json_object_set_new(o, "made", show_ms(row->made * 1000));
	json_object_set_new(o, "by", show_view(row->by));
	json_object_set_new(o, "subject", show_view(row->subject));
	json_object_set_new(o, "sans", show_lines(row->sans));
	return json_array_append_new(to, o);
}

int
challenge_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"id", "ID"}, {"expires", "EXPIRES"},
	    {"made", "MADE"}, {"by", "BY"}, {"subject", "SUBJECT"}, {"sans", "ALTERNATIVE NAMES"},
	    {NULL, NULL}};
	const struct conf_profile *p = dynamic_profile(c, a, e);
	struct store *s = p != NULL ? ctl_store(c, e) : NULL;
	json_t *rows = json_array();
	int rc = -1;

	if (s != NULL && store_challenges(s, p->profile.id, add_row, rows, e) == 0)
		rc = show_rows(c->out, a->json, rows, columns, e);
	else if (s != NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	json_decref(rows);
	store_free(s);
	return rc;
}

int
challenge_revoke(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = dynamic_profile(c, a, e);
	struct store *s;
	int64_t n = 0;
	int rc = -1;

	if (p == NULL)
		return -1;
	if (strlen(a->operand) != CHALLENGE_ID_LEN ||
	    strspn(a->operand, "0123456789abcdef") != CHALLENGE_ID_LEN)
		return err_set(e, ERR_USAGE,
		    "an ID has %d hexadecimal digits, as challenge list "
		    "shows them",
		    CHALLENGE_ID_LEN);
	if ((s = ctl_store(c, e)) != NULL &&
	    store_challenge_drop(s, p->profile.id, a->operand, &n, e) == 0)
		rc = n > 0 ? 0
		           : err_set(e, ERR_USAGE, "the profile %s has no challenge %s to be used",
		                 p->profile.name, a->operand);
	if (rc == 0)
		ctl_note(c, "revoked the challenge %s", a->operand);
	store_free(s);
	return rc;
}

int
challenge_flush(struct ctl *c, const struct args *a, struct err *e)
{
	const struct conf_profile *p = dynamic_profile(c, a, e);
	struct store *s;
	char question[160];
	int64_t n = 0;
	int rc = -1;

	if (p == NULL)
		return -1;
	snprintf(question, sizeof question,
	    "End all challenges of the profile %s that nobody has used? (y/n)", p->profile.name);
	if (!a->yes && ask_yes(c, question, e) != 0)
		return -1;
	if ((s = ctl_store(c, e)) != NULL)
		rc = store_challenge_drop(s, p->profile.id, "", &n, e);
	if (rc == 0)
		ctl_note(c, "revoked %lld challenges", (long long)n);
	store_free(s);
	return rc;
}

#define PROFILE_OPTION OPT_NEED("profile", profile, "NAME", "the profile of the challenges")

const struct opt challenge_list_options[] = {
    PROFILE_OPTION,
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

const struct opt challenge_revoke_options[] = {
    PROFILE_OPTION,
    OPT_END,
};

const struct opt challenge_flush_options[] = {
    PROFILE_OPTION,
    OPT_FLAG("yes", yes, "do not ask"),
    OPT_END,
};
