/* SPDX-License-Identifier: ISC
 *
 * The table of keys: one row a key, and everything else follows from the rows: what is accepted,
 * the default, the text of a complaint, where the value goes, and what `scepd -T` and the manual
 * list.
 */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include <stddef.h>
#include <stdint.h>

#include <libconfig.h>

#include "base/err.h"

struct tree;

enum key_type {
	KEY_BOOL,    /* bool */
	KEY_INT,     /* int */
	KEY_STRING,  /* char * */
	KEY_PATH,    /* char *, made absolute from the folder of scepd.conf; "" stays "" */
	KEY_SPAN,    /* int64_t, seconds */
	KEY_MODE,    /* mode_t, octal in a string */
	KEY_CHOICE,  /* int or enum: the position among the choices */
	KEY_DATE,    /* in a list of groups: taken by the row of the list */
	KEY_STRINGS, /* array or list of strings: taken by the row's own function */
	KEY_GROUP,   /* its members are rows of their own: "group.member" */
	KEY_LIST,    /* list of groups, whose members are rows "list.member"; taken by the row's own
	                function */
	KEY_TYPES
};

enum key_file { KEY_FILE_MAIN, KEY_FILE_PROFILE, KEY_FILES };

/* Puts the value `v` into the struct at `base`. -1: CONFIG with file and line. */
typedef int key_take(const struct tree *t, const config_setting_t *v, void *base, struct err *e);

struct key {
	const char *path;
	enum key_type type;
	const char *def; /* as it would be written; NULL: the key is required. NAME stands for the
	                    profile's name */
	const char *allowed; /* completes "KEY must be ..." */
	int64_t min, max;    /* KEY_INT, KEY_SPAN */
	const char *choices; /* KEY_CHOICE: "a|b" */
	size_t offset;       /* in struct conf or struct conf_profile; without `take` */
	key_take *take;
};

/* The rows of a file, ended by one whose path is NULL. */
const struct key *keys_of(enum key_file file);

/* The row of that path; NULL. */
const struct key *key_find(enum key_file file, const char *path);

/* Whether the row describes a member of a list's groups. */
bool key_in_list(enum key_file file, const struct key *k);

/* The takers of single rows. */
key_take take_url, take_listen, take_log_target, take_proxies, take_server, take_sentinels,
    take_prefix, take_timeout, take_crl_renew;
key_take take_id, take_ca, take_paths, take_challenges, take_bad_cipher, take_des3, take_sha1,
    take_key_usage, take_eku, take_ras, take_approval, take_allow_from, take_challenge_allow_from,
    take_crl_url, take_ca_url, take_revoke_previous;

#endif
