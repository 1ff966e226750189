/* SPDX-License-Identifier: ISC
 *
 * See ctl/issued_log.h.
 */
#include "ctl/issued_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/folder.h"

int
issued_log_open(struct ctl *c, struct journal **j, struct err *e)
{
	const char *path = c->conf.issued_log;
	bool fresh = !path_exists(path);

	*j = NULL;
	if (*path == '\0')
		return 0;
	if ((*j = journal_open(path, e)) == NULL)
		return -1;
	if (fresh && geteuid() == 0 && chown(path, c->owner.uid, c->owner.gid) != 0) {
		journal_free(*j);
		*j = NULL;
		return err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	}
	return 0;
}

int
issued_log_add(struct journal *j, json_t *line, struct err *e)
{
	char *text = line != NULL ? json_dumps(line, JSON_COMPACT) : NULL;
	int rc = 0;

	if (text == NULL)
		rc = err_set(e, ERR_MEMORY, "no memory");
	else if (j != NULL)
		rc = journal_add(j, view_str(text), e);
	free(text);
	json_decref(line);
	return rc;
}
