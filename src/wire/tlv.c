/* SPDX-License-Identifier: ISC
 *
 * Walks the identifiers and lengths of a BER value (ITU-T X.690 section 8.1) with a fixed stack and
 * no memory of its own. Its cost is one step an element and it stops at a bound, whatever the
 * octets are.
 */
#include <string.h>

#include "wire/tlv.h"

#define TAG_MORE 0x1f /* low bits of an identifier that continues */
#define TAG_CONSTRUCTED 0x20
#define TAG_OID 0x06
#define TAG_OCTETS_MAX 4    /* of a continued tag number */
#define LENGTH_OCTETS_MAX 4 /* of a long length: more than any message here may have */

struct header {
	bool constructed, indefinite;
	size_t length;
};

/* What is open: octets before `end` belong to it; an indefinite one closes earlier, with
 * end-of-contents. */
struct frame {
	size_t end;
	bool indefinite;
};

struct walk {
	const uint8_t *p;
	size_t at;
	size_t elements;
	size_t depth; /* open frames */
	struct frame open[TLV_DEPTH_MAX];
};

static int
bad(struct err *e, const struct walk *w, const char *why)
{
	return err_set(e, ERR_MESSAGE, "BER: %s at octet %zu", why, w->at);
}

static int
read_tag(struct walk *w, size_t end, struct header *h, struct err *e)
{
	uint8_t first = w->p[w->at];
	size_t more = 0;

	if (first == 0)
		return bad(e, w, "end-of-contents out of place");
	h->constructed = (first & TAG_CONSTRUCTED) != 0;
	w->at++;
	if ((first & TAG_MORE) != TAG_MORE)
		return 0;
	do {
		if (++more > TAG_OCTETS_MAX || w->at == end)
			return bad(e, w, "tag without an end");
	} while ((w->p[w->at++] & 0x80) != 0);
	return 0;
}

static int
read_length(struct walk *w, size_t end, struct header *h, struct err *e)
{
	size_t octets;

	if (w->at == end)
		return bad(e, w, "no length");
	h->length = w->p[w->at++];
	h->indefinite = h->length == 0x80;
	if (h->indefinite)
		return h->constructed ? 0 : bad(e, w, "primitive of indefinite length");
	if (h->length > 0x80) {
		octets = h->length & 0x7f;
		if (octets > LENGTH_OCTETS_MAX || octets > end - w->at)
			return bad(e, w, "length of too many octets");
		for (h->length = 0; octets > 0; octets--)
			h->length = h->length << 8 | w->p[w->at++];
	}
	return h->length <= end - w->at ? 0 : bad(e, w, "longer than what it is in");
}

/* One element of the innermost frame: steps over a primitive one, opens a constructed one. */
static int
element(struct walk *w, size_t end, struct err *e)
{
	struct header h = {0};
	size_t start = w->at;

	if (++w->elements > TLV_ELEMENTS_MAX)
		return err_set(e, ERR_LIMITS, "BER: more than %d elements", TLV_ELEMENTS_MAX);
	if (w->depth == TLV_DEPTH_MAX)
		return err_set(e, ERR_LIMITS, "BER: deeper than %d", TLV_DEPTH_MAX);
	if (w->at == end)
		return bad(e, w, "cut short");
	if (read_tag(w, end, &h, e) != 0 || read_length(w, end, &h, e) != 0)
		return -1;
	if (w->p[start] == TAG_OID && h.length > TLV_OID_MAX)
		return err_set(e, ERR_LIMITS, "BER: an object identifier of %zu octets", h.length);
	if (h.constructed)
		w->open[w->depth++] =
		    (struct frame){h.indefinite ? end : w->at + h.length, h.indefinite};
	else
		w->at += h.length;
	return 0;
}

/* Whether the innermost frame ends here; steps over its end-of-contents. */
static bool
closes(struct walk *w)
{
	const struct frame *f = &w->open[w->depth - 1];

	if (!f->indefinite)
		return w->at == f->end;
	if (f->end - w->at < 2 || w->p[w->at] != 0 || w->p[w->at + 1] != 0)
		return false;
	w->at += 2;
	return true;
}

/* Line ends and NULs that some clients leave behind the message. */
static bool
only_padding(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] != '\r' && v.p[i] != '\n' && v.p[i] != '\0')
			return false;
	return v.n <= 3;
}

int
tlv_walk(struct view ber, size_t *n, struct err *e)
{
	struct walk w = {.p = ber.p};

	if (element(&w, ber.n, e) != 0)
		return -1;
	while (w.depth > 0) {
		if (closes(&w))
			w.depth--;
		else if (element(&w, w.open[w.depth - 1].end, e) != 0)
			return -1;
	}
	if (!only_padding(view_of(ber.p + w.at, ber.n - w.at)))
		return bad(e, &w, "octets left over");
	*n = w.at;
	return 0;
}
