/* SPDX-License-Identifier: ISC
 *
 * Gate and seats are robust mutexes in memory shared by all children: when a holder dies, the
 * kernel tells the next one, and nothing protected by them can be half done, so they are simply
 * taken over. A count of those that wait would not come down again for one that was killed.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/clock.h"
#include "base/gate.h"
#include "base/shared.h"

struct gate {
	pthread_mutex_t held;
	pthread_mutex_t seats[GATE_SEATS_MAX];
	_Atomic int64_t disturbed; /* clock_ms; 0: never */
};

static struct gate *gate;

static struct {
	size_t seats;
	int ms;
} patience;

static int
gate_init(struct gate *g)
{
	pthread_mutexattr_t attr;
	int rc;

	if ((rc = pthread_mutexattr_init(&attr)) != 0)
		return rc;
	if ((rc = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED)) == 0 &&
	    (rc = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST)) == 0)
		rc = pthread_mutex_init(&g->held, &attr);
	for (size_t i = 0; rc == 0 && i < GATE_SEATS_MAX; i++)
		rc = pthread_mutex_init(&g->seats[i], &attr);
	pthread_mutexattr_destroy(&attr);
	return rc;
}

int
gate_start(struct err *e)
{
	void *shared;
	int rc;

	if (gate != NULL)
		return 0;
	if ((shared = shared_make(sizeof *gate, e)) == NULL)
		return -1;
	if ((rc = gate_init(shared)) != 0) {
		munmap(shared, sizeof *gate);
		return err_set(e, ERR_INTERNAL, "cannot make a shared mutex: %s", strerror(rc));
	}
	gate = shared;
	return 0;
}

void
gate_patience(size_t seats, int ms)
{
	patience.seats = seats < GATE_SEATS_MAX ? seats : GATE_SEATS_MAX;
	patience.ms = ms;
}

/* Whether the mutex is ours, after a call that may have found its holder dead. */
static bool
is_taken(pthread_mutex_t *m, int rc)
{
	if (rc == EOWNERDEAD)
		rc = pthread_mutex_consistent(m);
	return rc == 0;
}

bool
gate_try(void)
{
	return gate == NULL || is_taken(&gate->held, pthread_mutex_trylock(&gate->held));
}

/* A free seat, taken; NULL when there is none. */
static pthread_mutex_t *
seat_take(void)
{
	for (size_t i = 0; i < patience.seats; i++) {
		pthread_mutex_t *seat = &gate->seats[i];

		if (is_taken(seat, pthread_mutex_trylock(seat)))
			return seat;
	}
	return NULL;
}

void
gate_disturb(void)
{
	if (gate != NULL)
		atomic_store(&gate->disturbed, clock_ms());
}

static bool
is_quiet(void)
{
	int64_t at = atomic_load(&gate->disturbed);

	return at == 0 || clock_ms() - at > GATE_UNREST_MS;
}

bool
gate_enter(void)
{
	pthread_mutex_t *seat = NULL;
	struct timespec until;
	bool taken;

	if (gate_try())
		return true;
	if (!is_quiet() && (seat = seat_take()) == NULL)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += patience.ms / 1000;
	until.tv_nsec += patience.ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	taken =
	    is_taken(&gate->held, pthread_mutex_clocklock(&gate->held, CLOCK_MONOTONIC, &until));
	if (seat != NULL)
		pthread_mutex_unlock(seat);
	return taken;
}

void
gate_leave(void)
{
	if (gate != NULL)
		pthread_mutex_unlock(&gate->held);
}
