/* SPDX-License-Identifier: ISC
 *
 * Where the files of a configuration lie.
 */
#ifndef CONF_FOLDER_H
#define CONF_FOLDER_H

#include <stddef.h>

#include "base/err.h"

/* A path made absolute from the current folder; the folder of an absolute path. The caller frees.
 * NULL: errno. */
char *conf_absolute(const char *path);
char *conf_folder(const char *file);

/* The names (without .conf) of the files in profiles.d, sorted; the caller frees with strings_free,
 * also after -1: CONFIG, MEMORY. No such folder: none. */
int conf_profile_files(const char *dir, char ***names, size_t *n, struct err *e)
    __attribute__((warn_unused_result));

#endif
