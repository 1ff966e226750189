/* SPDX-License-Identifier: ISC
 *
 * A file of lines that only grows: the permanent record of a host, from which a lost store is
 * rebuilt. A line is one write under a lock, so lines of several processes do not mix.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"

struct journal;

/* Opens (creates, 0640) the file for appending. The caller frees. NULL: FILE, MEMORY. */
struct journal *journal_open(const char *path, struct err *e);

/* Opens the file again under its name, after logrotate moved it. -1: FILE, and the old one stays.
 */
int journal_reopen(struct journal *j, struct err *e) __attribute__((warn_unused_result));

/* Appends `line` and a newline; nothing is synced. -1: FILE (the disk is full): part of the line
 * may stand there, in a line of its own, which a reader passes over. */
int journal_add(struct journal *j, struct view line, struct err *e)
    __attribute__((warn_unused_result));

void journal_free(struct journal *j);

#endif
