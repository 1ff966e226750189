/* SPDX-License-Identifier: ISC
 *
 * Views, buffers and secrets. A buffer doubles as it grows and refuses what would pass its maximum,
 * so that no input decides how much memory is taken. A failed call leaves it as it was.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/buf.h"

struct view
view_of(const void *p, size_t n)
{
	return (struct view){p, n};
}

struct view
view_str(const char *s)
{
	return s == NULL ? (struct view){NULL, 0} : view_of(s, strlen(s));
}

struct view
buf_view(const struct buf *b)
{
	return view_of(b->p, b->n);
}

struct view
secret_view(const struct secret *s)
{
	return view_of(s->p, s->n);
}

bool
view_eq(struct view a, struct view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int
view_order(struct view a, struct view b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

uint8_t *
buf_room(struct buf *b, size_t n)
{
	size_t max = b->max == 0 ? BUF_MAX : b->max, cap = b->cap;
	uint8_t *p;

	if (b->n > max || n > max - b->n)
		return NULL;
	if (cap < b->n + n + 1) {
		if (cap < 64)
			cap = 64;
		while (cap < b->n + n + 1)
			cap *= 2;
		if ((p = realloc(b->p, cap)) == NULL)
			return NULL;
		b->p = p;
		b->cap = cap;
	}
	/* The caller may use less than it asked for: whatever it leaves must read as the final NUL.
	 */
	memset(b->p + b->n, 0, n + 1);
	return b->p + b->n;
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = buf_room(b, n);

	if (to == NULL)
		return -1;
	if (n > 0)
		memcpy(to, p, n);
	b->n += n;
	return 0;
}

int
buf_add_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	uint8_t *to;
	int n, rc = -1;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0 && (to = buf_room(b, (size_t)n)) != NULL) {
		vsnprintf((char *)to, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
		rc = 0;
	}
	va_end(again);
	va_end(ap);
	return rc;
}

void
buf_cut(struct buf *b, size_t n)
{
	if (b->p == NULL || n > b->n)
		return;
	b->n = n;
	b->p[n] = '\0';
}

const char *
buf_str(const struct buf *b)
{
	return b->p == NULL ? "" : (const char *)b->p;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	b->p = NULL;
	b->n = b->cap = 0;
}

int
secret_alloc(struct secret *s, size_t n)
{
	uint8_t *p;

	if (n == SIZE_MAX || (p = malloc(n + 1)) == NULL)
		return -1;
	p[n] = '\0';
	s->p = p;
	s->n = n;
	return 0;
}

int
secret_set(struct secret *s, const void *p, size_t n)
{
	if (secret_alloc(s, n) != 0)
		return -1;
	if (n > 0)
		memcpy(s->p, p, n);
	return 0;
}

void
secret_free(struct secret *s)
{
	if (s->p != NULL)
		OPENSSL_cleanse(s->p, s->n);
	free(s->p);
	s->p = NULL;
	s->n = 0;
}
