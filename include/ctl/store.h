/* SPDX-License-Identifier: ISC
 *
 * The commands about the store as a whole, which stand in several files, and what they share.
 */
#ifndef CTL_STORE_H
#define CTL_STORE_H

#include "ctl/ctl.h"
#include "store/store.h"

#define ADMIN_OPTIONS                                                                              \
	OPT("admin-user", admin_user, "NAME", "sign in at the store as this administrator"),       \
	    OPT("admin-password-file", admin_password_file, "FILE",                                \
	        "whose password is its first line (- is stdin); else it is asked for")

/* The store with the account that --admin-user names, or else with scepctl's own; not connected.
 * The caller frees. NULL: USAGE, FILE, KEY_FILE, CONFIG, MEMORY. */
struct store *ctl_admin_store(struct ctl *c, const struct args *a, struct err *e);

/* The store for work that takes long: no client waits for an answer. */
struct store *ctl_patient_store(struct ctl *c, struct err *e);

int store_install_run(struct ctl *c, const struct args *a, struct err *e);
int store_verify_run(struct ctl *c, const struct args *a, struct err *e);
int store_upgrade_run(struct ctl *c, const struct args *a, struct err *e);
int store_status_run(struct ctl *c, const struct args *a, struct err *e);
int store_acl_run(struct ctl *c, const struct args *a, struct err *e);
int store_rebuild_run(struct ctl *c, const struct args *a, struct err *e);
int crl_import(struct ctl *c, const struct args *a, struct err *e);
int cert_import_run(struct ctl *c, const struct args *a, struct err *e);

#endif
