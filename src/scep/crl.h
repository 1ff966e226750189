/* SPDX-License-Identifier: ISC
 *
 * The revocation lists of a host: what it has on disk and serves, and how it comes by the next one;
 * for the files of this layer only.
 */
#ifndef SCEP_CRL_H
#define SCEP_CRL_H

#include <sys/stat.h>

#include "ca/crl.h"
#include "scep/service.h"

/* The last good list of an authority. What is on disk is what this host serves, whichever of its
 * workers put it there. */
struct crl_cache {
	char *path, *ends; /* of the list, and of what is remembered beside it; owned */
	char *dir;         /* owned */
	struct buf der;    /* empty: there is none */
	struct buf pem;    /* the same, once it was asked for */
	int64_t number;    /* 0: there is none */
	time_t from, to;
	char etag[33];
	bool unfiled;     /* the disk has not got it, or something else in its place */
	struct stat file; /* what was looked at last */
	bool allowed;     /* the authority may sign lists */
	int64_t refused;  /* the number of a list in the store that this host did not take */
	int64_t said_at;  /* when the log last heard that something is wrong; clock_ms */
};

/* Makes the cache of an authority and reads what is on disk. -1: MEMORY. */
int crl_cache_open(struct service_ca *ca, const char *dir, struct err *e)
    __attribute__((warn_unused_result));
void crl_cache_free(struct crl_cache *c);

/* Looks at the disk again; what is no list of the authority, or an older one, is passed over. */
void crl_cache_look(const struct service_ca *ca);

/* Takes a list that was read from `der`, with the set that it was made of (NULL: not known), into
 * memory and onto the disk. A disk that does not take it is said to the log. -1: MEMORY. */
int crl_cache_take(const struct service_ca *ca, struct view der, const struct crl *list,
    const struct crl_set *set, struct err *e) __attribute__((warn_unused_result));

/* The list that is to be followed, and what was remembered beside it; both to be freed. 1: there is
 * none. -1: CRL, MEMORY. */
int crl_cache_last(const struct service_ca *ca, struct crl *last, struct crl_set *before,
    struct err *e) __attribute__((warn_unused_result));

/* Whether the log is to hear of what is wrong: once a minute, for the tick comes every second. */
bool crl_cache_say(struct crl_cache *c);

/* What is to be done for the lists of all authorities between requests: gives the store what it
 * lost, takes what another host published, makes the next one when it is due. */
void crl_tick(struct service *s);

/* Revokes what is due because it has a successor. */
void supersede_tick(struct service *s);

#endif
