/* SPDX-License-Identifier: ISC
 *
 * From configuration to service: reads certificates and keys of every profile and authority. Run in
 * each worker after fork, so that the master never holds a key.
 */
#ifndef CONF_ASSEMBLE_H
#define CONF_ASSEMBLE_H

#include "conf/conf.h"
#include "scep/service.h"

/* Files of an authority: ca_dir/NAME/ca.pem, ca.key (or ca.uri, conf/keys.h) and, when it has
 * issuers, chain.pem. The passphrase of an encrypted key is that of "ca-NAME" or "ra-PROFILE"
 * (conf/passphrase.h). A token
 * that is away is no fault here: see service_keys_here. -1: CONFIG, KEY_FILE, FILE naming the file.
 * In any case free the service afterwards. */
int conf_assemble(const struct conf *c, struct service *s, struct err *e)
    __attribute__((warn_unused_result));

/* The paths above; the caller frees. */
char *conf_ca_path(const struct conf *c, const char *ca, const char *file);

/* The store as configured, with its password and pepper; not connected yet: with the account of
 * scepctl, of scepd, or another one. The caller frees. NULL: CONFIG (no pepper), KEY_FILE, FILE,
 * MEMORY. */
struct store *conf_store(const struct conf *c, struct err *e);
struct store *conf_store_worker(const struct conf *c, struct err *e);
struct store *conf_store_as(
    const struct conf *c, const char *user, struct view password, struct err *e);

/* What this host runs, as JSON for store_report, appended: version, configuration, certificates.
 * -1: MEMORY. */
int conf_report(const struct conf *c, const struct service *s, struct buf *json, struct err *e)
    __attribute__((warn_unused_result));

/* What this host is called among the others. */
void conf_node_name(const struct conf *c, char out[64]);

/* The file in the folder of a CA that says that it was imported. */
#define HISTORY_FILE "imported"

#endif
