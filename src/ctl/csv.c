/* SPDX-License-Identifier: ISC
 *
 * See ctl/csv.h.
 */
#include "ctl/csv.h"

#include <string.h>

void
csv_open(struct csv *c, struct view text)
{
	*c = (struct csv){.rest = text, .next = 1};
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		c->rest = view_of(text.p + 3, text.n - 3);
}

static int
peek(const struct csv *c)
{
	return c->rest.n > 0 ? c->rest.p[0] : -1;
}

static int
take(struct csv *c)
{
	int octet = peek(c);

	if (octet >= 0)
		c->rest = view_of(c->rest.p + 1, c->rest.n - 1);
	return octet;
}

static int
keep(struct csv *c, int octet, struct err *e)
{
	uint8_t one = (uint8_t)octet;

	if (octet == '\0')
		return err_set(e, ERR_USAGE, "line %d: a NUL", c->line);
	return buf_add(&c->text, &one, 1) == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

/* What stands in quotes, behind the first one. */
static int
read_quoted(struct csv *c, int *lines, struct err *e)
{
	for (int octet; (octet = take(c)) >= 0;) {
		if (octet == '"' && peek(c) != '"')
			return 0;
		if (octet == '"')
			take(c);
		*lines += octet == '\n';
		if (keep(c, octet, e) != 0)
			return -1;
	}
	return err_set(e, ERR_USAGE, "line %d: a quote that does not end", c->line);
}

/* One field with the comma or the end of line behind it; *end: it was the last of its record. */
static int
read_field(struct csv *c, bool *end, int *lines, struct err *e)
{
	bool quoted = peek(c) == '"';

	if (quoted) {
		take(c);
		if (read_quoted(c, lines, e) != 0)
			return -1;
	}
	for (;;) {
		int octet = take(c);

		if (octet == '\r' && (peek(c) == '\n' || peek(c) < 0))
			octet = take(c);
		*end = octet < 0 || octet == '\n';
		*lines += octet == '\n';
		if (*end || octet == ',')
			break;
		if (quoted || octet == '"')
			return err_set(e, ERR_USAGE, "line %d: a quote in a field", c->line);
		if (keep(c, octet, e) != 0)
			return -1;
	}
	return buf_add(&c->text, "", 1) == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

int
csv_next(struct csv *c, struct err *e)
{
	size_t at[CSV_FIELDS_MAX];

	for (c->n = 0; c->rest.n > 0; c->n = 0) {
		int lines = 0;
		bool end = false;

		c->line = c->next;
		buf_cut(&c->text, 0);
		while (!end) {
			if (c->n == CSV_FIELDS_MAX)
				return err_set(e, ERR_USAGE, "line %d: more than %d fields",
				    c->line, CSV_FIELDS_MAX);
			at[c->n++] = c->text.n;
			if (read_field(c, &end, &lines, e) != 0)
				return -1;
		}
		c->next = c->line + lines;
		for (size_t i = 0; i < c->n; i++)
			c->fields[i] = (const char *)c->text.p + at[i];
		if (c->n > 1 || *c->fields[0] != '\0')
			return 1;
	}
	return 0;
}

void
csv_free(struct csv *c)
{
	buf_free(&c->text);
	*c = (struct csv){.n = 0};
}

int
csv_add(struct buf *out, const char *field)
{
	if (strpbrk(field, ",\"\r\n") == NULL)
		return buf_add_str(out, field);
	if (buf_add(out, "\"", 1) != 0)
		return -1;
	for (; *field != '\0'; field++)
		if ((*field == '"' && buf_add(out, "\"", 1) != 0) || buf_add(out, field, 1) != 0)
			return -1;
	return buf_add(out, "\"", 1);
}
