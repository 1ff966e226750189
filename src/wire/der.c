/* SPDX-License-Identifier: ISC
 *
 * See wire/der.h. An element that is begun gets the longest head that a buffer can need; at its end
 * the content moves up to the head that it has. Messages are short, so that this costs less than
 * writing everything twice to learn the lengths, as OpenSSL's templates do at every depth.
 */
#include "wire/der.h"

#include <stdlib.h>
#include <string.h>

#include "base/ossl.h"

#define HEAD_MAX 6 /* tag, 0x84, four octets of length */

/* Tag and length of n octets into head[HEAD_MAX]; returns how many octets that takes. */
static size_t
head_write(uint8_t *head, uint8_t tag, size_t n)
{
	size_t octets = n < 0x80 ? 0 : n < 0x100 ? 1 : n < 0x10000 ? 2 : n < 0x1000000 ? 3 : 4;

	head[0] = tag;
	head[1] = (uint8_t)(octets == 0 ? n : 0x80 | octets);
	for (size_t i = 0; i < octets; i++)
		head[2 + i] = (uint8_t)(n >> 8 * (octets - 1 - i));
	return 2 + octets;
}

struct der
der_to(struct buf *out)
{
	return (struct der){.out = out, .start = out->n};
}

void
der_begin(struct der *d, uint8_t tag)
{
	uint8_t *at = d->failed || d->depth == DER_DEPTH_MAX ? NULL : buf_room(d->out, HEAD_MAX);

	if (at == NULL) {
		d->failed = true;
		return;
	}
	*at = tag;
	d->open[d->depth++] = d->out->n;
	d->out->n += HEAD_MAX;
}

void
der_end(struct der *d)
{
	uint8_t head[HEAD_MAX], *at;
	size_t n, len;

	if (d->failed || d->depth == 0) {
		d->failed = true;
		return;
	}
	at = d->out->p + d->open[--d->depth];
	n = d->out->n - d->open[d->depth] - HEAD_MAX;
	len = head_write(head, *at, n);
	memcpy(at, head, len);
	memmove(at + len, at + HEAD_MAX, n);
	buf_cut(d->out, d->open[d->depth] + len + n);
}

/* The octets of the element at p, which was written here, so that its head is sound. */
static size_t
element_len(const uint8_t *p)
{
	size_t octets = p[1] < 0x80 ? 0 : p[1] & 0x7f, n = p[1];

	if (octets > 0)
		n = 0;
	for (size_t i = 0; i < octets; i++)
		n = n << 8 | p[2 + i];
	return 2 + octets + n;
}

static int
by_octets(const void *a, const void *b)
{
	return view_order(*(const struct view *)a, *(const struct view *)b);
}

static void
sort_elements(struct der *d, size_t from)
{
	struct view elements[DER_SET_MAX];
	struct buf copy = {0};
	size_t n = 0;

	if (buf_add(&copy, d->out->p + from, d->out->n - from) != 0) {
		d->failed = true;
		return;
	}
	for (size_t at = 0; at < copy.n && n < DER_SET_MAX; at += elements[n++].n)
		elements[n] = view_of(copy.p + at, element_len(copy.p + at));
	qsort(elements, n, sizeof *elements, by_octets);
	for (size_t i = 0; i < n; i++) {
		memcpy(d->out->p + from, elements[i].p, elements[i].n);
		from += elements[i].n;
	}
	d->failed = from != d->out->n;
	buf_free(&copy);
}

void
der_end_set_of(struct der *d)
{
	if (!d->failed && d->depth > 0)
		sort_elements(d, d->open[d->depth - 1] + HEAD_MAX);
	der_end(d);
}

void
der_put(struct der *d, uint8_t tag, struct view octets)
{
	uint8_t head[HEAD_MAX];
	size_t len = head_write(head, tag, octets.n);

	if (d->failed || buf_add(d->out, head, len) != 0 ||
	    buf_add(d->out, octets.p, octets.n) != 0)
		d->failed = true;
}

void
der_add(struct der *d, struct view der)
{
	if (d->failed || buf_add(d->out, der.p, der.n) != 0)
		d->failed = true;
}

void
der_item(struct der *d, const void *value, const ASN1_ITEM *it)
{
	if (d->failed || ossl_write(d->out, value, it) != 0)
		d->failed = true;
}

void
der_small(struct der *d, uint8_t n)
{
	der_put(d, DER_INTEGER, view_of(&n, 1));
}

void
der_oid(struct der *d, int nid)
{
	const ASN1_OBJECT *oid = OBJ_nid2obj(nid);

	if (nid == NID_undef || oid == NULL)
		d->failed = true;
	else
		der_put(d, DER_OID, view_of(OBJ_get0_data(oid), OBJ_length(oid)));
}

void
der_alg(struct der *d, int nid, enum der_params params)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, nid);
	if (params == DER_PARAMS_NULL)
		der_put(d, DER_NULL, (struct view){0});
	der_end(d);
}

int
der_done(struct der *d)
{
	if (!d->failed && d->depth == 0)
		return 0;
	buf_cut(d->out, d->start);
	return -1;
}
