/* SPDX-License-Identifier: ISC
 *
 * The log: messages of the program, and one structured line a request. A line is built from fields;
 * every foreign octet is escaped and every value bounded, so that no request can forge or flood a
 * line. Written in one write(2).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_LOGFMT, LOG_JSON };

/* Where lines go: "stderr", "syslog", or the path of a file (created 0640). Before the first call:
 * stderr, logfmt, INFO. A second call replaces the first. -1: FILE, and the former target stays. */
int log_open(const char *target, enum log_format format, enum log_level level, struct err *e)
    __attribute__((warn_unused_result));

/* Opens the file again under its name (after logrotate moved it); nothing for other targets. */
int log_reopen(struct err *e) __attribute__((warn_unused_result));

/* A message of the program itself: ts, level, msg (and pid). */
void log_msg(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line under construction. Fields come out in the order they are added. */
struct log_line {
	struct buf text;
	enum log_level level;
};

#define LOG_VALUE_MAX 256 /* octets of a value before it is cut, marked by "..." */

void log_begin(struct log_line *l, enum log_level level);
void log_str(
    struct log_line *l, const char *key, const char *value); /* NULL or "": the field is left out */
void log_view(
    struct log_line *l, const char *key, struct view value); /* foreign octets; empty: left out */
void log_hex(struct log_line *l, const char *key, struct view value);
void log_int(struct log_line *l, const char *key, int64_t value);
void log_end(struct log_line *l); /* writes the line and frees it */

/* Appends `in` as the inside of a JSON string: ", \ and control characters escaped, octets that are
 * not UTF-8 as \u00XX, at most `max` input octets (then "..."). -1: memory. */
int log_escape(struct buf *out, struct view in, size_t max) __attribute__((warn_unused_result));

#endif
