/* SPDX-License-Identifier: ISC
 *
 * What operators and guessers do elsewhere must take effect on every host within a second: each
 * worker asks the store for it when it last did so that long ago. And the other direction: what
 * came of a request, for `scepctl why` and for the budget of wrong challenges.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/store.h"

#define STATE_AGE_MS 1000

/* Asks for that when it is so old. store_admits does it too; this is for the time between requests.
 * -1: STORE, and what was heard last stays. */
int store_refresh(struct store *s, struct err *e) __attribute__((warn_unused_result));

/* The operator's word of that name for all hosts, as it was heard last, and however long ago: what
 * must be answered without a store rests on it. Empty when there is none, or none that a host with
 * this pepper has said; borrowed until the next refresh. */
struct view store_word(const struct store *s, const char *name);

/* Puts down such a word, sealed by the pepper, or takes it back when it is "". -1: STORE, MEMORY.
 */
int store_say(struct store *s, const char *name, const char *value, struct err *e)
    __attribute__((warn_unused_result));

/* Notes that something is in use now, such as an RA; scepctl reads it with store_dump_hash("used").
 * -1: STORE. */
int store_touch(struct store *s, const char *name, struct err *e)
    __attribute__((warn_unused_result));

/* Whether a profile (its id) may serve this source now. -1: DISABLED, GUESSING, STORE. */
int store_admits(struct store *s, const char *profile, const char *source, struct err *e)
    __attribute__((warn_unused_result));

/* Switches a profile (its id) off for all hosts, with a reason for the log, or on again; *same: it
 * was so already. -1: STORE. */
int store_switch(struct store *s, const char *profile, bool off, const char *reason, bool *same,
    struct err *e) __attribute__((warn_unused_result));

/* Calls `each` for every profile (its id) that is off. -1: STORE, or what `each` returned. */
int store_switched_off(struct store *s,
    int (*each)(void *to, struct view profile, struct view reason), void *to, struct err *e)
    __attribute__((warn_unused_result));

/* Records an outcome: `event` is JSON. With budget > 0 it was a wrong challenge: after so many of
 * one source within `window` seconds it is blocked for as long. `unique` tells events apart. Its
 * failure changes nothing for the client. -1: STORE. */
struct store_note {
	const char *event, *profile, *source, *unique;
	int budget;
	int64_t window;
};
int store_note(struct store *s, const struct store_note *n, struct err *e)
    __attribute__((warn_unused_result));

/* Calls `each` for the outcomes of the last 24 hours, the newest first: when (milliseconds since
 * 1970), and the JSON that was noted. Stops with what `each` returned when that is not 0. -1:
 * STORE, or of `each`. */
typedef int (*event_each)(void *arg, int64_t at, struct view event, struct err *e);
int store_events(struct store *s, event_each each, void *arg, struct err *e)
    __attribute__((warn_unused_result));

/* Whether what is written now is kept as durably as configured. -1: STORE. */
int store_writable(struct store *s, struct err *e) __attribute__((warn_unused_result));

#endif
