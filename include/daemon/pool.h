/* SPDX-License-Identifier: ISC
 *
 * The worker processes as the master sees them: a list by generation, each with its beat.
 * Everything here is about processes; what a request is, nobody here knows.
 */
#ifndef DAEMON_POOL_H
#define DAEMON_POOL_H

#include <sys/types.h>

#include "conf/conf.h"
#include "daemon/beat.h"
#include "daemon/pace.h"

struct proc {
	pid_t pid;
	unsigned generation;
	struct beat *beat; /* a page shared with the process */
	bool leaving;      /* asked to end */
	bool killed;       /* by us, for overstaying */
	int64_t leave_by;
	struct proc *next;
};

struct pool {
	struct proc *procs;
	unsigned generation; /* of the workers that are wanted */
	unsigned settled;    /* the last one that was left alone */
	size_t want;
	size_t owed; /* how many of the missing ones died: replaced at the pace */
	struct pace pace;
	bool slowed;        /* said so already */
	int64_t not_before; /* no new worker earlier (a fork failed); clock_ms */
	int listen_fd;
	int ready_fds[2]; /* workers write, the master reads */
};

/* -1: INTERNAL. */
int pool_init(struct pool *p, int listen_fd, struct err *e) __attribute__((warn_unused_result));
void pool_free(struct pool *p);

/* How many workers a configuration means. 0 of them: four a CPU, so that one can wait at
 * the gate while others serve. */
size_t pool_size(const struct conf *c);

/* How many of that many workers may wait at the gate (base/gate.h) for another one that holds it:
 * half of the others, so that guessers of challenges never have the whole pool. */
size_t pool_seats(size_t workers);

/* From now on new workers belong to a new generation, as many and as patient at the gate
 * (base/gate.h) as that configuration says. */
void pool_next(struct pool *p, const struct conf *c);

/* Starts what is missing. Gives the milliseconds after which to call again because more is missing;
 * -1: nothing is. */
int64_t pool_fill(struct pool *p, const struct conf *c);

/* Takes note of the end of a process; false: it is none of the pool. */
bool pool_ended(struct pool *p, pid_t pid, int status);

/* Kills whoever is past a deadline. */
void pool_watch(struct pool *p, const struct conf *c);

/* Whether every worker of the generation has been ready. */
bool pool_ready(const struct pool *p);

/* Asks workers to end: all, or those of earlier generations. They may take until drain_deadline. */
void pool_retire(struct pool *p, const struct conf *c, bool all);

/* Tells the workers of the generation when no older one is left; the log may then hear again what
 * it hears once a day (base/daily.h). */
void pool_settle(struct pool *p);

void pool_signal(const struct pool *p, int sig);

#endif
