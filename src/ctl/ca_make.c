/* SPDX-License-Identifier: ISC
 *
 * See ctl/ca_make.h.
 */
#include "ctl/ca_make.h"

#include <stdlib.h>

#include "base/clock.h"
#include "ctl/ca_files.h"
#include "ctl/ceremony_log.h"
#include "ctl/dn.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/show.h"
#include "signer/ceremony.h"

/* What a ceremony makes; the root is empty for a single CA, and its key is always in a file. */
struct hierarchy {
	struct new_key ca;
	EVP_PKEY *root_key; /* NULL: the root is somebody else's, or there is none */
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
make_issuing(
    const X509_NAME *subject, X509 *root, EVP_PKEY *root_key, struct hierarchy *h, struct err *e)
{
	struct ceremony issuing = {.role = CEREMONY_ISSUING,
	    .subject = subject,
	    .key = h->ca.key,
	    .issuer = root,
	    .issuer_key = root_key,
	    .now = clock_now()};

	h->cert = ceremony_cert(&issuing, e);
	return h->cert != NULL ? 0 : -1;
}

/* With a root of its own. */
static int
make_two(const X509_NAME *subject, struct hierarchy *h, struct err *e)
{
	struct ceremony root = {.role = CEREMONY_ROOT, .now = clock_now()};
	X509_NAME *root_name = dn_with_suffix(subject, " Root", e);

	root.subject = root_name;
	if (root_name != NULL && (h->root_key = root.key = key_make(&h->ca.spec, e)) != NULL &&
	    new_key_make(&h->ca, e) == 0)
		h->root = ceremony_cert(&root, e);
	X509_NAME_free(root_name);
	return h->root != NULL ? make_issuing(subject, h->root, h->root_key, h, e) : -1;
}

static int
make_under(const struct ca_wish *w, struct hierarchy *h, struct err *e)
{
	if (X509_up_ref(w->root) != 1)
		return err_set(e, ERR_MEMORY, "out of memory");
	h->root = w->root;
	return new_key_make(&h->ca, e) == 0 ? make_issuing(w->subject, w->root, w->root_key, h, e)
	                                    : -1;
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
add_transcript(struct ctl *c, struct folder *f, const struct args *a, const struct ca_wish *w,
    const struct hierarchy *h, struct err *e)
{
	struct buf text = {0};
	int rc = -1;

	if (transcript_begin(&text, e, "%s %s%s%s", w->done, h->ca.text,
	        a->single ? " --single" : "", a->encrypt ? " --encrypt" : "") == 0 &&
	    (h->root_key == NULL || transcript_cert(&text, "root certificate", h->root, e) == 0) &&
	    transcript_cert(&text, "CA certificate", h->cert, e) == 0)
		rc = folder_add(c, f, TRANSCRIPT_FILE, buf_view(&text), 0644, e);
	buf_free(&text);
	return rc;
}

static void
tell(struct ctl *c, const struct ca_wish *w, const struct hierarchy *h, const char *path,
    bool encrypted)
{
	ctl_note(c, "made the CA %s in %s", w->name, path);
	if (h->root_key != NULL)
		ctl_note(c,
		    "Take %s/root.key offline now: nothing on this host needs it. Keep it with the "
		    "transcript.",
		    path);
	new_key_tell(c, &h->ca);
	if (encrypted && h->ca.place.uri == NULL)
		ctl_note(c,
		    "The service needs the passphrase: in %s/ca-%s, or as the credential ca-%s.",
		    *c->conf.passphrase_dir != '\0' ? c->conf.passphrase_dir : "passphrase_dir",
		    w->name, w->name);
}

static int
write_hierarchy(struct ctl *c, const struct args *a, const struct ca_wish *w,
    const struct hierarchy *h, const struct secret *pass, struct err *e)
{
	struct folder f;
	int rc = -1;

	if (folder_begin(c, c->conf.ca_dir, w->name, &f, e) == 0 &&
	    new_key_store(c, &f, "ca", &h->ca, pass, e) == 0 &&
	    add_cert_file(c, &f, "ca.pem", h->cert, e) == 0 &&
	    (h->root == NULL || add_cert_file(c, &f, "chain.pem", h->root, e) == 0) &&
	    (h->root_key == NULL || add_key_file(c, &f, "root.key", h->root_key, pass, e) == 0) &&
	    add_transcript(c, &f, a, w, h, e) == 0 && folder_keep(&f, e) == 0) {
		tell(c, w, h, f.path, pass->n > 0);
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
make(const struct args *a, const struct ca_wish *w, struct hierarchy *h, struct err *e)
{
	if (w->root != NULL)
		return make_under(w, h, e);
	return a->single ? make_single(w->subject, h, e) : make_two(w->subject, h, e);
}

int
ca_make(struct ctl *c, const struct args *a, const struct ca_wish *w, struct err *e)
{
	struct hierarchy h = {0};
	struct secret pass = {0};
	char *path = NULL;
	bool made = false;
	int rc = -1;

	/* With --encrypt the options give the passphrase of the root, and not the PIN. */
	if (new_key_plan(c, a, CA_DEFAULT_KEY, "ca", w->name, !a->encrypt, &h.ca, e) != 0)
		goto out;
	path = path_join(c->conf.ca_dir, w->name);
	if (path != NULL && path_exists(path)) {
		err_set(e, ERR_USAGE, "%s exists already; nothing is overwritten", path);
		goto out;
	}
	if (root_passphrase(c, a, &h.ca, &pass, e) != 0 || make(a, w, &h, e) != 0 ||
	    write_hierarchy(c, a, w, &h, &pass, e) != 0)
		goto out;
	made = true;
	rc = print_hierarchy(c, &h, e);
out:
	new_key_end(c, &h.ca, made);
	free(path);
	secret_free(&pass);
	hierarchy_free(&h);
	return rc;
}
