/* SPDX-License-Identifier: ISC
 *
 * The gate is a robust mutex in memory shared by all children: when its holder dies, the kernel
 * tells the next one, and nothing protected by it can be half done, so it is simply taken over.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "base/gate.h"

static pthread_mutex_t *gate;

static int
gate_init(pthread_mutex_t *m)
{
	pthread_mutexattr_t attr;
	int rc;

	if ((rc = pthread_mutexattr_init(&attr)) != 0)
		return rc;
	if ((rc = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED)) == 0 &&
	    (rc = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST)) == 0)
		rc = pthread_mutex_init(m, &attr);
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
	shared =
	    mmap(NULL, sizeof *gate, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return err_set(e, ERR_INTERNAL, "cannot share memory: %s", strerror(errno));
	if ((rc = gate_init(shared)) != 0) {
		munmap(shared, sizeof *gate);
		return err_set(e, ERR_INTERNAL, "cannot make a shared mutex: %s", strerror(rc));
	}
	gate = shared;
	return 0;
}

bool
gate_try(void)
{
	int rc = gate == NULL ? 0 : pthread_mutex_trylock(gate);

	if (rc == EOWNERDEAD)
		rc = pthread_mutex_consistent(gate);
	return rc == 0;
}

void
gate_leave(void)
{
	if (gate != NULL)
		pthread_mutex_unlock(gate);
}
