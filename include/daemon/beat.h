/* SPDX-License-Identifier: ISC
 *
 * What a worker tells the master through shared memory. The master reads it and never waits for it.
 */
#ifndef DAEMON_BEAT_H
#define DAEMON_BEAT_H

#include <stdatomic.h>
#include <stdint.h>

struct beat {
	_Atomic int64_t busy_since; /* clock_ms; 0: idle */
	_Atomic int64_t requests;   /* answered so far */
	atomic_bool ready;          /* keys loaded, waiting for requests */
};

#endif
