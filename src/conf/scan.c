/* SPDX-License-Identifier: ISC
 *
 * One pass over the tokens of a file with a stack of open brackets. It knows just enough of
 * libconfig's grammar to tell a name from a value, and refuses what the versions of libconfig read
 * differently: leading zeros, numbers beyond 32 bits, a comma before a closing bracket, escapes,
 * byte order marks, includes. Strings that libconfig would join are refused too: a comma is
 * missing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/scan.h"

#define DEPTH_MAX 16
#define WORD_MAX 64

struct scan {
	const char *label;
	enum key_file file;
	const char *p, *end;
	unsigned line;
	char name[WORD_MAX]; /* the last name */
	char last; /* kind of the token before: 'n'ame, 'v'alue, or the punctuation; 0 at the start
	            */
	struct {
		char open;
		unsigned line;
	} stack[DEPTH_MAX];
	size_t depth;
	struct err *e;
};

__attribute__((format(printf, 3, 4))) static int
fault_at(struct scan *s, unsigned line, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(s->e, ERR_CONFIG, "%s:%u: %s", s->label, line, text);
}

/* Passes white space and comments. */
static int
skip_blank(struct scan *s)
{
	while (s->p < s->end) {
		const char *p = s->p;

		if (*p == '\n') {
			s->line++;
			s->p++;
		} else if (*p == ' ' || *p == '\t' || *p == '\r') {
			s->p++;
		} else if (*p == '#' || (*p == '/' && s->end - p > 1 && p[1] == '/')) {
			while (s->p < s->end && *s->p != '\n')
				s->p++;
		} else if (*p == '/' && s->end - p > 1 && p[1] == '*') {
			unsigned from = s->line;

			for (s->p += 2;; s->p++) {
				if (s->end - s->p < 2)
					return fault_at(s, from, "this comment is never closed");
				if (s->p[0] == '*' && s->p[1] == '/')
					break;
				if (*s->p == '\n')
					s->line++;
			}
			s->p += 2;
		} else {
			break;
		}
	}
	return 0;
}

static int
scan_string(struct scan *s)
{
	for (s->p++; s->p < s->end; s->p++) {
		unsigned char c = (unsigned char)*s->p;

		if (c == '"') {
			s->p++;
			return 0;
		}
		if (c == '\n')
			break;
		if (c < 0x20 || c == 0x7f)
			return fault_at(s, s->line, "a control character in a string");
		if (c == '\\') {
			s->p++;
			if (s->p == s->end || (*s->p != '"' && *s->p != '\\'))
				return fault_at(
				    s, s->line, "only \\\" and \\\\ may follow a \\ in a string");
		}
	}
	return fault_at(s, s->line, "this string is not closed in its line");
}

/* The row of the name before, by its last part: enough to word a complaint. */
static const struct key *
row_of_name(const struct scan *s)
{
	for (const struct key *k = keys_of(s->file); k->path != NULL; k++) {
		const char *dot = strrchr(k->path, '.');

		if (strcmp(dot == NULL ? k->path : dot + 1, s->name) == 0)
			return k;
	}
	return NULL;
}

static int
scan_number(struct scan *s, const char *word)
{
	const struct key *k = row_of_name(s);
	const char *digits = word + (*word == '-' || *word == '+');
	long long v;
	char *rest;

	if (k != NULL && k->type == KEY_MODE)
		return fault_at(s, s->line, "mode %s must be a string: \"%s%s\"", word,
		    *word == '0' ? "" : "0", word);
	if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') {
		while (*digits == '0' && digits[1] != '\0')
			digits++;
		return fault_at(s, s->line, "%s begins with a zero; write %s", word, digits);
	}
	errno = 0;
	v = strtoll(word, &rest, 10);
	if (*rest != '\0')
		return fault_at(s, s->line, "%s is no whole number", word);
	if (errno != 0 || v > INT32_MAX || v < INT32_MIN) {
		if (k != NULL && k->type == KEY_INT)
			return fault_at(
			    s, s->line, "%s must be %s, not %s", s->name, k->allowed, word);
		return fault_at(s, s->line, "%s is out of range", word);
	}
	return 0;
}

/* A word where a value belongs. */
static int
scan_value(struct scan *s, const char *word)
{
	static const char *const truths[][2] = {{"yes", "true"}, {"on", "true"}, {"enable", "true"},
	    {"enabled", "true"}, {"no", "false"}, {"off", "false"}, {"disable", "false"},
	    {"disabled", "false"}};

	if (strcasecmp(word, "true") == 0 || strcasecmp(word, "false") == 0)
		return 0;
	for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++)
		if (strcasecmp(word, truths[i][0]) == 0)
			return fault_at(
			    s, s->line, "%s is not a boolean here; write %s", word, truths[i][1]);
	if (strspn(word, "+-0123456789.") == strlen(word) ||
	    (word[0] >= '0' && word[0] <= '9' && word[1] == 'x'))
		return scan_number(s, word);
	return fault_at(s, s->line, "%s needs quotes: \"%s\"", word, word);
}

/* How a name with dots is to be written, appended: "b.c" of the path "a.b.c" as
 * "b = { c = ...; };". */
