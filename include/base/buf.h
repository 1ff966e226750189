/* SPDX-License-Identifier: ISC
 *
 * Three ways to hold bytes: a borrowed view, an owned buffer that never grows past its maximum, and
 * a secret, which is wiped when freed and has no function that prints it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed octets; never outlives what it points into. {NULL, 0} is empty. */
struct view {
	const uint8_t *p;
	size_t n;
};

/* Owned octets. A NUL always follows the last one (not counted in n) once anything was added. */
struct buf {
	uint8_t *p;
	size_t n, cap;
	size_t max; /* 0: BUF_MAX */
};

#define BUF_MAX (16u << 20)

/* Owned octets that are secret. Wiped by secret_free. */
struct secret {
	uint8_t *p;
	size_t n;
};

struct view view_of(const void *p, size_t n);
struct view view_str(const char *s); /* without the NUL; NULL gives the empty view */
struct view buf_view(const struct buf *b);
struct view secret_view(const struct secret *s);

/* Same length and octets. Not constant-time: for anything secret use CRYPTO_memcmp. */
bool view_eq(struct view a, struct view b);

/* The order of octet strings: below, at or above zero. One that is the beginning of another comes
 * before it. */
int view_order(struct view a, struct view b);

/* Appends; -1 when memory is short or the maximum would be passed, and then the buffer is
 * unchanged. */
int buf_add(struct buf *b, const void *p, size_t n) __attribute__((warn_unused_result));
int buf_add_str(struct buf *b, const char *s) __attribute__((warn_unused_result));
int buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));

/* Makes room for n more octets and returns where they go (the caller then raises b->n), or NULL. */
uint8_t *buf_room(struct buf *b, size_t n);

/* Forgets all but the first n octets. */
void buf_cut(struct buf *b, size_t n);

/* The text of a buffer, "" when nothing was ever added. */
const char *buf_str(const struct buf *b);

/* Frees and leaves the buffer empty and usable; keeps the maximum. */
void buf_free(struct buf *b);

/* A copy of n octets with a NUL after them (not counted); -1 when memory is short. */
int secret_set(struct secret *s, const void *p, size_t n) __attribute__((warn_unused_result));

/* n octets, not initialised; -1 when memory is short. */
int secret_alloc(struct secret *s, size_t n) __attribute__((warn_unused_result));

/* Wipes, frees, leaves the secret empty. */
void secret_free(struct secret *s);

#endif
