/* SPDX-License-Identifier: ISC
 *
 * An issuing CA under a root of somebody else: the request leaves, the certificate comes back and
 * is checked against the key and its issuers before it is put in.
 */
#include "ctl/ca_install.h"

#include <stdlib.h>
#include <string.h>

#include "conf/assemble.h"
#include "ctl/ca_files.h"
#include "ctl/ceremony_log.h"
#include "ctl/dn.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/show.h"
#include "signer/ceremony.h"

#define DEFAULT_KEY "rsa:3072"

/* A new CA that waits for its certificate: key, request, transcript. */
static int
write_waiting(struct ctl *c, const struct args *a, const struct new_key *key,
    const struct secret *pass, const struct buf *csr, struct err *e)
{
	struct folder f = {0};
	struct buf text = {0};
	int rc = -1;

	if (transcript_begin(&text, e, "ca csr %s --subject \"%s\" %s%s", a->operand, a->subject,
	        key->text, a->encrypt ? " --encrypt" : "") == 0 &&
	    folder_begin(c, c->conf.ca_dir, a->operand, &f, e) == 0 &&
	    new_key_store(c, &f, "ca", key, pass, e) == 0 &&
	    folder_add(c, &f, "ca.csr", buf_view(csr), 0644, e) == 0 &&
	    folder_add(c, &f, TRANSCRIPT_FILE, buf_view(&text), 0644, e) == 0)
		rc = folder_keep(&f, e);
	folder_close(&f);
	buf_free(&text);
	return rc;
}

/* The passphrase of a key that goes into a file; the options are the PIN's otherwise. */
static int
file_passphrase(struct ctl *c, const struct args *a, const struct new_key *key, struct secret *pass,
    struct err *e)
{
	if (key->place.uri == NULL)
		return new_passphrase(c, a, pass, e);
	return a->encrypt ? err_set(e, ERR_USAGE, "--encrypt: no key goes into a file") : 0;
}

static int
csr_new(struct ctl *c, const struct args *a, struct buf *csr, struct err *e)
{
	struct new_key key = {.key = NULL};
	struct secret pass = {0};
	X509_NAME *subject = NULL;
	int rc = -1;

	if (a->subject == NULL)
		return err_set(
		    e, ERR_USAGE, "there is no CA %s yet: --subject makes its key", a->operand);
	subject = dn_read(a->subject, e);
	if (subject != NULL &&
	    new_key_plan(c, a, DEFAULT_KEY, "ca", a->operand, true, &key, e) == 0 &&
	    file_passphrase(c, a, &key, &pass, e) == 0 && new_key_make(&key, e) == 0 &&
	    ceremony_csr(subject, key.key, csr, e) == 0)
		rc = write_waiting(c, a, &key, &pass, csr, e);
	if (rc == 0)
		new_key_tell(c, &key);
	new_key_end(c, &key, rc == 0);
	secret_free(&pass);
	X509_NAME_free(subject);
	return rc;
}

/* In place of the request that is there; whoever reads the transcript sees which one was sent last.
 */
static int
write_again(
    struct ctl *c, const struct args *a, const char *csr_path, const struct buf *csr, struct err *e)
{
	struct buf text = {0};
	int rc = -1;

	if (transcript_begin(&text, e, "ca csr %s%s%s%s", a->operand,
	        a->subject != NULL ? " --subject \"" : "", a->subject != NULL ? a->subject : "",
	        a->subject != NULL ? "\"" : "") == 0 &&
	    file_write(csr_path, buf_view(csr), 0644, c->owner, false, e) == 0)
		rc = transcript_append(c, a->operand, &text, e);
	buf_free(&text);
	return rc;
}

/* A new request for a key that exists: under the name given, or that of its present certificate. */
static int
csr_again(struct ctl *c, const struct args *a, const char *key_path, struct buf *csr, struct err *e)
{
	char what[PROFILE_NAME_MAX + 4];
	struct authority ca = {0};
	X509_NAME *subject = NULL;
	EVP_PKEY *key = NULL;
	int rc = -1;

	if (a->subject != NULL)
		subject = dn_read(a->subject, e);
	else if (open_authority(c, a->operand, &ca, e) == 0)
		subject = X509_NAME_dup(X509_get_subject_name(ca.cert));
	snprintf(what, sizeof(what), "ca-%.*s", PROFILE_NAME_MAX, a->operand);
	if (subject != NULL && (key = open_key(c, a, key_path, what, e)) != NULL)
		rc = ceremony_csr(subject, key, csr, e);
	EVP_PKEY_free(key);
	X509_NAME_free(subject);
	authority_free(&ca);
	return rc;
}

/* A CA that waits shows the request that waits with it, unless another name is wanted. */
static int
csr_existing(
    struct ctl *c, const struct args *a, const char *key_path, struct buf *csr, struct err *e)
{
	char *cert_path = conf_ca_path(&c->conf, a->operand, "ca.pem");
	char *csr_path = conf_ca_path(&c->conf, a->operand, "ca.csr");
	int rc = -1;

