/* SPDX-License-Identifier: ISC
 *
 * What enroll, renew and poll share: one transaction (RFC 8894 sections 2.3 to 2.5) from a request
 * to files.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "ctl/ca_files.h"
#include "ctl/enroll.h"
#include "ctl/folder.h"
#include "ctl/show.h"

static const char *const cipher_words[CIPHER_COUNT] = {
    [CIPHER_DES3] = "des3",
    [CIPHER_AES128] = "aes128",
    [CIPHER_AES192] = "aes192",
    [CIPHER_AES256] = "aes256",
};

static const char *const digest_words[DIGEST_COUNT] = {
    [DIGEST_SHA1] = "sha1",
    [DIGEST_SHA256] = "sha256",
    [DIGEST_SHA384] = "sha384",
    [DIGEST_SHA512] = "sha512",
};

static const char *const fail_info_names[] = {
    [FAIL_BAD_ALG] = "badAlg",
    [FAIL_BAD_MESSAGE_CHECK] = "badMessageCheck",
    [FAIL_BAD_REQUEST] = "badRequest",
    [FAIL_BAD_TIME] = "badTime",
    [FAIL_BAD_CERT_ID] = "badCertId",
};

void
enrolment_free(struct enrolment *en)
{
	client_ca_free(&en->ca);
	client_signer_free(&en->signer);
	buf_free(&en->request.der);
	EVP_PKEY_free(en->key);
	X509_NAME_free(en->subject);
	free(en->key_path);
	free(en->signer_key_path);
	free(en->fingerprint);
	free(en->url);
	free(en->tls_ca);
	*en = (struct enrolment){0};
}

char *
prefix_path(const char *prefix, const char *suffix)
{
	char *path = NULL;

	return asprintf(&path, "%s%s", prefix, suffix) < 0 ? NULL : path;
}

X509 *
cert_load(const char *path, struct err *e)
{
	struct buf pem = {0};
	STACK_OF(X509) *certs = NULL;
	X509 *cert = NULL;

	if (file_read(path, PEM_MAX, &pem, e) == 0)
		certs = certs_read_pem(buf_view(&pem), e);
	if (certs != NULL) {
		cert = sk_X509_shift(certs);
		sk_X509_pop_free(certs, X509_free);
	}
	buf_free(&pem);
	return cert;
}

static int
find_word(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

int
enrolment_how(const struct args *a, struct enrolment *en, struct err *e)
{
	int found;

	en->how = client_how(&en->ca.caps);
	if (a->cipher != NULL) {
		found = find_word(a->cipher, cipher_words, CIPHER_COUNT);
		if (found < 0)
			return err_set(e, ERR_USAGE,
			    "%s is not a cipher: aes128, aes192, aes256 or des3", a->cipher);
		en->how.cipher = (enum cipher)found;
	}
	if (a->digest != NULL) {
		found = find_word(a->digest, digest_words, DIGEST_COUNT);
		if (found < 0)
			return err_set(e, ERR_USAGE,
			    "%s is not a digest: sha1, sha256, sha384 or sha512", a->digest);
		en->how.digest = (enum digest)found;
	}
	en->how.pss = a->pss;
	if (a->oaep)
		en->how.transport =
		    (struct transport){KEY_TRANSPORT_OAEP, DIGEST_SHA256, DIGEST_SHA256};
	return 0;
}

/* PREFIX.pem holds the certificate and its chain, PREFIX.ca.pem the chain alone. */
static int
write_certs(
    struct ctl *c, const struct enrolment *en, const struct client_reply *reply, struct err *e)
{
	char *cert_path = prefix_path(en->out, ".pem"), *ca_path = prefix_path(en->out, ".ca.pem");
	struct buf cert = {0}, chain = {0};
	int rc = -1;

	if (cert_path == NULL || ca_path == NULL) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	for (int i = 0; i < sk_X509_num(en->ca.certs); i++) {
		X509 *ca = sk_X509_value(en->ca.certs, i);

		if (X509_check_ca(ca) > 0 && pem_add(&chain, ca, e) != 0)
			goto out;
	}
	if (pem_add(&cert, sk_X509_value(reply->certs, 0), e) != 0 ||
	    buf_add(&cert, chain.p, chain.n) != 0 ||
	    file_write(cert_path, buf_view(&cert), 0644, NOBODY_ELSE, true, e) != 0)
		goto out;
	if (chain.n > 0 && file_write(ca_path, buf_view(&chain), 0644, NOBODY_ELSE, false, e) != 0)
		goto out;
	ctl_note(c, "the certificate is in %s", cert_path);
	rc = 0;
out:
	free(cert_path);
	free(ca_path);
	buf_free(&cert);
	buf_free(&chain);
	return rc;
}

static int
print_issued(struct ctl *c, const struct client_reply *reply, struct err *e)
{
	json_t *facts = show_cert(sk_X509_value(reply->certs, 0));
	int rc = show_object(c->out, false, facts, e);

	json_decref(facts);
	return rc;
}

static int
refused(const struct client_reply *reply, struct err *e)
{
	const char *name = "no failInfo";

	if (reply->fail_info >= 0 &&
	    (size_t)reply->fail_info < sizeof(fail_info_names) / sizeof(fail_info_names[0]))
		name = fail_info_names[reply->fail_info];
	return err_set(e, ERR_REFUSED, "the server refused the request: %s%s%s", name,
	    *reply->fail_text != '\0' ? ": " : "", reply->fail_text);
}

static int
finish(struct ctl *c, struct enrolment *en, const struct client_reply *reply, struct err *e)
{
	char *state;
	int rc;

	switch (reply->status) {
	case STATUS_SUCCESS:
		rc = write_certs(c, en, reply, e);
		state = rc == 0 ? prefix_path(en->out, ".pending") : NULL;
		if (state != NULL)
			unlink(state);
		free(state);
		return rc == 0 ? print_issued(c, reply, e) : -1;
	case STATUS_PENDING:
		if (pending_write(c, en, e) != 0)
			return -1;
		ctl_note(
		    c, "the server has not decided yet: scepctl poll --out %s asks again", en->out);
		return CTL_PENDING;
	default:
		return refused(reply, e);
	}
}

int
enrolment_run(struct ctl *c, struct enrolment *en, struct view content, struct err *e)
{
	X509_PUBKEY *spki = NULL;
	struct client_reply reply = {0};
	struct buf answer = {0};
	int rc = -1;

	if (X509_PUBKEY_set(&spki, en->key) != 1) {
		err_set_ossl(e, ERR_INTERNAL, "the key cannot be used");
		goto out;
	}
	if (client_request_make(&en->ca, &en->how, &en->signer, content, &en->request, e) != 0)
		goto out;
	en->sent = true;
	if (client_send(&en->server, &en->ca, &en->request, &answer, e) != 0 ||
	    client_reply_read(
	        &en->ca, &en->request, &en->signer, spki, buf_view(&answer), &reply, e) != 0)
		goto out;
	rc = finish(c, en, &reply, e);
out:
	X509_PUBKEY_free(spki);
	client_reply_free(&reply);
	buf_free(&answer);
	return rc;
}
