/* SPDX-License-Identifier: ISC
 *
 * Reading one file: the scan, libconfig, then a walk that compares every setting with the table.
 * Defaults are text in the table; they go through libconfig too, so that a default and a value that
 * was given take the same way.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "conf/conf.h"
#include "conf/scan.h"
#include "conf/tree.h"

#define FILE_MAX (1u << 20)
#define PATH_LEN 128

int
tree_fault(const struct tree *t, const config_setting_t *v, struct err *e, const char *fmt, ...)
{
	char text[320];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (v == NULL || !tree_given(t, v))
		return err_set(e, ERR_CONFIG, "%s: %s", t->label, text);
	return err_set(
	    e, ERR_CONFIG, "%s:%u: %s", t->label, (unsigned)config_setting_source_line(v), text);
}

const char *
tree_type_name(const config_setting_t *v)
{
	switch (config_setting_type(v)) {
	case CONFIG_TYPE_BOOL:
		return "a boolean";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
	case CONFIG_TYPE_FLOAT:
		return "a number";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_GROUP:
		return "a group";
	default:
		return "a list";
	}
}

static bool
type_fits(enum key_type want, const config_setting_t *v)
{
	int has = config_setting_type(v);

	switch (want) {
	case KEY_BOOL:
		return has == CONFIG_TYPE_BOOL;
	case KEY_INT:
		return has == CONFIG_TYPE_INT;
	case KEY_GROUP:
		return has == CONFIG_TYPE_GROUP;
	case KEY_LIST:
		return has == CONFIG_TYPE_LIST;
	case KEY_STRINGS:
		if (has != CONFIG_TYPE_ARRAY && has != CONFIG_TYPE_LIST)
			return false;
		for (int i = 0; i < config_setting_length(v); i++)
			if (config_setting_type(config_setting_get_elem(v, (unsigned)i)) !=
			    CONFIG_TYPE_STRING)
				return false;
		return true;
	default:
		return has == CONFIG_TYPE_STRING;
	}
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* How many letters must be added, removed or replaced to make `b` of `a`. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[PATH_LEN], n = strlen(b);

	if (n >= PATH_LEN)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] =
			    least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

/* The key among those below `prefix` that is nearest to a mistyped name; NULL when none is near. */
static const char *
nearest(enum key_file file, const char *prefix, const char *name)
{
	size_t skip = strlen(prefix), best = strlen(name) / 3 + 2;
	const char *found = NULL;

	for (const struct key *k = keys_of(file); k->path != NULL; k++) {
		const char *last = k->path + skip;
		size_t d;

		if (strncmp(k->path, prefix, skip) != 0 || strchr(last, '.') != NULL)
			continue;
		if ((d = edit_distance(name, last)) < best) {
			best = d;
			found = last;
		}
	}
	return found;
}

static int check_group(
    const struct tree *t, const config_setting_t *group, const char *prefix, struct err *e);

/* The groups of a list, and that each has what is required. */
static int
check_list(const struct tree *t, const config_setting_t *list, const struct key *row, struct err *e)
{
	char prefix[PATH_LEN];
	int n = snprintf(prefix, sizeof prefix, "%s.", row->path);

	for (int i = 0; i < config_setting_length(list); i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);

		if (!config_setting_is_group(group))
			return tree_fault(t, group, e, "%s must be %s, and this is %s", row->path,
			    row->allowed, tree_type_name(group));
		if (check_group(t, group, prefix, e) != 0)
			return -1;
		for (const struct key *k = keys_of(t->file); k->path != NULL; k++)
			if (strncmp(k->path, prefix, (size_t)n) == 0 && k->def == NULL &&
			    config_setting_get_member(group, k->path + n) == NULL)
				return tree_fault(
				    t, group, e, "%s is missing: %s", k->path, k->allowed);
	}
	return 0;
}

static int
check_setting(const struct tree *t, const config_setting_t *v, const char *prefix, struct err *e)
{
	const char *name = config_setting_name(v), *near;
	char path[PATH_LEN];
	const struct key *k;

	snprintf(path, sizeof path, "%s%s", prefix, name);
	if ((k = key_find(t->file, path)) == NULL) {
		if ((near = nearest(t->file, prefix, name)) != NULL)
			return tree_fault(
			    t, v, e, "unknown key \"%s\" (did you mean \"%s\"?)", name, near);
		return tree_fault(t, v, e, "unknown key \"%s\"", name);
	}
	if (!type_fits(k->type, v))
		return tree_fault(
		    t, v, e, "%s must be %s, not %s", path, k->allowed, tree_type_name(v));
	if (k->type == KEY_GROUP) {
		strncat(path, ".", sizeof path - strlen(path) - 1);
		return check_group(t, v, path, e);
	}
	return k->type == KEY_LIST ? check_list(t, v, k, e) : 0;
}

