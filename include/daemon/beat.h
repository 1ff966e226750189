/* SPDX-License-Identifier: ISC
 *
 * What a worker and the master tell each other through shared memory. Neither waits for the other.
 */
#ifndef DAEMON_BEAT_H
#define DAEMON_BEAT_H

#include <stdatomic.h>
#include <stdint.h>

struct beat {
	_Atomic int64_t busy_since; /* clock_ms; 0: idle */
	_Atomic int64_t requests;   /* answered so far */
	atomic_bool ready;          /* keys loaded, waiting for requests */
	atomic_bool alone; /* from the master: no worker of an earlier generation is left */
};

#endif
