/* SPDX-License-Identifier: ISC
 *
 * scepctl store install, verify and upgrade: what is done with the administrator's account.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/assemble.h"
#include "ctl/ask.h"
#include "ctl/store.h"
#include "store/admin.h"
#include "store/node.h"

#define PATIENCE_MS 60000

struct store *
ctl_admin_store(struct ctl *c, const struct args *a, struct err *e)
{
	struct ask ask = {.prompt = "Password of the store's administrator",
	    .option = "admin-password",
	    .file = a->admin_password_file};
	struct secret password = {0};
	struct store *s = NULL;

	if (ctl_conf(c, e) != 0)
		return NULL;
	if (a->admin_user == NULL && a->admin_password_file == NULL)
		return conf_store(&c->conf, e);
	if (ask_secret(c, &ask, &password, e) == 0)
		s = conf_store_as(&c->conf, a->admin_user != NULL ? a->admin_user : "",
		    secret_view(&password), e);
	secret_free(&password);
	return s;
}

struct store *
ctl_patient_store(struct ctl *c, struct err *e)
{
	if (ctl_conf(c, e) != 0)
		return NULL;
	if (c->conf.store.timeout_ms < PATIENCE_MS)
		c->conf.store.timeout_ms = PATIENCE_MS;
	return conf_store(&c->conf, e);
}

static void
print_finding(void *context, bool good, const char *text)
{
	const struct ctl *c = context;

	fprintf(c->out, "%-5s  %s\n", good ? "ok" : "WRONG", text);
}

/* Looks, and records a server that is as it should be. */
static int
verify(struct ctl *c, struct store *s, struct err *e)
{
	size_t wrong;

	if (store_verify(s, print_finding, c, &wrong, e) != 0)
		return -1;
	if (wrong > 0)
		return err_set(e, ERR_STORE, "%zu thing%s wrong with the store", wrong,
		    wrong == 1 ? " is" : "s are");
	if (store_record_verified(s, e) != 0)
		return -1;
	ctl_note(c, "run id %s is recorded as verified for durability %s", store_server(s)->run_id,
	    durability_name(c->conf.store.durability));
	return CTL_OK;
}

int
store_verify_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct store *s = ctl_admin_store(c, a, e);
	int rc = s != NULL ? verify(c, s, e) : -1;

	store_free(s);
	return rc;
}

static int
prune(struct ctl *c, struct store *s, struct err *e)
{
	size_t removed;

	if (store_prune(s, &removed, e) != 0)
		return -1;
	if (removed > 0)
		ctl_note(c, "%zu function %s of older protocols removed", removed,
		    removed == 1 ? "library" : "libraries");
	return 0;
}

/* Whether this program's protocol was given up for a newer one. The way back is open, but not by
 * mistake. */
static int
check_given_up(struct store *s, bool force, bool *given_up, struct err *e)
{
	long oldest;

	if (store_oldest(s, &oldest, e) != 0)
		return -1;
	*given_up = oldest > atol(STORE_PROTOCOL);
	if (!*given_up || force)
		return 0;
	return err_set(e, ERR_STORE,
	    "the store was upgraded to protocol %ld, this program has %s (--force goes back)",
	    oldest, STORE_PROTOCOL);
}

int
store_install_run(struct ctl *c, const struct args *a, struct err *e)
{
	static const char *const done[] = {[LIBRARY_ABSENT] = "loaded",
	    [LIBRARY_OTHER] = "put in the place of another one",
	    [LIBRARY_OURS] = "there already"};
	struct store *s = ctl_admin_store(c, a, e);
	enum library_state was;
	bool given_up;
	int rc = -1;

	if (s != NULL && check_given_up(s, a->force, &given_up, e) == 0 &&
	    store_install(s, &was, e) == 0 && (!given_up || store_admit(s, e) == 0)) {
		ctl_note(c, "the function library of protocol %s: %s", STORE_PROTOCOL, done[was]);
		if (!a->prune || prune(c, s, e) == 0)
			rc = verify(c, s, e);
	}
	store_free(s);
	return rc;
}

/* Complains of the first host that runs an older protocol. */
static int
still_old(void *context, const struct node *n, struct err *e)
{
	(void)context;
	if (n->protocol >= atol(STORE_PROTOCOL))
		return 0;
	return err_set(e, ERR_STORE,
	    "host %s reported protocol %ld %lld s ago; a host is forgotten after %d s (--force "
	    "does not wait)",
	    n->name, n->protocol, (long long)n->age / 1000, NODE_TTL);
}

int
store_upgrade_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct store *s = ctl_admin_store(c, a, e);
	int rc = -1;

	if (s != NULL && (a->force || store_nodes(s, still_old, NULL, e) == 0) &&
	    prune(c, s, e) == 0)
		rc = CTL_OK;
	store_free(s);
	return rc;
}