static int
add_nested(struct buf *out, enum key_file file, const char *path, const char *name)
{
	const char *dot = strchr(name, '.');
	char group[WORD_MAX];
	const struct key *k;
	bool list;

	if (dot == NULL)
		return buf_printf(out, "%s = ...;", name);
	snprintf(group, sizeof group, "%.*s", (int)(dot - path), path);
	k = key_find(file, group);
	list = k != NULL && k->type == KEY_LIST;
	if (buf_printf(out, "%.*s = %s ", (int)(dot - name), name, list ? "( {" : "{") != 0 ||
	    add_nested(out, file, path, dot + 1) != 0)
		return -1;
	return buf_add_str(out, list ? " } );" : " };");
}

static int
dotted_name(struct scan *s, const char *word)
{
	struct buf way = {0};

	if (word[strlen(word) - 1] == '.')
		return fault_at(s, s->line, "the name %s has a dot at its end", word);
	if (add_nested(&way, s->file, word, word) != 0)
		fault_at(s, s->line, "the name %s has a dot", word);
	else
		fault_at(s, s->line, "%s is a key in a group; write %s", word, buf_str(&way));
	buf_free(&way);
	return -1;
}

static bool
value_belongs(const struct scan *s)
{
	char open = s->depth > 0 ? s->stack[s->depth - 1].open : '{';

	return s->last == '=' || open == '(' || open == '[';
}

static int
scan_word(struct scan *s)
{
	size_t n = 0;
	char word[WORD_MAX];

	while (s->p + n < s->end && strchr(" \t\r\n=:;,(){}[]\"#", s->p[n]) == NULL)
		n++;
	if (n == 0)
		return fault_at(s, s->line, "an octet that does not belong here (0x%02x)",
		    (unsigned char)*s->p);
	if (*s->p == '@')
		return fault_at(
		    s, s->line, "@include is not supported; profiles.d takes further files");
	if (n >= sizeof word)
		return fault_at(
		    s, s->line, "\"%.20s...\" is too long for a name or a number", s->p);
	memcpy(word, s->p, n);
	word[n] = '\0';
	s->p += n;
	if (value_belongs(s)) {
		s->last = 'v';
		return scan_value(s, word);
	}
	if (s->last == 'n')
		return fault_at(s, s->line, "\"=\" is missing after %s", s->name);
	if (strchr(word, '.') != NULL)
		return dotted_name(s, word);
	memcpy(s->name, word, n + 1);
	s->last = 'n';
	return 0;
}

static int
scan_close(struct scan *s, char close)
{
	char open = close == '}' ? '{' : close == ')' ? '(' : '[';

	if (s->depth == 0)
		return fault_at(s, s->line, "%c closes nothing", close);
	s->depth--;
	if (s->stack[s->depth].open != open)
		return fault_at(s, s->line, "%c does not close the %c of line %u", close,
		    s->stack[s->depth].open, s->stack[s->depth].line);
	if (close != '}' && s->last == ',')
		return fault_at(s, s->line, "a comma before %c", close);
	s->last = 'v';
	return 0;
}

static int
scan_punctuation(struct scan *s)
{
	char c = *s->p++;

	if (c == '=' || c == ':') {
		if (s->last != 'n')
			return fault_at(s, s->line, "a name is missing before %c", c);
		s->last = '=';
		return 0;
	}
	if (s->last == 'n')
		return fault_at(s, s->line, "\"=\" is missing after %s", s->name);
	if (c == '}' || c == ')' || c == ']' || c == ';' || c == ',') {
		if (s->last == '=')
			return fault_at(s, s->line, "a value is missing after %s =", s->name);
	}
	if (c == '}' || c == ')' || c == ']')
		return scan_close(s, c);
	if (c == '{' || c == '(' || c == '[') {
		if (!value_belongs(s))
			return fault_at(s, s->line, "a name is missing before %c", c);
		if (s->depth == DEPTH_MAX)
			return fault_at(
			    s, s->line, "more than %d brackets inside one another", DEPTH_MAX);
		s->stack[s->depth].open = c;
		s->stack[s->depth++].line = s->line;
	}
	s->last = c;
	return 0;
}

static int
scan_token(struct scan *s)
{
	if (*s->p == '"') {
		if (s->last == 'n')
			return fault_at(s, s->line, "\"=\" is missing after %s", s->name);
		if (s->last == 'v') /* libconfig would join two strings */
			return fault_at(
			    s, s->line, "a comma or semicolon is missing before this string");
		s->last = 'v';
		return scan_string(s);
	}
	if (strchr("=:;,(){}[]", *s->p) != NULL)
		return scan_punctuation(s);
	return scan_word(s);
}

int
conf_scan(const char *label, enum key_file file, struct view text, struct err *e)
{
	struct scan s = {.label = label, .file = file, .line = 1, .e = e};

	s.p = text.n > 0 ? (const char *)text.p : "";
	s.end = s.p + text.n;
	if (memchr(s.p, '\0', text.n) != NULL)
		return err_set(e, ERR_CONFIG, "%s: not a text file", label);
	if (text.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
		return fault_at(
		    &s, 1, "a byte order mark before the first key; save the file without it");
	for (;;) {
		if (skip_blank(&s) != 0)
			return -1;
		if (s.p == s.end)
			break;
		if (scan_token(&s) != 0)
			return -1;
	}
	if (s.depth > 0)
		return fault_at(&s, s.stack[s.depth - 1].line, "this %c is never closed",
		    s.stack[s.depth - 1].open);
	if (s.last == 'n')
		return fault_at(&s, s.line, "\"=\" is missing after %s", s.name);
	if (s.last == '=')
		return fault_at(&s, s.line, "a value is missing after %s =", s.name);
	return 0;
}
