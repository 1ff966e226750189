/* SPDX-License-Identifier: ISC
 *
 * See ctl/history.h; the mark is conf_history_mark's.
 */
#include "ctl/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf/assemble.h"
#include "ctl/folder.h"
#include "scep/service.h"
#include "store/state.h"

int
history_known(struct store *s, const char *ca, struct err *e)
{
	char word[sizeof HISTORY_WORD + PROFILE_NAME_MAX];

	snprintf(word, sizeof word, HISTORY_WORD "%s", ca);
	return store_say(s, word, "known", e);
}

int
history_wanted(struct ctl *c, struct store *s, const char *ca, bool *wanted, struct err *e)
{
	char word[sizeof HISTORY_WORD + PROFILE_NAME_MAX];
	char *mark = conf_ca_path(&c->conf, ca, HISTORY_FILE);

	*wanted = mark != NULL && path_exists(mark);
	free(mark);
	if (!*wanted || s == NULL)
		return 0;
	if (store_refresh(s, e) != 0)
		return -1;
	snprintf(word, sizeof word, HISTORY_WORD "%s", ca);
	*wanted = store_word(s, word).n == 0;
	return 0;
}
