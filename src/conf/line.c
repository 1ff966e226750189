/* SPDX-License-Identifier: ISC
 *
 * See conf/line.h.
 */
#include "conf/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/assemble.h"

#define LINK_MAX 256

char *
conf_ca_path(const struct conf *c, const char *ca, const char *file)
{
	char *path;

	return asprintf(&path, "%s/%s/%s", c->ca_dir, ca, file) < 0 ? NULL : path;
}

/* The name in a file of a CA's folder. 0: read; 1: there is no such file. -1: CONFIG, FILE. */
static int
read_link(const struct conf *c, const char *ca, const char *file, char name[PROFILE_NAME_MAX + 1],
    struct err *e)
{
	char *path = conf_ca_path(c, ca, file);
	struct buf text = {0};
	size_t n = 0;
	int rc = 1;

	if (path == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	if (access(path, F_OK) != 0 && errno == ENOENT)
		goto out;
	if ((rc = file_read(path, LINK_MAX, &text, e)) != 0)
		goto out;
	while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r')
		n++;
	if (n <= PROFILE_NAME_MAX)
		snprintf(name, PROFILE_NAME_MAX + 1, "%.*s", (int)n, buf_str(&text));
	if (n > PROFILE_NAME_MAX || !profile_name_ok(name))
		rc = err_set(e, ERR_CONFIG, "%s: its first line is not the name of a CA", path);
out:
	buf_free(&text);
	free(path);
	return rc;
}

static bool
has(const struct conf_line *line, const char *name)
{
	for (size_t i = 0; i < line->n; i++)
		if (strcmp(line->names[i], name) == 0)
			return true;
	return false;
}

int
conf_line_read(const struct conf *c, const char *first, struct conf_line *line, struct err *e)
{
	*line = (struct conf_line){.n = 1};
	snprintf(line->names[0], sizeof line->names[0], "%s", first);
	for (;;) {
		size_t at = line->n - 1;
		char name[PROFILE_NAME_MAX + 1];
		int rc = read_link(c, line->names[at], LINK_SUCCESSOR, name, e);

		line->followed[at] = rc == 0;
		if (rc == 1)
			rc = read_link(c, line->names[at], LINK_NEXT, name, e);
		if (rc != 0)
			return rc == 1 ? 0 : -1;
		if (line->n == CAS_MAX || has(line, name))
			return err_set(e, ERR_CONFIG, "CA %s cannot be followed by %s: %s",
			    line->names[at], name,
			    line->n == CAS_MAX ? "too many follow each other" : "that is a circle");
		memcpy(line->names[line->n++], name, sizeof name);
	}
}

const char *
conf_line_current(const struct conf_line *line)
{
	size_t at = 0;

	while (at + 1 < line->n && line->followed[at])
		at++;
	return line->names[at];
}
