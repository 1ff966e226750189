/* SPDX-License-Identifier: ISC
 *
 * scepctl enroll, renew, poll: a small SCEP client, the operator's smoke test. Nothing of
 * the configuration is used, so it works from any host and against any server.
 */
#include "ctl/enroll.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/ca_files.h"
#include "ctl/challenge.h"
#include "ctl/dn.h"
#include "ctl/folder.h"
#include "signer/ceremony.h"
#include "signer/keyring.h"
#include "wire/csr.h"
#include "wire/scep_body.h"

#define DEFAULT_KEY "rsa:2048"

/* The key of the certificate: from a file, or new and written before anything is sent, so that no
 * certificate is without its key. */
static int
take_key(struct ctl *c, const struct args *a, const char *default_key, struct enrolment *en,
    struct err *e)
{
	struct key_spec spec;
	struct secret pem = {0};
	int rc = -1;

	if (a->key_file != NULL && a->key != NULL)
		return err_set(e, ERR_USAGE, "--key and --key-file exclude each other");
	en->key_path = a->key_file != NULL ? strdup(a->key_file) : prefix_path(a->out, ".key");
	if (en->key_path == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (a->key_file == NULL && path_exists(en->key_path))
		return err_set(e, ERR_USAGE, "%s exists already: --key-file uses it", en->key_path);
	if (a->key_file != NULL) {
		en->key = open_key(c, a, a->key_file, NULL, e);
		return en->key != NULL ? 0 : -1;
	}
	if (key_spec_read(a->key != NULL ? a->key : default_key, &spec, e) == 0 &&
	    (en->key = key_make(&spec, e)) != NULL && key_pem(en->key, NULL, &pem, e) == 0)
		rc = file_write(en->key_path, secret_view(&pem), 0600, NOBODY_ELSE, true, e);
	secret_free(&pem);
	return rc;
}

/* A key that was made for a request that came to nothing is of no use. But once the request was
 * sent, only the server's own word that it refused means that there is no certificate for it. */
static int
give_up(struct ctl *c, const struct args *a, const struct enrolment *en, const struct err *e)
{
	if (a->key_file != NULL || en->key == NULL || en->key_path == NULL)
		return -1;
	if (en->sent && e->code != ERR_REFUSED)
		ctl_note(c,
		    "the key is kept, for there may be a certificate: repeat with --key-file %s",
		    en->key_path);
	else
		unlink(en->key_path);
	return -1;
}

static int
check_free(const char *prefix, struct err *e)
{
	char *path = prefix_path(prefix, ".pem");
	int rc = 0;

	if (path == NULL)
		rc = err_set(e, ERR_MEMORY, "out of memory");
	else if (path_exists(path))
		rc = err_set(e, ERR_USAGE, "%s exists already; nothing is overwritten", path);
	free(path);
	return rc;
}

/* What every new transaction begins with. */
static int
begin(const struct args *a, struct enrolment *en, struct err *e)
{
	*en = (struct enrolment){.out = a->out};
	en->server = (struct client_server){a->url, a->tls_ca, a->get};
	if (check_free(a->out, e) != 0)
		return -1;
	if (a->fingerprint != NULL && (en->fingerprint = strdup(a->fingerprint)) == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (client_ca_get(&en->server, a->fingerprint, &en->ca, e) != 0)
		return -1;
	return enrolment_how(a, en, e);
}

static int
add_san(STACK_OF(X509_EXTENSION) **exts, const GENERAL_NAMES *names, struct err *e)
{
	if (X509V3_add1_i2d(exts, NID_subject_alt_name, (void *)names, 0, X509V3_ADD_DEFAULT) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "cannot ask for alternative names");
	return 0;
}

/* An Ed25519 key cannot receive the reply: a throwaway RSA key signs the message then, and only the
 * PKCS#10 is signed by the key. */
static int
make_signer(const struct args *a, struct enrolment *en, struct err *e)
{
	const struct key_spec throwaway = {EVP_PKEY_RSA, 2048, 0};
	struct secret pem = {0};
	EVP_PKEY *key;
	int rc = -1;

	if (EVP_PKEY_get_base_id(en->key) != EVP_PKEY_ED25519) {
		en->signer_key_path = strdup(en->key_path);
		if (en->signer_key_path == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		return client_signer_make(en->key, en->subject, &en->signer, e);
	}
	en->signer_key_path = prefix_path(a->out, ".signer.key");
	key = key_make(&throwaway, e);
	if (en->signer_key_path != NULL && key != NULL && key_pem(key, NULL, &pem, e) == 0 &&
	    file_write(en->signer_key_path, secret_view(&pem), 0600, NOBODY_ELSE, false, e) == 0)
		rc = client_signer_make(key, en->subject, &en->signer, e);
	secret_free(&pem);
	EVP_PKEY_free(key);
	return rc;
}

static int
take_challenge(struct ctl *c, const struct args *a, struct secret *challenge, struct err *e)
{
	struct ask ask = {.prompt = "Challenge",
	    .option = "challenge",
	    .file = a->challenge_file,
	    .from_stdin = a->challenge_stdin};

	/* Without a challenge a server may still ask a person. */
	if (a->challenge_file == NULL && !a->challenge_stdin)
		return 0;
	return ask_secret(c, &ask, challenge, e);
}

/* Builds the PKCS#10 and runs the transaction. */
static int
run_with_csr(struct ctl *c, struct enrolment *en, struct view challenge, const GENERAL_NAMES *san,
    struct err *e)
{
	struct csr_wish wish = {
	    .subject = en->subject, .challenge = challenge, .digest = en->how.digest};
	STACK_OF(X509_EXTENSION) *exts = NULL;
	struct buf csr = {0};
	int rc = -1;

	if (san == NULL || add_san(&exts, san, e) == 0) {
		wish.exts = exts;
		if (csr_write(&wish, en->key, &csr, e) == 0)
			rc = enrolment_run(c, en, buf_view(&csr), e);
	}
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	if (csr.n > 0)
		OPENSSL_cleanse(csr.p, csr.n);
	buf_free(&csr);
	return rc;
}

static int
enroll(struct ctl *c, const struct args *a, struct err *e)
{
	struct enrolment en = {0};
	struct secret challenge = {0};
	GENERAL_NAMES *san = NULL;
	X509_NAME *subject = dn_read(a->subject, e);
	int rc = -1;

	if (subject == NULL || (a->san != NULL && (san = san_read(a->san, e)) == NULL) ||
	    take_challenge(c, a, &challenge, e) != 0)
		goto out;
	rc = begin(a, &en, e);
	en.subject = subject;
	subject = NULL;
	if (rc != 0 || (rc = take_key(c, a, DEFAULT_KEY, &en, e)) != 0)
		goto out;
	en.request.type = TYPE_PKCS_REQ;
	rc = make_signer(a, &en, e);
	if (rc == 0)
		rc = run_with_csr(c, &en, secret_view(&challenge), san, e);
	if (rc < 0)
		rc = give_up(c, a, &en, e);
out:
	if (en.signer_key_path != NULL && rc != CTL_PENDING &&
	    strcmp(en.signer_key_path, en.key_path) != 0)
		unlink(en.signer_key_path);
	X509_NAME_free(subject);
	sk_GENERAL_NAME_pop_free(san, GENERAL_NAME_free);
	secret_free(&challenge);
	enrolment_free(&en);
	return rc;
}

/* The certificate to renew and its key sign the request; the new one is asked for under the same
 * names. */
static int
take_predecessor(struct ctl *c, const struct args *a, struct enrolment *en, struct err *e)
{
	en->signer.cert = cert_load(a->cert, e);
	if (en->signer.cert == NULL)
		return -1;
	en->signer.key = open_key(c, a, a->cert_key, NULL, e);
	if (en->signer.key == NULL)
		return -1;
	if (!key_fits(en->signer.key, en->signer.cert))
		return err_set(e, ERR_KEY_FILE, "%s does not belong to %s", a->cert_key, a->cert);
	en->signer_key_path = strdup(a->cert_key);
	en->subject = X509_NAME_dup(X509_get_subject_name(en->signer.cert));
	if (en->signer_key_path == NULL || en->subject == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	return 0;
}

static int
renew(struct ctl *c, const struct args *a, struct err *e)
{
	struct enrolment en = {0};
	GENERAL_NAMES *san = NULL;
	char spec[24];
	int rc = begin(a, &en, e);

	if (rc != 0 || (rc = take_predecessor(c, a, &en, e)) != 0)
		goto out;
	key_spec_of(en.signer.key, spec);
	rc = take_key(c, a, spec, &en, e);
	if (rc != 0)
		goto out;
	en.request.type = a->as_pkcsreq ? TYPE_PKCS_REQ : TYPE_RENEWAL_REQ;
	san = X509_get_ext_d2i(en.signer.cert, NID_subject_alt_name, NULL, NULL);
	rc = run_with_csr(c, &en, (struct view){0}, san, e);
	if (rc < 0)
		rc = give_up(c, a, &en, e);
out:
	sk_GENERAL_NAME_pop_free(san, GENERAL_NAME_free);
	enrolment_free(&en);
	return rc;
}

static int
poll_again(struct ctl *c, const struct args *a, struct err *e)
{
	struct enrolment en = {.out = a->out};
	struct buf body = {0};
	int rc = -1;

	if (check_free(a->out, e) != 0 || pending_read(c, a, &en, e) != 0 ||
	    client_ca_get(&en.server, en.fingerprint, &en.ca, e) != 0)
		goto out;
	en.request.type = TYPE_CERT_POLL;
	if (issuer_subject_write(
	        X509_get_subject_name(en.ca.issuer != NULL ? en.ca.issuer : en.ca.encrypt),
	        en.subject, &body) != 0) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	rc = enrolment_run(c, &en, buf_view(&body), e);
out:
	buf_free(&body);
	enrolment_free(&en);
	return rc;
}

#define MESSAGE_OPTIONS                                                                            \
	OPT("cipher", cipher, "NAME",                                                              \
	    "aes128, aes192, aes256 or des3 (default: what the server offers)"),                   \
	    OPT("digest", digest, "NAME", "sha1, sha256, sha384 or sha512 (default likewise)"),    \
	    OPT_FLAG("get", get, "send by GET even when the server takes POST"),                   \
	    OPT_FLAG("pss", pss, "sign with RSA-PSS"),                                             \
	    OPT_FLAG("oaep", oaep, "wrap the key with RSA-OAEP and SHA-256")

static const struct opt enroll_options[] = {
    SERVER_OPTIONS,
    OPT_NEED("subject", subject, "DN", "CN=...,O=... or /O=.../CN=..."),
    OPT("san", san, "LIST", "alternative names: DNS:a.example,IP:192.0.2.1,email:x@a.example"),
    OPT("key", key, "SPEC", "the new key: " KEY_SPECS " (default " DEFAULT_KEY ")"),
    OPT("key-file", key_file, "FILE", "use this key instead of a new one"),
    CHALLENGE_SOURCE_OPTIONS,
    PASSPHRASE_OPTIONS,
    MESSAGE_OPTIONS,
    OPT_NEED("out", out, "PREFIX", "write PREFIX.key, PREFIX.pem and PREFIX.ca.pem"),
    OPT_END,
};

static const struct opt renew_options[] = {
    SERVER_OPTIONS,
    OPT_NEED("cert", cert, "FILE", "the certificate to renew, PEM"),
    OPT_NEED("cert-key", cert_key, "FILE", "its private key"),
    OPT("key", key, "SPEC", "the new key (default: one like the present key)"),
    OPT("key-file", key_file, "FILE", "use this key instead of a new one"),
    OPT_FLAG("as-pkcsreq", as_pkcsreq, "send a PKCSReq instead of a RenewalReq"),
    PASSPHRASE_OPTIONS,
    MESSAGE_OPTIONS,
    OPT_NEED("out", out, "PREFIX", "write PREFIX.key, PREFIX.pem and PREFIX.ca.pem"),
    OPT_END,
};

static const struct opt poll_options[] = {
    OPT_NEED("out", out, "PREFIX", "of the request: reads PREFIX.pending"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};

const struct command client_commands[] = {
    {"", "getca", NULL, "fetch and show the certificates of a SCEP server", getca_options, getca},
    {"", "enroll", NULL, "enrol for a certificate", enroll_options, enroll},
    {"", "renew", NULL, "renew a certificate, signed with the present one", renew_options, renew},
    {"", "poll", NULL, "ask again for a request that is pending", poll_options, poll_again},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
