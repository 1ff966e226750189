/* SPDX-License-Identifier: ISC
 *
 * A host of a pool, as far as revocation lists go: the authority of the rig, a disk of its own, one
 * worker, and the store that it shares with the other ones.
 */
#ifndef TESTS_SCEP_HOST_H
#define TESTS_SCEP_HOST_H

#include "rig.h"
#include "store/revoked.h"
#include "tmpdir.h"

struct host {
	struct tmpdir dir;
	struct rig *rig;
	struct service service;
	struct service_ca *ca; /* the one of the service */
};

void host_start(struct host *h, struct rig *r, const char *name);
/* The worker ends and another one starts: what is not on disk is forgotten. */
void host_restart(struct host *h);
void host_stop(struct host *h);

/* A second passes. */
void host_tick(struct host *h);

/* The list that the host serves: its number (0: there is none), how many entries it has, and
 * whether a serial (hexadecimal) is on it. */
int64_t host_number(struct host *h);
size_t host_entries(struct host *h);
bool host_has(struct host *h, const char *serial);

/* The operator revokes a serial, whose certificate ends so many seconds from now. */
void host_revoke(struct rig *r, const char *serial, long seconds);

/* Why the store has no newer list, "" when it is all right. */
void host_alarm(struct rig *r, char out[200]);

#endif
