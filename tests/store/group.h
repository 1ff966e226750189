/* SPDX-License-Identifier: ISC
 *
 * A primary with replicas, two stores that demand the confirmation of all of them, and every
 * question that a worker may answer from.
 */
#ifndef TESTS_STORE_GROUP_H
#define TESTS_STORE_GROUP_H

#include "ledger/ledger.h"
#include "race.h"

#define REPLICAS_MAX 2

struct group {
	struct bench b;
	struct node primary, replicas[REPLICAS_MAX];
	int n;
	struct store *store; /* the one that is asked: the patient one, or the hasty one */
	struct store *hasty, *patient;
};

void group_start(struct group *p, int replicas);
void group_stop(struct group *p);

/* A store on the primary that demands the confirmation of so many. */
struct store *group_store(struct group *p, int replicas, int64_t timeout_ms);

/* One certificate is issued, for the challenge "done", and the challenge "open" is there. */
void group_enrol(struct group *p, struct enrolment *n);

/* Every question to a store, one after the other, each from a request like n: each is answered, or
 * each fails with STORE. */
void group_ask(struct group *p, struct store *s, struct enrolment *n, bool answered);
int ask_rival(struct group *p, struct enrolment *n, struct err *e);
int ask_record(struct group *p, struct enrolment *n, struct err *e);

#endif
