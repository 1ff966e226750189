/* SPDX-License-Identifier: ISC
 *
 * See walk.h, and walk() in src/store/lua/head.lua.
 */
#include "walk.h"

#include <string.h>

void
place_args(const struct place *p, struct args *a)
{
	arg_str(a, p->score);
	arg_str(a, p->member);
}

static int
take(char *out, size_t size, struct view v)
{
	if (v.n >= size || (v.n > 0 && memchr(v.p, '\0', v.n) != NULL))
		return -1;
	if (v.n > 0)
		memcpy(out, v.p, v.n);
	out[v.n] = '\0';
	return 0;
}

redisReply *
place_call(
    struct store *s, const char *function, const struct args *a, struct place *p, struct err *e)
{
	redisReply *r = store_call(s, function, a, false, e);

	if (r == NULL)
		return NULL;
	if (r->elements < 3 || !reply_is(r, "PAGE") ||
	    take(p->score, sizeof p->score, reply_view(r, 1)) != 0 ||
	    take(p->member, sizeof p->member, reply_view(r, 2)) != 0) {
		reply_strange(r, function, e);
		freeReplyObject(r);
		return NULL;
	}
	p->done = *p->score == '\0';
	return r;
}
