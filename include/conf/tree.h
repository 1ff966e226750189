/* SPDX-License-Identifier: ISC
 *
 * One configuration file as a tree of settings, checked against the table: every key known and of
 * its type. What the file does not say comes from a second tree that holds the defaults of the
 * table.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include "conf/key.h"

struct tree {
	enum key_file file;
	char label[300];  /* how messages name the file: "scepd.conf", "profiles.d/NAME.conf" */
	const char *dir;  /* folder of scepd.conf, absolute; borrowed */
	const char *name; /* of the profile; "" for scepd.conf; borrowed */
	config_t given, defaults;
};

/* Reads the file at `path`. -1: CONFIG. In any case free it afterwards. */
int tree_read(struct tree *t, enum key_file file, const char *path, const char *dir,
    const char *name, struct err *e) __attribute__((warn_unused_result));
void tree_free(struct tree *t);

/* The value of a row, from the file or the defaults; NULL when a required key is absent. */
const config_setting_t *tree_value(const struct tree *t, const struct key *k);

/* Whether the value comes from the file. */
bool tree_given(const struct tree *t, const config_setting_t *v);

/* Puts every value where its row says. -1: CONFIG. */
int tree_take(const struct tree *t, void *base, struct err *e) __attribute__((warn_unused_result));

/* Records "LABEL:LINE: ..." for a value (NULL: without a line) and returns -1. */
int tree_fault(const struct tree *t, const config_setting_t *v, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The text of a member of a group, "" when absent. */
const char *tree_text(const config_setting_t *group, const char *member);

/* The type of a value in words: "a string". */
const char *tree_type_name(const config_setting_t *v);

/* Puts a value of one of the plain types at its offset. */
int take_plain(const struct tree *t, const struct key *k, const config_setting_t *v, void *base,
    struct err *e) __attribute__((warn_unused_result));

/* A path made absolute from the folder of scepd.conf; NULL: memory. The caller frees. */
char *tree_path(const struct tree *t, const char *path);

/* A copy of the strings of an array or list, ended by NULL; NULL: memory. *n is their number. */
char **tree_strings(const config_setting_t *v, size_t *n);
void strings_free(char **s, size_t n);

#endif