	if (cert_path == NULL || csr_path == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	else if (a->key != NULL || a->key_type != NULL || a->encrypt)
		err_set(e, ERR_USAGE, "%s has a key already: leave --key and --encrypt out",
		    a->operand);
	else if (a->subject == NULL && !path_exists(cert_path) && path_exists(csr_path))
		rc = file_read(csr_path, PEM_MAX, csr, e);
	else if (csr_again(c, a, key_path, csr, e) == 0)
		rc = write_again(c, a, csr_path, csr, e);
	free(cert_path);
	free(csr_path);
	return rc;
}

int
ca_csr(struct ctl *c, const struct args *a, struct err *e)
{
	struct buf csr = {0};
	char *key_path = NULL;
	int rc = -1;

	if (ctl_conf(c, e) != 0 || check_name(a->operand, e) != 0)
		return -1;
	key_path = conf_ca_path(&c->conf, a->operand, "ca.key");
	if (key_path == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (key_exists(key_path))
		rc = csr_existing(c, a, key_path, &csr, e);
	else
		rc = csr_new(c, a, &csr, e);
	if (rc == 0) {
		fputs(buf_str(&csr), c->out);
		ctl_note(c,
		    "When the certificate is there: scepctl ca install %s --cert FILE --chain FILE",
		    a->operand);
	}
	buf_free(&csr);
	free(key_path);
	return rc;
}

/* RA certificates name their issuer, so a CA that is in use keeps its name. */
static int
check_replaces(struct ctl *c, const struct args *a, const struct authority *new, struct err *e)
{
	struct authority old = {0};
	int rc = 0;

	if (!a->replace)
		return err_set(e, ERR_USAGE,
		    "the CA %s has a certificate: --replace puts another in its place", a->operand);
	if (open_authority(c, a->operand, &old, e) != 0)
		rc = -1;
	else if (X509_NAME_cmp(X509_get_subject_name(old.cert), X509_get_subject_name(new->cert)) !=
	         0)
		rc = err_set(
		    e, ERR_USAGE, "the new certificate has another subject than the present one");
	authority_free(&old);
	return rc;
}

/* The chain first: a CA is complete from the moment its certificate is there. */
static int
put_in(struct ctl *c, const struct args *a, const struct authority *ca, bool fresh, struct err *e)
{
	char *cert_path = conf_ca_path(&c->conf, a->operand, "ca.pem");
	char *chain_path = conf_ca_path(&c->conf, a->operand, "chain.pem");
	struct buf cert = {0}, chain = {0}, text = {0};
	int rc = -1;

	if (cert_path != NULL && chain_path != NULL && pem_add(&cert, ca->cert, e) == 0 &&
	    pem_add_all(&chain, ca->chain, e) == 0 &&
	    transcript_begin(&text, e, "ca install %s", a->operand) == 0 &&
	    transcript_cert(&text, "CA certificate", ca->cert, e) == 0 &&
	    file_write(chain_path, buf_view(&chain), 0644, c->owner, false, e) == 0 &&
	    file_write(cert_path, buf_view(&cert), 0644, c->owner, fresh, e) == 0)
		rc = transcript_append(c, a->operand, &text, e);
	free(cert_path);
	free(chain_path);
	buf_free(&cert);
	buf_free(&chain);
	buf_free(&text);
	return rc;
}

static int
read_pem_files(const struct args *a, struct buf *cert, struct buf *chain, struct err *e)
{
	if (file_read(a->cert, PEM_MAX, cert, e) != 0)
		return -1;
	return a->chain != NULL ? file_read(a->chain, PEM_MAX, chain, e) : 0;
}

int
ca_install(struct ctl *c, const struct args *a, struct err *e)
{
	struct authority ca = {0};
	struct buf cert = {0}, chain = {0};
	char *cert_path = NULL;
	json_t *facts = NULL;
	EVP_PKEY *key = NULL;
	bool fresh;
	int rc = -1;

	if (ctl_conf(c, e) != 0 || check_name(a->operand, e) != 0 ||
	    read_pem_files(a, &cert, &chain, e) != 0 ||
	    authority_read(&ca, a->operand, buf_view(&cert), buf_view(&chain), e) != 0)
		goto out;
	cert_path = conf_ca_path(&c->conf, a->operand, "ca.pem");
	fresh = cert_path != NULL && !path_exists(cert_path);
	key = open_ca_key(c, a, &ca, e);
	if (key == NULL || (!fresh && check_replaces(c, a, &ca, e) != 0) ||
	    put_in(c, a, &ca, fresh, e) != 0)
		goto out;
	facts = show_cert(ca.cert);
	rc = show_object(c->out, false, facts, e);
out:
	json_decref(facts);
	free(cert_path);
	EVP_PKEY_free(key);
	authority_free(&ca);
	buf_free(&cert);
	buf_free(&chain);
	return rc;
}

const struct opt ca_csr_options[] = {
    OPT("subject", subject, "DN", "name to ask for; makes the key when NAME is new"),
    KEY_OPTION(KEY_SPECS " (default " DEFAULT_KEY "); only when NAME is new"),
    OPT_FLAG("encrypt", encrypt, "encrypt the new key under a passphrase"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};

const struct opt ca_install_options[] = {
    OPT_NEED("cert", cert, "FILE", "the certificate for the CA's key, PEM"),
    OPT_NEED("chain", chain, "FILE", "its issuers, the root among them, PEM"),
    OPT_FLAG("replace", replace, "in place of the present certificate; same key, same subject"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};
