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
#include "ctl/store.h"
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

static const struct opt install_options[] = {
    ADMIN_OPTIONS,
    OPT_FLAG("prune", prune, "remove the libraries of older protocols too, whoever uses them"),
    OPT_FLAG("force", force, "although the store was upgraded to a newer protocol"),
    OPT_END,
};

static const struct opt verify_options[] = {ADMIN_OPTIONS, OPT_END};

static const struct opt upgrade_options[] = {
    ADMIN_OPTIONS,
    OPT_FLAG("force", force, "although a host has not reported the new protocol"),
    OPT_END,
};

static const struct opt status_options[] = {
    ADMIN_OPTIONS,
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt acl_options[] = {
    OPT("user", user, "NAME", "what the account is called (scepd, scepctl, scepd-admin)"),
    OPT("password-file", password_file, "FILE", "put the hash of this password in"),
    OPT_FLAG("setuser", setuser, "as a command, not as a line of an ACL file"),
    OPT_END,
};

static const struct opt rebuild_options[] = {OPT_END};

const struct command store_commands[] = {
    {"store", "init", NULL, "make the pepper file", init_options, store_init_run},
    {"store", "install", NULL, "load the function library, and verify the server", install_options,
        store_install_run},
    {"store", "verify", NULL, "see whether the server keeps what it is told", verify_options,
        store_verify_run},
    {"store", "upgrade", NULL, "remove the libraries of older protocols", upgrade_options,
        store_upgrade_run},
    {"store", "status", NULL, "show the server, the library and how much there is", status_options,
        store_status_run},
    {"store", "acl", "ROLE", "print the account for worker, operator or admin", acl_options,
        store_acl_run},
    {"store", "rebuild", "LOG...", "restore records from the issued.log of every host",
        rebuild_options, store_rebuild_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
