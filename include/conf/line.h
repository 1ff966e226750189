/* SPDX-License-Identifier: ISC
 *
 * CAs that follow each other. A CA is one key for ever; when its time comes another one takes its
 * place. A file "next" in the folder of a CA names the one that is prepared, and becomes
 * "successor" when it has taken over. A profile goes on naming the CA that it began with.
 */
#ifndef CONF_LINE_H
#define CONF_LINE_H

#include "conf/conf.h"
#include "scep/service.h"

#define LINK_NEXT "next"
#define LINK_SUCCESSOR "successor"

struct conf_line {
	char names[CAS_MAX][PROFILE_NAME_MAX + 1]; /* the first one and what follows, in order */
	bool followed[CAS_MAX]; /* the one behind it has taken over, as this host's files say */
	size_t n;               /* at least 1 */
};

/* The line that begins with a CA, whose folder need not be there. -1: CONFIG (a file that names no
 * CA, a circle, more than CAS_MAX), FILE, MEMORY. */
int conf_line_read(const struct conf *c, const char *first, struct conf_line *line, struct err *e)
    __attribute__((warn_unused_result));

/* The last one that has taken over, as the files of this host say. */
const char *conf_line_current(const struct conf_line *line);

#endif
