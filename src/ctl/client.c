/* SPDX-License-Identifier: ISC
 *
 * The requests of a SCEP client (RFC 8894 sections 2.3 and 3.3): who signs them, how they are
 * built, how they are sent.
 */
#include "ctl/client.h"

#include <ctype.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/enc.h"
#include "ctl/fetch.h"

#define SIGNER_DAYS 7

struct client_how
client_how(const struct caps_read *caps)
{
	struct client_how how = {.cipher = CIPHER_DES3, .digest = DIGEST_SHA1};

	if (caps->aes)
		how.cipher = CIPHER_AES128;
	if (caps->sha256)
		how.digest = DIGEST_SHA256;
	else if (caps->sha512)
		how.digest = DIGEST_SHA512;
	how.transport = (struct transport){KEY_TRANSPORT_PKCS1, DIGEST_SHA1, DIGEST_SHA1};
	return how;
}

/* The same subject and key as the request; a CA may want digitalSignature and keyEncipherment to be
 * allowed. */
int
client_signer_make(EVP_PKEY *key, const X509_NAME *subject, struct client_signer *s, struct err *e)
{
	const EVP_MD *md = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
	time_t now = clock_now();
	X509_EXTENSION *usage = NULL;
	X509 *cert = X509_new();
	uint8_t serial[8];
	uint64_t number;

	*s = (struct client_signer){0};
	usage = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_key_usage, "critical,digitalSignature,keyEncipherment");
	if (cert == NULL || usage == NULL || RAND_bytes(serial, sizeof(serial)) != 1)
		goto fail;
	memcpy(&number, serial, sizeof(number));
	if (X509_set_version(cert, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), number >> 1 | 1) != 1 ||
	    X509_set_subject_name(cert, subject) != 1 || X509_set_issuer_name(cert, subject) != 1 ||
	    ASN1_TIME_adj(X509_getm_notBefore(cert), now, -1, 0) == NULL ||
	    ASN1_TIME_adj(X509_getm_notAfter(cert), now, SIGNER_DAYS, 0) == NULL ||
	    X509_set_pubkey(cert, key) != 1 || X509_add_ext(cert, usage, -1) != 1 ||
	    X509_sign(cert, key, md) == 0 || EVP_PKEY_up_ref(key) != 1)
		goto fail;
	X509_EXTENSION_free(usage);
	*s = (struct client_signer){key, cert};
	return 0;
fail:
	X509_EXTENSION_free(usage);
	X509_free(cert);
	return err_set_ossl(e, ERR_INTERNAL, "cannot make a self-signed certificate");
}

void
client_signer_free(struct client_signer *s)
{
	EVP_PKEY_free(s->key);
	X509_free(s->cert);
	*s = (struct client_signer){0};
}

static int
choose_transaction_id(char out[CLIENT_TID_LEN + 1])
{
	uint8_t random[CLIENT_TID_LEN / 2];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return -1;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(out + 2 * i, 3, "%02X", random[i]);
	return 0;
}

int
client_request_make(const struct client_ca *ca, const struct client_how *how,
    const struct client_signer *by, struct view content, struct client_request *r, struct err *e)
{
	struct msg_signer signer = {
	    .cert = by->cert, .key = by->key, .digest = how->digest, .pss = how->pss};
	struct scep_attrs attrs = SCEP_ATTRS_INIT;
	struct buf envelope = {0};
	struct view inner;
	int rc = -1;

	buf_free(&r->der);
	if ((*r->transaction_id == '\0' && choose_transaction_id(r->transaction_id) != 0) ||
	    RAND_bytes(r->nonce, NONCE_LEN) != 1) {
		err_set_ossl(e, ERR_INTERNAL, "cannot draw random octets");
		goto out;
	}
	if (scep_env_write(content, how->cipher, how->transport, ca->encrypt, NULL, &envelope, e) !=
	    0)
		goto out;
	attrs.type = r->type;
	attrs.transaction_id = view_str(r->transaction_id);
	attrs.sender_nonce = view_of(r->nonce, NONCE_LEN);
	attrs.signing_time = clock_now();
	inner = buf_view(&envelope);
	rc = scep_msg_write(&attrs, &inner, &signer, NULL, &r->der, e);
out:
	buf_free(&envelope);
	return rc;
}

/* The URL of a GET: the message in base64, with what a URL cannot hold as %XX. */
static int
get_url(const char *url, struct view der, struct buf *out)
{
	struct buf text = {0};
	int rc = base64_write(&text, der);

	if (rc == 0)
		rc = buf_printf(out, "%s%coperation=PKIOperation&message=", url,
		    strchr(url, '?') != NULL ? '&' : '?');
	for (size_t i = 0; rc == 0 && i < text.n; i++) {
		char c = (char)text.p[i];

		rc = isalnum((unsigned char)c) ? buf_add(out, &c, 1) : buf_printf(out, "%%%02X", c);
	}
	buf_free(&text);
	return rc;
}

int
client_send(const struct client_server *s, const struct client_ca *ca,
    const struct client_request *r, struct buf *answer, struct err *e)
{
	struct fetch f = {.tls_ca = s->tls_ca};
	struct fetched got = {0};
	struct buf url = {0};
	bool post = ca->caps.post && !s->get;
	int rc = post ? buf_printf(&url, "%s%coperation=PKIOperation", s->url,
	                    strchr(s->url, '?') != NULL ? '&' : '?')
	              : get_url(s->url, buf_view(&r->der), &url);

	if (rc != 0) {
		rc = err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	f.url = buf_str(&url);
	if (post) {
		f.body = buf_view(&r->der);
		f.type = "application/x-pki-message";
	}
	rc = fetch(&f, &got, e);
	if (rc == 0)
		rc = fetch_check(&got, "PKIOperation", e);
	if (rc == 0) {
		*answer = got.body;
		got.body = (struct buf){0};
	}
out:
	buf_free(&got.body);
	buf_free(&url);
	return rc;
}
