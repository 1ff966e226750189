/* SPDX-License-Identifier: ISC
 *
 * See ctl/client_trust.h.
 */
#include "ctl/client_trust.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/ossl.h"

bool
client_is_ca(X509 *cert)
{
	return X509_check_ca(cert) > 0;
}

/* Whether `cert` chains to one of `anchors`, which need not be roots; *why is the reason when it
 * does not. */
static bool
chains(X509 *cert, STACK_OF(X509) *anchors, STACK_OF(X509) *others, bool any_time, const char **why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	bool ok = false;

	*why = "out of memory";
	if (ctx != NULL && X509_STORE_CTX_init(ctx, NULL, cert, others) == 1) {
		X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
		param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		/* A time that is set counts whatever the flags say. */
		if (any_time)
			X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
		else
			X509_VERIFY_PARAM_set_time(param, clock_now());
		ok = X509_verify_cert(ctx) == 1;
		*why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	}
	X509_STORE_CTX_free(ctx);
	return ok;
}

static bool
is_among(X509 *cert, STACK_OF(X509) *certs)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (sk_X509_value(certs, i) == cert)
			return true;
	}
	return false;
}

/* A root is as good as what it signed: the key that made its own signature made that of `below`
 * too. */
static bool
is_root_of(X509 *root, X509 *below)
{
	return X509_self_signed(root, 1) == 1 && X509_check_issued(root, below) == X509_V_OK &&
	       X509_verify(below, X509_get0_pubkey(root)) == 1;
}

static int
read_fingerprint(const char *text, uint8_t out[32], struct err *e)
{
	struct buf digits = {0}, octets = {0};
	int rc = 0;

	for (const char *p = text; *p != '\0' && rc == 0; p++)
		rc = *p == ':' ? 0 : buf_add(&digits, p, 1);
	if (rc != 0 || hex_read(&octets, buf_view(&digits)) != 0 || octets.n != 32)
		rc = err_set(
		    e, ERR_USAGE, "%s is not a SHA-256 fingerprint: 64 hexadecimal digits", text);
	else
		memcpy(out, octets.p, 32);
	buf_free(&digits);
	buf_free(&octets);
	return rc;
}

static X509 *
find_fingerprint(STACK_OF(X509) *certs, const uint8_t wanted[32])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len;

	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (X509_digest(cert, EVP_sha256(), hash, &len) == 1 &&
		    memcmp(hash, wanted, 32) == 0)
			return cert;
	}
	return NULL;
}

/* What is trusted to begin with: the certificate that was named, or every CA that came along. */
static int
find_anchors(STACK_OF(X509) *certs, const char *fingerprint, STACK_OF(X509) *anchors, struct err *e)
{
	uint8_t wanted[32];
	X509 *named;

	if (fingerprint != NULL) {
		if (read_fingerprint(fingerprint, wanted, e) != 0)
			return -1;
		named = find_fingerprint(certs, wanted);
		if (named == NULL)
			return err_set(e, ERR_SIGNER,
			    "no certificate of the server has the fingerprint %s", fingerprint);
		return sk_X509_push(anchors, named) > 0 ? 0
		                                        : err_set(e, ERR_MEMORY, "out of memory");
	}
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (client_is_ca(sk_X509_value(certs, i)) &&
		    sk_X509_push(anchors, sk_X509_value(certs, i)) <= 0)
			return err_set(e, ERR_MEMORY, "out of memory");
	}
	return 0;
}

int
client_trust(STACK_OF(X509) **certs, const char *fingerprint, bool any_time, struct err *e)
{
	STACK_OF(X509) *anchors = sk_X509_new_null(), *kept = sk_X509_new_null();
	const char *why = "";
	int rc = -1;

	if (anchors == NULL || kept == NULL) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	if (find_anchors(*certs, fingerprint, anchors, e) != 0)
		goto out;
	for (int i = 0; i < sk_X509_num(*certs); i++) {
		X509 *cert = sk_X509_value(*certs, i);
		/* An anchor is not validated: a false root of the right name could spoil that. */
		bool good = sk_X509_num(anchors) == 0 || is_among(cert, anchors) ||
		            chains(cert, anchors, *certs, any_time, &why) ||
		            is_root_of(cert, sk_X509_value(anchors, 0));

		if (!good && i == 0) {
			err_set(
			    e, ERR_SIGNER, "the RA certificate does not chain to the CA: %s", why);
			goto out;
		}
		if (good && (X509_up_ref(cert) != 1 || sk_X509_push(kept, cert) <= 0)) {
			err_set(e, ERR_MEMORY, "out of memory");
			goto out;
		}
	}
	sk_X509_pop_free(*certs, X509_free);
	*certs = kept;
	kept = NULL;
	rc = 0;
out:
	sk_X509_free(anchors);
	sk_X509_pop_free(kept, X509_free);
	ERR_clear_error();
	return rc;
}
