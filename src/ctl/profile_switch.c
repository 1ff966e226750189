/* SPDX-License-Identifier: ISC
 *
 * scepctl profile disable and enable: a profile answers 503 on all hosts within a second, without a
 * reload, until it is switched on again.
 */
#include <string.h>

#include "ca/text.h"
#include "ctl/operator.h"
#include "ctl/profile.h"
#include "store/state.h"

#define REASON_MAX 200

static int
set(struct ctl *c, const struct args *a, bool off, const char *reason, struct err *e)
{
	const struct conf_profile *p = profile_find(c, a->operand, e);
	struct store *s = p != NULL ? ctl_store(c, e) : NULL;
	bool same = false;
	int rc = -1;

	if (s != NULL)
		rc = store_switch(s, p->profile.id, off, reason, &same, e);
	if (rc == 0)
		ctl_note(c, "the profile %s %s %s", p->profile.name, same ? "was" : "is now",
		    off ? "off" : "on");
	store_free(s);
	return rc;
}

int
profile_disable(struct ctl *c, const struct args *a, struct err *e)
{
	const char *reason = a->reason != NULL ? a->reason : "switched off by the operator";

	if (!text_plain(view_str(reason), NULL) || strlen(reason) > REASON_MAX)
		return err_set(e, ERR_USAGE, "--reason is a line of at most %d octets", REASON_MAX);
	return set(c, a, true, reason, e);
}

int
profile_enable(struct ctl *c, const struct args *a, struct err *e)
{
	return set(c, a, false, "", e);
}

static int
mark_off(void *to, struct view profile, struct view reason)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)to, i, row)
	{
		const char *id = json_string_value(json_object_get(row, "id"));

		if (!view_eq(view_str(id), profile))
			continue;
		json_object_set_new(row, "state", json_string("off"));
		json_object_set_new(row, "reason", show_view(reason));
	}
	return 0;
}

int
profile_states(struct ctl *c, json_t *rows, struct err *e)
{
	struct store *s = ctl_store(c, e);
	json_t *row;
	size_t i;
	int rc = -1;

	json_array_foreach(rows, i, row)
	{
		json_object_set_new(row, "state", json_string("on"));
	}
	if (s != NULL)
		rc = store_switched_off(s, mark_off, rows, e);
	store_free(s);
	return rc;
}

const struct opt profile_disable_options[] = {
    OPT("reason", reason, "TEXT", "why, for the log"),
    OPT_END,
};

const struct opt profile_enable_options[] = {
    OPT_END,
};
