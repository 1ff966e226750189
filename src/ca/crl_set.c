/* SPDX-License-Identifier: ISC
 *
 * See ca/crl_set.h. Sets grow to hundreds of thousands, so they are sorted once and then searched.
 */
#include "ca/crl_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"

static const char *const reasons[] = {"unspecified", "keyCompromise", "cACompromise",
    "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold", NULL,
    "removeFromCRL", "privilegeWithdrawn", "aACompromise"};
#define REASONS (int)(sizeof reasons / sizeof *reasons)

int
crl_reason_read(struct view name)
{
	for (int i = 0; i < REASONS; i++)
		if (reasons[i] != NULL && view_eq(name, view_str(reasons[i])))
			return i;
	return -1;
}

const char *
crl_reason_name(int reason)
{
	return reason >= 0 && reason < REASONS ? reasons[reason] : NULL;
}

bool
crl_reason_final(int reason)
{
	static const char *const good[] = {"unspecified", "keyCompromise", "affiliationChanged",
	    "superseded", "cessationOfOperation", "privilegeWithdrawn"};
	const char *name = crl_reason_name(reason);

	for (size_t i = 0; name != NULL && i < sizeof good / sizeof *good; i++)
		if (strcmp(good[i], name) == 0)
			return true;
	return false;
}

static struct crl_entry *
next_place(struct crl_set *s)
{
	if (s->n == s->room) {
		size_t room = s->room == 0 ? 64 : 2 * s->room;
		struct crl_entry *v = reallocarray(s->v, room, sizeof *v);

		if (v == NULL)
			return NULL;
		s->v = v;
		s->room = room;
	}
	return &s->v[s->n];
}

int
crl_set_add(struct crl_set *s, struct view serial, struct view reason, time_t at, time_t not_after,
    struct err *e)
{
	size_t octets = serial.n / 2;
	int code = crl_reason_read(reason);
	struct crl_entry *to = next_place(s);

	if (to == NULL)
		return err_set(e, ERR_MEMORY, "revoked serials");
	*to = (struct crl_entry){.n = (uint8_t)octets,
	    .reason = (uint8_t)(code >= 0 ? code : CRL_REASON_UNSPECIFIED),
	    .at = at,
	    .not_after = not_after};
	if (octets == 0 || octets > CRL_SERIAL_MAX || hex_into(serial, to->serial, octets) != 0)
		return err_set(e, ERR_CRL, "\"%.*s\" is no serial number",
		    (int)(serial.n < 100 ? serial.n : 100),
		    serial.n > 0 ? (const char *)serial.p : "");
	s->n++;
	s->sorted = false;
	return 0;
}

static int
by_serial(const void *a, const void *b)
{
	const struct crl_entry *x = a, *y = b;
	int by_length = (x->n > y->n) - (x->n < y->n);

	return by_length != 0 ? by_length : memcmp(x->serial, y->serial, x->n);
}

struct crl_entry *
crl_set_find(struct crl_set *s, struct view serial)
{
	struct crl_entry key = {.n = (uint8_t)serial.n};

	if (s->n == 0 || serial.n == 0 || serial.n > CRL_SERIAL_MAX)
		return NULL;
	if (!s->sorted)
		qsort(s->v, s->n, sizeof *s->v, by_serial);
	s->sorted = true;
	memcpy(key.serial, serial.p, serial.n);
	return bsearch(&key, s->v, s->n, sizeof *s->v, by_serial);
}

int
crl_set_merge(struct crl_set *s, const struct crl_set *from, struct err *e)
{
	struct crl_set missing = {0};
	struct crl_entry *to;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < from->n; i++) {
		const struct crl_entry *one = &from->v[i];
		struct crl_entry *there = crl_set_find(s, view_of(one->serial, one->n));

		if (there != NULL) {
			if (there->not_after < one->not_after)
				there->not_after = one->not_after;
		} else if ((to = next_place(&missing)) != NULL) {
			*to = *one;
			missing.n++;
		} else
			rc = -1;
	}
	/* Behind the search, which wants the set sorted. */
	for (size_t i = 0; rc == 0 && i < missing.n; i++)
		if ((to = next_place(s)) != NULL) {
			*to = missing.v[i];
			s->n++;
			s->sorted = false;
		} else
			rc = -1;
	crl_set_free(&missing);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "revoked serials");
}

int
crl_set_write(const struct crl_set *s, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		char hex[2 * CRL_SERIAL_MAX + 1];

		hex_of(view_of(s->v[i].serial, s->v[i].n), hex);
		if (buf_printf(out, "%s %lld\n", hex, (long long)s->v[i].not_after) != 0)
			return err_set(e, ERR_MEMORY, "revoked serials");
	}
	return 0;
}

int
crl_set_read(struct crl_set *s, struct view text, struct err *e)
{
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end != NULL ? (size_t)(end - text.p) : text.n;
		char line[80], hex[2 * CRL_SERIAL_MAX + 1];
		struct err bad = ERR_INIT;
		long long not_after;

		snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : 0),
		    (const char *)text.p);
		/* What cannot be understood is not known, which is the safe side. */
		if (sscanf(line, "%40[0-9a-f] %lld", hex, &not_after) == 2 &&
		    crl_set_add(s, view_str(hex), view_str(""), 0, not_after, &bad) != 0 &&
		    bad.code == ERR_MEMORY)
			return err_set(e, ERR_MEMORY, "revoked serials");
		n += end != NULL;
		text = view_of(text.p + n, text.n - n);
	}
	return 0;
}

void
crl_set_free(struct crl_set *s)
{
	free(s->v);
	*s = (struct crl_set){0};
}
