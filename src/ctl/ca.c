/* SPDX-License-Identifier: ISC
 *
 * scepctl ca: make a CA, list what is there, give out certificates. What joins a CA to somebody
 * else's is in ca_install.c.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/assemble.h"
#include "ctl/ca_files.h"
#include "ctl/ceremony_log.h"
#include "ctl/dn.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/show.h"
#include "ctl/ca_install.h"
#include "signer/ceremony.h"
#include "wire/scep_body.h"

#define DEFAULT_KEY "rsa:3072"

/* What a ceremony makes; the root is empty for a single CA, and its key is always in a file. */
struct hierarchy {
	struct new_key ca;
	EVP_PKEY *root_key;
	X509 *root, *cert;
};

static void
hierarchy_free(struct hierarchy *h)
{
	EVP_PKEY_free(h->root_key);
	X509_free(h->root);
	X509_free(h->cert);
}

static int
make_single(const X509_NAME *subject, struct hierarchy *h, struct err *e)
{
	struct ceremony single = {.role = CEREMONY_SINGLE, .subject = subject, .now = clock_now()};

	if (new_key_make(&h->ca, e) != 0)
		return -1;
	single.key = h->ca.key;
	h->cert = ceremony_cert(&single, e);
	return h->cert != NULL ? 0 : -1;
}

static int
make_two(const X509_NAME *subject, struct hierarchy *h, struct err *e)
{
	struct ceremony root = {.role = CEREMONY_ROOT, .now = clock_now()};
	struct ceremony issuing = {.role = CEREMONY_ISSUING, .subject = subject, .now = root.now};
	X509_NAME *root_name = dn_with_suffix(subject, " Root", e);

	root.subject = root_name;
	if (root_name != NULL && (h->root_key = root.key = key_make(&h->ca.spec, e)) != NULL &&
	    new_key_make(&h->ca, e) == 0)
		h->root = ceremony_cert(&root, e);
	X509_NAME_free(root_name);
	if (h->root == NULL)
		return -1;
	issuing.issuer = h->root;
	issuing.issuer_key = h->root_key;
	issuing.key = h->ca.key;
	h->cert = ceremony_cert(&issuing, e);
	return h->cert != NULL ? 0 : -1;
}

static int
add_key_file(struct ctl *c, struct folder *f, const char *file, const EVP_PKEY *key,
    const struct secret *pass, struct err *e)
{
	struct secret pem = {0};
	int rc = key_pem(key, pass->n > 0 ? (const char *)pass->p : NULL, &pem, e);

	if (rc == 0)
		rc = folder_add(c, f, file, secret_view(&pem), 0600, e);
	secret_free(&pem);
	return rc;
}

static int
add_cert_file(struct ctl *c, struct folder *f, const char *file, const X509 *cert, struct err *e)
{
	struct buf pem = {0};
	int rc = pem_add(&pem, cert, e);

	if (rc == 0)
		rc = folder_add(c, f, file, buf_view(&pem), 0644, e);
	buf_free(&pem);
	return rc;
}

static int
add_transcript(
    struct ctl *c, struct folder *f, const struct args *a, const struct hierarchy *h, struct err *e)
{
	struct buf text = {0};
	int rc = -1;

	if (transcript_begin(&text, e, "ca create %s --subject \"%s\" %s%s%s", a->operand,
	        a->subject, h->ca.text, a->single ? " --single" : "",
	        a->encrypt ? " --encrypt" : "") == 0 &&
	    (h->root == NULL || transcript_cert(&text, "root certificate", h->root, e) == 0) &&
	    transcript_cert(&text, "CA certificate", h->cert, e) == 0)
		rc = folder_add(c, f, TRANSCRIPT_FILE, buf_view(&text), 0644, e);
	buf_free(&text);
	return rc;
}