static int
check_group(const struct tree *t, const config_setting_t *group, const char *prefix, struct err *e)
{
	for (int i = 0; i < config_setting_length(group); i++)
		if (check_setting(t, config_setting_get_elem(group, (unsigned)i), prefix, e) != 0)
			return -1;
	return 0;
}

/* A name that libconfig takes as one: the dots of a path become dashes. */
static void
flat_name(const struct key *k, char out[PATH_LEN])
{
	snprintf(out, PATH_LEN, "%s", k->path);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '.')
			*p = '-';
}

/* The text of a default with the profile's name in it. */
static int
add_default(struct buf *text, const char *def, const char *name)
{
	const char *p;

	while ((p = strstr(def, "NAME")) != NULL) {
		if (buf_add(text, def, (size_t)(p - def)) != 0 || buf_add_str(text, name) != 0)
			return -1;
		def = p + strlen("NAME");
	}
	return buf_add_str(text, def);
}

static int
read_defaults(struct tree *t, struct err *e)
{
	struct buf text = {0};
	char name[PATH_LEN];
	int rc = -1;

	for (const struct key *k = keys_of(t->file); k->path != NULL; k++) {
		if (k->def == NULL || key_in_list(t->file, k))
			continue;
		flat_name(k, name);
		if (buf_printf(&text, "%s = ", name) != 0 ||
		    add_default(&text, k->def, t->name) != 0 || buf_add_str(&text, ";\n") != 0)
			goto out;
	}
	if (config_read_string(&t->defaults, buf_str(&text)) != CONFIG_TRUE)
		goto out;
	rc = 0;
out:
	if (rc != 0)
		err_set(e, ERR_CONFIG, "%s: the defaults cannot be read", t->label);
	buf_free(&text);
	return rc;
}

/* libconfig's own complaint, with the little that it says made readable. */
static int
parse_fault(const struct tree *t, struct err *e)
{
	const char *what = config_error_text(&t->given);

	if (what != NULL && strstr(what, "duplicate") != NULL)
		what = "this key stands here for the second time";
	return err_set(e, ERR_CONFIG, "%s:%d: %s", t->label, config_error_line(&t->given),
	    what == NULL ? "syntax error" : what);
}

int
tree_read(struct tree *t, enum key_file file, const char *path, const char *dir, const char *name,
    struct err *e)
{
	struct err why = ERR_INIT;
	struct buf text = {0};
	int rc = -1;

	*t = (struct tree){.file = file, .dir = dir, .name = name};
	config_init(&t->given);
	config_init(&t->defaults);
	if (file == KEY_FILE_PROFILE)
		snprintf(t->label, sizeof t->label, "profiles.d/%s.conf", name);
	else
		snprintf(t->label, sizeof t->label, "%s", strrchr(path, '/') + 1);
	if (file_read(path, FILE_MAX, &text, &why) != 0) {
		err_set(e, ERR_CONFIG, "%s", why.detail);
		goto out;
	}
	if (conf_scan(t->label, file, buf_view(&text), e) != 0 || read_defaults(t, e) != 0)
		goto out;
	if (config_read_string(&t->given, buf_str(&text)) != CONFIG_TRUE) {
		parse_fault(t, e);
		goto out;
	}
	if (check_group(t, config_root_setting(&t->given), "", e) != 0)
		goto out;
	rc = 0;
out:
	buf_free(&text);
	return rc;
}

void
tree_free(struct tree *t)
{
	if (t == NULL || t->label[0] == '\0')
		return;
	config_destroy(&t->given);
	config_destroy(&t->defaults);
	*t = (struct tree){0};
}

const config_setting_t *
tree_value(const struct tree *t, const struct key *k)
{
	const config_setting_t *v = config_lookup(&t->given, k->path);
	char name[PATH_LEN];

	if (v != NULL || k->def == NULL)
		return v;
	flat_name(k, name);
	return config_lookup(&t->defaults, name);
}

bool
tree_given(const struct tree *t, const config_setting_t *v)
{
	while (config_setting_parent(v) != NULL)
		v = config_setting_parent(v);
	return v == config_root_setting(&t->given);
}

const char *
tree_text(const config_setting_t *group, const char *member)
{
	const config_setting_t *v = config_setting_get_member(group, member);

	return v == NULL ? "" : config_setting_get_string(v);
}

int
tree_take(const struct tree *t, void *base, struct err *e)
{
	for (const struct key *k = keys_of(t->file); k->path != NULL; k++) {
		const config_setting_t *v;

		if (key_in_list(t->file, k))
			continue;
		if ((v = tree_value(t, k)) == NULL)
			return tree_fault(
			    t, NULL, e, "%s is missing: it must be %s", k->path, k->allowed);
		if (k->take != NULL ? k->take(t, v, base, e) != 0
		                    : take_plain(t, k, v, base, e) != 0)
			return -1;
	}
	return 0;
}
