/* SPDX-License-Identifier: ISC
 *
 * scepctl store: what an operator does about Redis as a whole.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/enc.h"
#include "ctl/ctl.h"
#include "ctl/folder.h"
#include "store/store.h"

/* The pepper of a pool: made once, then carried to the other hosts. Another one ends all challenges
 * that are outstanding. */
static int
store_init_run(struct ctl *c, const struct args *a, struct err *e)
{
	uint8_t random[STORE_PEPPER_LEN];
	char line[2 * STORE_PEPPER_LEN + 2];
	int rc = -1;

	if (ctl_conf(c, e) != 0)
		return -1;
	if (!a->replace && path_exists(c->conf.store.pepper_file))
		return err_set(e, ERR_USAGE,
		    "%s exists (--replace makes another one, which ends all "
		    "outstanding challenges)",
		    c->conf.store.pepper_file);
	if (RAND_bytes(random, sizeof random) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "cannot draw random octets");
	hex_of(view_of(random, sizeof random), line);
	strcat(line, "\n");
	rc = file_write(c->conf.store.pepper_file, view_str(line), 0600, c->owner, !a->replace, e);
	OPENSSL_cleanse(random, sizeof random);
	OPENSSL_cleanse(line, sizeof line);
	if (rc == 0)
		ctl_note(c, "%s: keep it secret, and the same on all hosts of the pool",
		    c->conf.store.pepper_file);
	return rc;
}

static const struct opt init_options[] = {
    OPT_FLAG("replace", replace, "make another one: all outstanding challenges end"),
    OPT_END,
};

const struct command store_commands[] = {
    {"store", "init", NULL, "make the pepper file", init_options, store_init_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
