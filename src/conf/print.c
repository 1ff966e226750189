/* SPDX-License-Identifier: ISC
 *
 * The effective configuration for `scepd -T`: every row of the table with the value in force and
 * its origin, printed in the file's syntax from the same settings that conf_read takes. Hashes of
 * challenges are hidden.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/digest.h"
#include "conf/folder.h"
#include "conf/tree.h"

#define COLUMN 48 /* where origins begin unless the value is longer */

static int
write_string(struct buf *out, const char *text)
{
	int rc = buf_add(out, "\"", 1);

	for (; rc == 0 && *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			rc = buf_add(out, "\\", 1);
		if (rc == 0)
			rc = buf_add(out, text, 1);
	}
	return rc == 0 ? buf_add(out, "\"", 1) : -1;
}

static int
write_members(struct buf *out, const config_setting_t *v, const char *open, const char *close)
{
	int n = config_setting_length(v), rc = buf_add_str(out, open);
	bool group = config_setting_is_group(v);

	for (int i = 0; rc == 0 && i < n; i++) {
		const config_setting_t *m = config_setting_get_elem(v, (unsigned)i);

		rc = buf_add_str(out, i > 0 && !group ? ", " : " ");
		if (rc == 0 && group)
			rc = buf_printf(out, "%s = ", config_setting_name(m));
		if (rc == 0)
			rc = conf_value_write(out, m);
		if (rc == 0 && group)
			rc = buf_add_str(out, ";");
	}
	if (rc == 0)
		rc = buf_printf(out, " %s", close);
	return rc;
}

int
conf_value_write(struct buf *out, const config_setting_t *v)
{
	const char *name = config_setting_name(v);

	switch (config_setting_type(v)) {
	case CONFIG_TYPE_BOOL:
		return buf_add_str(
		    out, config_setting_get_bool(v) == CONFIG_TRUE ? "true" : "false");
	case CONFIG_TYPE_INT:
		return buf_printf(out, "%d", config_setting_get_int(v));
	case CONFIG_TYPE_STRING:
		if (name != NULL && strcmp(name, "hash") == 0)
			return buf_add_str(out, "\"(hidden)\"");
		return write_string(out, config_setting_get_string(v));
	case CONFIG_TYPE_GROUP:
		return write_members(out, v, "{", "}");
	case CONFIG_TYPE_ARRAY:
		return write_members(out, v, "[", "]");
	default:
		return write_members(out, v, "(", ")");
	}
}

/* The row of the group that a row is in; NULL. */
static const struct key *
group_of(enum key_file file, const struct key *k)
{
	for (const struct key *g = keys_of(file); g->path != NULL; g++) {
		size_t n = strlen(g->path);

		if (g->type == KEY_GROUP && strncmp(k->path, g->path, n) == 0 && k->path[n] == '.')
			return g;
	}
	return NULL;
}

/* One row; a member of a group is indented and goes by its own name. */
static int
print_row(
    const struct tree *t, const struct key *k, const struct key *group, FILE *out, struct err *e)
{
	const config_setting_t *v = tree_value(t, k);
	const char *name = group != NULL ? k->path + strlen(group->path) + 1 : k->path;
	struct buf line = {0};
	int rc = -1;

	if (buf_printf(&line, "%s%s = ", group != NULL ? "  " : "", name) != 0 ||
	    conf_value_write(&line, v) != 0 || buf_add_str(&line, ";") != 0) {
		err_set(e, ERR_CONFIG, "%s: no memory", t->label);
		goto out;
	}
	fprintf(out, "%-*s # ", COLUMN, buf_str(&line));
	if (tree_given(t, v))
		fprintf(out, "%s:%u\n", t->label, (unsigned)config_setting_source_line(v));
	else
		fprintf(out, "default\n");
	rc = 0;
out:
	buf_free(&line);
	return rc;
}

static int
print_file(enum key_file file, const char *path, const char *dir, const char *name, FILE *out,
    struct err *e)
{
	struct tree t = {0};
	const struct key *group = NULL, *next;
	int rc = tree_read(&t, file, path, dir, name, e);

	if (rc == 0)
		fprintf(out, "%s# %s\n", file == KEY_FILE_MAIN ? "" : "\n", path);
	for (const struct key *k = keys_of(file); rc == 0 && k->path != NULL; k++) {
		if (k->type == KEY_GROUP || key_in_list(file, k))
			continue;
		if ((next = group_of(file, k)) != group && group != NULL)
			fprintf(out, "};\n");
		if (next != group && next != NULL)
			fprintf(out, "%s = {\n", next->path);
		group = next;
		rc = print_row(&t, k, group, out, e);
	}
	if (rc == 0 && group != NULL)
		fprintf(out, "};\n");
	tree_free(&t);
	return rc;
}

int
conf_print(const char *path, FILE *out, struct err *e)
{
	struct conf c;
	int rc = conf_read(path, &c, e);

	if (rc == 0)
		rc = print_file(KEY_FILE_MAIN, c.file, c.dir, "", out, e);
	for (size_t i = 0; rc == 0 && i < c.n_profiles; i++)
		rc = print_file(KEY_FILE_PROFILE, c.profiles[i].file, c.dir,
		    c.profiles[i].profile.name, out, e);
	if (rc == 0 && fflush(out) != 0)
		rc = err_set(e, ERR_CONFIG, "the configuration cannot be written");
	conf_free(&c);
	return rc;
}
