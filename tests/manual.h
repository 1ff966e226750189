/* SPDX-License-Identifier: ISC
 *
 * The source of a manual page as a test looks at it: a text of lines in which the escapes for
 * quotes and spaces are undone.
 */
#ifndef TESTS_MANUAL_H
#define TESTS_MANUAL_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANUAL_MAX (1u << 20)

/* Undoes \(dq, "\ " and \& in place. */
static inline void
manual_unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (strncmp(p, "\\(dq", 4) == 0) {
			*to++ = '"';
			p += 3;
		} else if (strncmp(p, "\\&", 2) == 0) {
			p++;
		} else if (strncmp(p, "\\ ", 2) == 0) {
			*to++ = *++p;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

/* The page of that name, begun by an empty line; the caller frees. NULL: it cannot be read. */
static inline char *
manual_read(const char *name)
{
	char path[1024], *text = malloc(MANUAL_MAX);
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/../../man/%s", TESTS_DATA, name);
	if (text != NULL && (f = fopen(path, "re")) != NULL) {
		text[0] = '\n';
		n = fread(text + 1, 1, MANUAL_MAX - 2, f);
		fclose(f);
	}
	if (n == 0) {
		free(text);
		return NULL;
	}
	text[n + 1] = '\0';
	manual_unescape(text);
	return text;
}

/* Where a line begins that is exactly `line`; NULL when there is none. */
static inline const char *
manual_line(const char *text, const char *line)
{
	char wanted[1024];
	const char *at;

	snprintf(wanted, sizeof wanted, "\n%s\n", line);
	at = strstr(text, wanted);
	return at == NULL ? NULL : at + 1;
}

/* How many lines begin with `start`. */
static inline size_t
manual_count(const char *text, const char *start)
{
	char wanted[128];
	size_t n = 0;

	snprintf(wanted, sizeof wanted, "\n%s", start);
	for (const char *p = text; (p = strstr(p, wanted)) != NULL; p++)
		n++;
	return n;
}

#endif
