/* SPDX-License-Identifier: ISC
 *
 * scepctl ca: make a CA, list what is there, give out certificates. What joins a CA to somebody
 * else's is in ca_install.c.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/assemble.h"
#include "ctl/ca_files.h"
#include "ctl/ca_install.h"
#include "ctl/ca_make.h"
#include "ctl/ca_next.h"
#include "ctl/dn.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/show.h"
#include "wire/scep_body.h"

static int
ca_create(struct ctl *c, const struct args *a, struct err *e)
{
	struct ca_wish w = {.name = a->operand};
	X509_NAME *subject = NULL;
	struct buf done = {0};
	int rc = -1;

	if (ctl_conf(c, e) != 0 || check_name(a->operand, e) != 0 ||
	    (subject = dn_read(a->subject, e)) == NULL)
		goto out;
	if (buf_printf(&done, "ca create %s --subject \"%s\"", a->operand, a->subject) != 0) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	w.subject = subject;
	w.done = buf_str(&done);
	rc = ca_make(c, a, &w, e);
out:
	buf_free(&done);
	X509_NAME_free(subject);
	return rc;
}

/* One CA of the list; one that cannot be read is shown with the reason. */
static json_t *
list_one(struct ctl *c, const char *name)
{
	struct err why = ERR_INIT;
	struct authority a;
	char *root_key = conf_ca_path(&c->conf, name, "root.key");
	char *key = conf_ca_path(&c->conf, name, "ca.key"), *uri;
	json_t *row = json_object();

	json_object_set_new(row, "name", json_string(name));
	if (open_authority(c, name, &a, &why) == 0) {
		json_t *facts = show_cert(a.cert);

		json_object_set_new(row, "state", json_string("ready"));
		json_object_update(row, facts);
		json_object_set_new(row, "issuers", json_integer(sk_X509_num(a.chain)));
		json_decref(facts);
	} else {
		json_object_set_new(row, "state", json_string(why.detail));
	}
	uri = key != NULL ? key_uri_of(c, key) : NULL;
	json_object_set_new(row, "key_in",
	    json_string(uri != NULL                       ? "token"
	                : key != NULL && path_exists(key) ? "file"
	                                                  : "nowhere"));
	json_object_set_new(row, "key_uri", uri != NULL ? json_string(uri) : json_null());
	json_object_set_new(row, "encrypted",
	    json_boolean(uri == NULL && key != NULL && key_encrypted(key, c->owner.uid)));
	json_object_set_new(
	    row, "root_key_here", json_boolean(root_key != NULL && path_exists(root_key)));
	authority_free(&a);
	free(uri);
	free(key);
	free(root_key);
	return row;
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
ca_list(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"name", "NAME"}, {"key", "KEY"},
	    {"key_in", "KEY IN"}, {"not_after", "NOT AFTER"}, {"subject", "SUBJECT"},
	    {"state", "STATE"}, {NULL, NULL}};
	struct dirent **found = NULL;
	json_t *rows = json_array();
	int n, rc;

	if (ctl_conf(c, e) != 0) {
		json_decref(rows);
		return -1;
	}
	n = scandir(c->conf.ca_dir, &found, visible, alphasort);
	if (n < 0 && errno != ENOENT) {
		json_decref(rows);
		return err_set(e, ERR_FILE, "%s: %s", c->conf.ca_dir, strerror(errno));
	}
	for (int i = 0; i < n; i++) {
		if (profile_name_ok(found[i]->d_name))
			json_array_append_new(rows, list_one(c, found[i]->d_name));
		free(found[i]);
	}
	free(found);
	rc = show_rows(c->out, a->json, rows, columns, e);
	json_decref(rows);
	return rc;
}

/* As PEM, or as DER: a bare certificate, or with the chain a certs-only PKCS#7. */
static int
export_bytes(const struct args *a, const struct authority *ca, struct buf *out, struct err *e)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	int rc = 0;

	if (all == NULL || sk_X509_push(all, ca->cert) <= 0)
		rc = -1;
	for (int i = 0; rc == 0 && a->with_chain && i < sk_X509_num(ca->chain); i++)
		rc = sk_X509_push(all, sk_X509_value(ca->chain, i)) > 0 ? 0 : -1;
	if (rc == 0 && !a->der)
		rc = pem_add_all(out, all, e);
	else if (rc == 0 && a->with_chain)
		rc = certs_only_write((struct view){0}, all, (struct view){0}, out);
	else if (rc == 0)
		rc = ossl_write(out, ca->cert, ASN1_ITEM_rptr(X509));
	sk_X509_free(all);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

static int
ca_export(struct ctl *c, const struct args *a, struct err *e)
{
	struct authority ca = {0};
	struct buf bytes = {0};
	int rc = -1;

	if (ctl_conf(c, e) == 0 && check_name(a->operand, e) == 0 &&
	    open_authority(c, a->operand, &ca, e) == 0 && export_bytes(a, &ca, &bytes, e) == 0) {
		fwrite(bytes.p, 1, bytes.n, c->out);
		rc = 0;
	}
	buf_free(&bytes);
	authority_free(&ca);
	return rc;
}

static const struct opt create_options[] = {
    OPT_NEED("subject", subject, "DN", "name of the CA: CN=...,O=...,C=... or /C=.../CN=..."),
    KEY_OPTION(KEY_SPECS " (default " CA_DEFAULT_KEY ")"),
    OPT_FLAG("single", single, "one self-signed CA instead of a root and an issuing CA"),
    OPT_FLAG("encrypt", encrypt, "encrypt the private keys under a passphrase"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};

static const struct opt list_options[] = {
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};

static const struct opt export_options[] = {
    OPT_FLAG("chain", with_chain, "with its issuers"),
    OPT_FLAG("der", der, "DER instead of PEM; with --chain a PKCS#7"),
    OPT_END,
};

const struct command ca_commands[] = {
    {"ca", "create", "NAME", "make a root and an issuing CA, or a single CA", create_options,
        ca_create},
    {"ca", "csr", "NAME", "print a request for the CA's key, for somebody else's root",
        ca_csr_options, ca_csr},
    {"ca", "install", "NAME", "put in the certificate that was made from the request",
        ca_install_options, ca_install},
    {"ca", "import", "NAME", "take over a CA from PEM files or a PKCS#12 file", ca_import_options,
        ca_import},
    {"ca", "next", "NAME", "prepare the CA that is to follow", ca_next_options, ca_next},
    {"ca", "switch", "NAME", "have the CA that is prepared take over", ca_switch_options,
        ca_switch},
    {"ca", "list", NULL, "list the CAs", list_options, ca_list},
    {"ca", "export", "NAME", "print the certificate of a CA", export_options, ca_export},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
