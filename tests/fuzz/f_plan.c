/* SPDX-License-Identifier: ISC
 *
 * Any PKCS#10, as if its proof of possession were right: what is planned for it is a certificate
 * that reads back to the same octets and is no CA; or it is refused.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "ca/plan.h"
#include "fuzz.h"

#define NOW ((time_t)1800000000)

/* An issuing CA that exists for the length of the program; nothing is ever signed with it. */
static const struct authority *
authority(void)
{
	static struct authority a;
	EVP_PKEY *key;

	if (a.cert != NULL)
		return &a;
	PROMISE((key = EVP_EC_gen("P-256")) != NULL && (a.cert = X509_new()) != NULL);
	PROMISE(X509_set_pubkey(a.cert, key) == 1);
	PROMISE(ASN1_TIME_set(X509_getm_notBefore(a.cert), NOW - 1000) != NULL);
	PROMISE(ASN1_TIME_set(X509_getm_notAfter(a.cert), NOW + 1000) != NULL);
	EVP_PKEY_free(key);
	strcpy(a.name, "fuzz");
	a.sig_nid = NID_ecdsa_with_SHA256;
	return &a;
}

static void
check_plan(struct plan *plan)
{
	struct buf der = {0}, again = {0};
	X509 *cert;
	BASIC_CONSTRAINTS *bc;
	uint8_t digest[32];

	PROMISE(plan_write(plan, (struct view){0}, &der, NULL) == 0);
	PROMISE((cert = plan_cert(plan)) != NULL);
	PROMISE(tbs_digest(cert, digest) == 0);
	PROMISE(memcmp(digest, plan->tbs_digest, sizeof digest) == 0);
	PROMISE(ossl_write(&again, cert, ASN1_ITEM_rptr(X509)) == 0);
	PROMISE(view_eq(buf_view(&der), buf_view(&again)));
	bc = X509_get_ext_d2i(cert, NID_basic_constraints, NULL, NULL);
	PROMISE(bc != NULL && bc->ca == 0);
	PROMISE(plan->not_before < plan->not_after);
	PROMISE(memchr(plan->dropped, 0, sizeof plan->dropped) != NULL);
	BASIC_CONSTRAINTS_free(bc);
	buf_free(&der);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csr csr;
	struct plan plan = {0};
	struct profile p;
	struct err e = ERR_INIT, refused = ERR_INIT;

	fuzz_start();
	PROMISE(profile_init(&p, &e) == 0);
	p.min_rsa_bits = 1024;
	p.allow_ed25519 = true;
	if (csr_read(view_of(data, size), NULL, &csr, &e) == 0 || e.code == ERR_CSR_PROOF) {
		if (csr.digest == DIGEST_NONE)
			csr.digest = DIGEST_SHA256;
		if (plan_make(&p, authority(), &csr, NOW, &plan, &refused) == 0)
			check_plan(&plan);
		else
			PROMISE(refused.code != ERR_OK && refused.code != ERR_INTERNAL);
		plan_free(&plan);
	}
	csr_free(&csr);
	profile_free(&p);
	ERR_clear_error();
	return 0;
}
