/* SPDX-License-Identifier: ISC
 *
 * CAs that follow each other as scepctl sees them: by the files of this host and by what the
 * operator said for all hosts.
 */
#ifndef CTL_LINE_H
#define CTL_LINE_H

#include "ca/authority.h"
#include "conf/line.h"
#include "ctl/ctl.h"
#include "store/store.h"

struct ca_line {
	struct conf_line files;
	struct authority cas[CAS_MAX]; /* owned */
	size_t n;
	size_t current; /* the last one that has taken over */
};

/* Reads the line that begins with a CA. `s` has been refreshed, or is NULL: then the files alone
 * count. -1: CONFIG, FILE, USAGE. In any case free it afterwards. */
int ca_line_read(struct ctl *c, const struct store *s, const char *first, struct ca_line *line,
    struct err *e) __attribute__((warn_unused_result));
void ca_line_free(struct ca_line *line);

/* Tells the store which CA took over at that place of the line, since now, unless it knows. -1:
 * STORE.
 */
int ca_line_say(struct store *s, const struct ca_line *line, size_t at, struct err *e)
    __attribute__((warn_unused_result));

/* SHA-256 of a certificate, hexadecimal. */
void cert_id(const X509 *cert, char id[65]);

/* The name of what the operator says about the follower of a CA (store_say): its cert_id, and
 * behind a space the time in seconds. */
#define CA_WORD_LEN (3 + PROFILE_NAME_MAX + 1)
void ca_word(const char *ca, char out[CA_WORD_LEN]);

#endif
