/* SPDX-License-Identifier: ISC
 *
 * Walking over what may be a million entries, a bounded step a call: where a walk is, and the call
 * that moves it on. For the files of this layer only.
 */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include "store/call.h"

/* A score and a member; zeroed is the beginning. */
struct place {
	char score[32], member[512];
	bool done;
};

/* Two arguments. */
void place_args(const struct place *p, struct args *a);

/* A call whose answer is PAGE and the next place, then rows from element 3 on. The caller frees.
 * NULL: STORE. */
redisReply *place_call(
    struct store *s, const char *function, const struct args *a, struct place *p, struct err *e);

#endif