static int
write_hierarchy(struct ctl *c, const struct args *a, const struct hierarchy *h,
    const struct secret *pass, struct err *e)
{
	struct folder f;
	int rc = -1;

	if (folder_begin(c, c->conf.ca_dir, a->operand, &f, e) == 0 &&
	    new_key_store(c, &f, "ca", &h->ca, pass, e) == 0 &&
	    add_cert_file(c, &f, "ca.pem", h->cert, e) == 0 &&
	    (h->root == NULL || (add_key_file(c, &f, "root.key", h->root_key, pass, e) == 0 &&
	                            add_cert_file(c, &f, "chain.pem", h->root, e) == 0)) &&
	    add_transcript(c, &f, a, h, e) == 0 && folder_keep(&f, e) == 0) {
		ctl_note(c, "made the CA %s in %s", a->operand, f.path);
		if (h->root != NULL)
			ctl_note(c,
			    "Take %s/root.key offline now: nothing on this host needs it. Keep it "
			    "with the transcript.",
			    f.path);
		new_key_tell(c, &h->ca);
		if (pass->n > 0 && h->ca.place.uri == NULL)
			ctl_note(c,
			    "The service needs the passphrase: in %s/ca-%s, or as the credential "
			    "ca-%s.",
			    *c->conf.passphrase_dir != '\0' ? c->conf.passphrase_dir
			                                    : "passphrase_dir",
			    a->operand, a->operand);
		rc = 0;
	}
	folder_close(&f);
	return rc;
}

static int
print_hierarchy(struct ctl *c, const struct hierarchy *h, struct err *e)
{
	json_t *all = json_object();
	int rc;

	if (h->root != NULL)
		json_object_set_new(all, "root", show_cert(h->root));
	json_object_set_new(all, "ca", show_cert(h->cert));
	rc = show_object(c->out, false, all, e);
	json_decref(all);
	return rc;
}

/* The passphrase of what goes into files. */
static int
root_passphrase(struct ctl *c, const struct args *a, const struct new_key *ca, struct secret *pass,
    struct err *e)
{
	if (ca->place.uri == NULL)
		return new_passphrase(c, a, pass, e);
	if (a->encrypt && a->single)
		return err_set(e, ERR_USAGE, "--encrypt: no key goes into a file");
	return a->encrypt ? new_passphrase(c, a, pass, e) : 0;
}

static int
ca_create(struct ctl *c, const struct args *a, struct err *e)
{
	struct hierarchy h = {0};
	struct secret pass = {0};
	X509_NAME *subject = NULL;
	char *path = NULL;
	bool made = false;
	int rc = -1;

	/* With --encrypt the options give the passphrase of the root, and not the PIN. */
	if (ctl_conf(c, e) != 0 || check_name(a->operand, e) != 0 ||
	    new_key_plan(c, a, DEFAULT_KEY, "ca", a->operand, !a->encrypt, &h.ca, e) != 0)
		goto out;
	path = path_join(c->conf.ca_dir, a->operand);
	if (path != NULL && path_exists(path)) {
		err_set(e, ERR_USAGE, "%s exists already; nothing is overwritten", path);
		goto out;
	}
	subject = dn_read(a->subject, e);
	if (subject == NULL || root_passphrase(c, a, &h.ca, &pass, e) != 0)
		goto out;
	if ((a->single ? make_single(subject, &h, e) : make_two(subject, &h, e)) != 0 ||
	    write_hierarchy(c, a, &h, &pass, e) != 0)
		goto out;
	made = true;
	rc = print_hierarchy(c, &h, e);
out:
	new_key_end(c, &h.ca, made);
	free(path);
	secret_free(&pass);
	X509_NAME_free(subject);
	hierarchy_free(&h);
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
	json_object_set_new(
	    row, "encrypted", json_boolean(uri == NULL && key != NULL && key_is_encrypted(c, key)));
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
		rc = certs_only_write(all, NULL, out);
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
    KEY_OPTION(KEY_SPECS " (default " DEFAULT_KEY ")"),
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
    {"ca", "list", NULL, "list the CAs", list_options, ca_list},
    {"ca", "export", "NAME", "print the certificate of a CA", export_options, ca_export},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
