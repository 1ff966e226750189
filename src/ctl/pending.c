/* SPDX-License-Identifier: ISC
 *
 * PREFIX.pending: what poll needs to go on with a transaction (RFC 8894 section 3.3.3): the server,
 * the transactionID, the names and the files of the keys. It holds no secret.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ctl/ca_files.h"
#include "ctl/enroll.h"
#include "ctl/folder.h"
#include "signer/keyring.h"

static json_t *
pending_json(const struct enrolment *en)
{
	struct buf name = {0}, hex = {0}, pem = {0};
	struct err ignored = ERR_INIT;
	json_t *state = NULL;

	if (ossl_write(&name, en->subject, ASN1_ITEM_rptr(X509_NAME)) == 0 &&
	    hex_write(&hex, buf_view(&name)) == 0 && pem_add(&pem, en->signer.cert, &ignored) == 0)
		state = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:b,s:b,s:b}", "url",
		    en->server.url, "transaction_id", en->request.transaction_id, "subject",
		    buf_str(&hex), "key", en->key_path, "signer_key", en->signer_key_path,
		    "signer_cert", buf_str(&pem), "cipher", (int)en->how.cipher, "digest",
		    (int)en->how.digest, "pss", en->how.pss, "get", en->server.get, "oaep",
		    en->how.transport.kind == KEY_TRANSPORT_OAEP);
	if (state != NULL && en->fingerprint != NULL)
		json_object_set_new(state, "fingerprint", json_string(en->fingerprint));
	if (state != NULL && en->server.tls_ca != NULL)
		json_object_set_new(state, "tls_ca", json_string(en->server.tls_ca));
	buf_free(&name);
	buf_free(&hex);
	buf_free(&pem);
	return state;
}

int
pending_write(struct ctl *c, const struct enrolment *en, struct err *e)
{
	char *path = prefix_path(en->out, ".pending"), *text = NULL;
	json_t *state = pending_json(en);
	int rc = -1;

	(void)c;
	if (state != NULL)
		text = json_dumps(state, JSON_INDENT(2));
	if (path == NULL || text == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	else
		rc = file_write(path, view_str(text), 0600, NOBODY_ELSE, false, e);
	json_decref(state);
	free(text);
	free(path);
	return rc;
}

static X509_NAME *
read_name(const char *hex)
{
	struct buf der = {0};
	X509_NAME *name = NULL;

	if (hex_read(&der, view_str(hex)) == 0)
		name = ossl_read(buf_view(&der), ASN1_ITEM_rptr(X509_NAME));
	buf_free(&der);
	return name;
}

static X509 *
read_cert(const char *pem, struct err *e)
{
	STACK_OF(X509) *certs = certs_read_pem(view_str(pem), e);
	X509 *cert = sk_X509_shift(certs);

	sk_X509_pop_free(certs, X509_free);
	return cert;
}

static char *
copy_or_null(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

/* What was unpacked from the file; borrowed from its JSON. */
struct state {
	const char *url, *tid, *subject, *key, *signer_key, *signer_cert, *fingerprint, *tls_ca;
	int cipher, digest, pss, get, oaep;
};

static int
unpack(const json_t *json, struct state *s)
{
	json_error_t why;

	if (json_unpack_ex((json_t *)json, &why, 0,
	        "{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:b,s:b,s:b,s?:s,s?:s}", "url", &s->url,
	        "transaction_id", &s->tid, "subject", &s->subject, "key", &s->key, "signer_key",
	        &s->signer_key, "signer_cert", &s->signer_cert, "cipher", &s->cipher, "digest",
	        &s->digest, "pss", &s->pss, "get", &s->get, "oaep", &s->oaep, "fingerprint",
	        &s->fingerprint, "tls_ca", &s->tls_ca) != 0)
		return -1;
	if (s->cipher < 0 || s->cipher >= CIPHER_COUNT || s->digest < 0 ||
	    s->digest >= DIGEST_COUNT || strlen(s->tid) > CLIENT_TID_LEN || *s->tid == '\0')
		return -1;
	return 0;
}

static int
take_state(
    struct ctl *c, const struct args *a, const struct state *s, struct enrolment *en, struct err *e)
{
	en->url = strdup(s->url);
	en->tls_ca = copy_or_null(s->tls_ca);
	en->fingerprint = copy_or_null(s->fingerprint);
	en->key_path = strdup(s->key);
	en->signer_key_path = strdup(s->signer_key);
	if (en->url == NULL || en->key_path == NULL || en->signer_key_path == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	en->server = (struct client_server){en->url, en->tls_ca, s->get != 0};
	en->how = (struct client_how){(enum cipher)s->cipher, (enum digest)s->digest, s->pss != 0,
	    {s->oaep ? KEY_TRANSPORT_OAEP : KEY_TRANSPORT_PKCS1, DIGEST_SHA256, DIGEST_SHA256}};
	snprintf(en->request.transaction_id, sizeof(en->request.transaction_id), "%s", s->tid);
	en->subject = read_name(s->subject);
	en->signer.cert = read_cert(s->signer_cert, e);
	if (en->subject == NULL || en->signer.cert == NULL)
		return err_set(e, ERR_FILE, "%s.pending: it has been changed", en->out);
	en->key = open_key(c, a, en->key_path, NULL, e);
	if (en->key == NULL)
		return -1;
	if (strcmp(en->key_path, en->signer_key_path) == 0 && EVP_PKEY_up_ref(en->key) == 1)
		en->signer.key = en->key;
	else
		en->signer.key = open_key(c, a, en->signer_key_path, NULL, e);
	return en->signer.key != NULL ? 0 : -1;
}

int
pending_read(struct ctl *c, const struct args *a, struct enrolment *en, struct err *e)
{
	char *path = prefix_path(en->out, ".pending");
	struct state state = {0};
	struct secret text = {0};
	json_error_t why;
	json_t *json = NULL;
	int rc = -1;

	if (path == NULL || file_read_secret(path, PEM_MAX, c->owner.uid, &text, e) != 0)
		goto out;
	json = json_loadb((const char *)text.p, text.n, 0, &why);
	if (json == NULL || unpack(json, &state) != 0) {
		err_set(e, ERR_FILE, "%s: not a file that scepctl wrote", path);
		goto out;
	}
	rc = take_state(c, a, &state, en, e);
out:
	json_decref(json);
	secret_free(&text);
	free(path);
	return rc;
}
