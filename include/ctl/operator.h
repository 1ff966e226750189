/* SPDX-License-Identifier: ISC
 *
 * What the commands that ask the store share: opening it, names for what it knows by number, and
 * who is asking.
 */
#ifndef CTL_OPERATOR_H
#define CTL_OPERATOR_H

#include <jansson.h>

#include "ctl/ctl.h"
#include "store/store.h"

/* The store of the configuration, with the configuration read. The caller frees. NULL: CONFIG,
 * KEY_FILE, FILE, MEMORY. */
struct store *ctl_store(struct ctl *c, struct err *e);

/* Who gives the command, for the record: the user behind sudo, else the user. */
void operator_name(char out[64]);

/* The profile of --profile, its id in *id; *id is NULL when the option was not given. -1: USAGE. */
int operator_profile(struct ctl *c, const struct args *a, const char **id, struct err *e)
    __attribute__((warn_unused_result));

/* The name of a profile by its id, or the id when it is no profile any more, as JSON. */
json_t *operator_profile_name(const struct ctl *c, struct view id);

/* Calls `each` for every authority that the configuration knows, or for `only` (NULL: all); stops
 * with what it returned when that is not 0. -1: FILE, USAGE, or of `each`. */
int operator_each_ca(struct ctl *c, const char *only,
    int (*each)(void *arg, const char *ca, struct err *e), void *arg, struct err *e)
    __attribute__((warn_unused_result));

/* A serial number as other programs show it, in capitals or with colons, as the store has it. -1:
 * USAGE.
 */
int operator_serial(const char *given, char out[96], struct err *e)
    __attribute__((warn_unused_result));

/* Parts of objects to show: text that came from the store; milliseconds since 1970 as UTC ("" for
 * 0); lines as an array. */
json_t *show_view(struct view text);
json_t *show_ms(int64_t at);
json_t *show_lines(struct view lines);

/* "45s", "12m", "3h", "2d": how long ago, roughly. */
json_t *show_age(int64_t since_ms);

#endif
