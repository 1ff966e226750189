/* SPDX-License-Identifier: ISC
 *
 * The commands about the RAs of a profile, and what they share: which there are, and which one the
 * clients are given.
 */
#ifndef CTL_RA_H
#define CTL_RA_H

#include "conf/ras.h"
#include "ctl/line.h"
#include "store/store.h"

struct ra_state {
	const struct conf_ra *files; /* borrowed from the configuration */
	X509 *cert, *sign_cert;      /* sign_cert may be NULL; owned */
	char id[65];                 /* cert_id of cert */
	int64_t used;                /* seconds; 0: never, as far as is known */
	size_t at;                   /* the place in the line of the CA that issued it */
	bool presented;              /* GetCACert gives it, where all hosts have it */
};

struct ra_states {
	const struct conf_profile *profile; /* borrowed */
	struct ca_line line;
	size_t current; /* the CA that issues now under this profile: the last that took over and
	                   has an RA */
	struct ra_state v[RAS_MAX];
	size_t n;
	bool named; /* the operator has named one for all hosts */
};

/* Reads them, the oldest first. Without a store (NULL) it goes by the files alone. -1: FILE,
 * CONFIG, STORE, USAGE. In any case free it afterwards. */
int ra_states_read(struct ctl *c, struct store *s, const struct conf_profile *p,
    struct ra_states *out, struct err *e) __attribute__((warn_unused_result));
void ra_states_free(struct ra_states *s);

/* Whether an RA is to be presented when every host has it. The mark of one that is older than the
 * one presented, or of an earlier CA, is a leftover: another host was told, this one was not. */
bool ra_waits(const struct ra_states *s, const struct ra_state *ra);

/* The name of what the operator says about a profile's RA (store_say). */
#define RA_WORD_LEN 40 /* "ra:" and the id of the profile */
void ra_word(const struct conf_profile *p, char out[RA_WORD_LEN]);

/* The path of a file of a generation of a profile; the caller frees. NULL: memory. */
char *ra_path(const struct ctl *c, const struct conf_profile *p, int number, enum ra_file file);

/* Makes an RA of the CA that is to follow, which needs no mark: it is not presented before that
 * takes over. -1: USAGE (none is to follow, too many RAs, another host has one of that number),
 * STORE, and what ra_make says. */
int ra_make_next(struct ctl *c, const struct args *a, struct store *store,
    const struct ra_states *s, struct err *e) __attribute__((warn_unused_result));

int ra_rotate(struct ctl *c, const struct args *a, struct err *e);
int ra_retire(struct ctl *c, const struct args *a, struct err *e);
extern const struct opt ra_rotate_options[], ra_retire_options[];

#endif
