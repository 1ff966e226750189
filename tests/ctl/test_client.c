/* SPDX-License-Identifier: ISC
 *
 * Requests and replies without a network: in every way a message can be protected, and replies that
 * are wrong in one place.
 */
#include <string.h>

#include "ctl/client.h"
#include "fake.h"
#include "suites.h"

/* A client in front of the fake server. */
struct pair {
	struct fake fake;
	struct client_ca ca;
	struct client_signer signer;
	struct client_how how;
	struct client_request request;
	struct client_reply reply;
	struct buf csr;
	EVP_PKEY *key;    /* borrowed */
	char detail[384]; /* of the client's error */
};

static void
pair_open(struct pair *p, EVP_PKEY *key)
{
	X509_NAME *name = make_name("CN=device");
	struct buf certs = {0};
	struct err e = ERR_INIT;

	*p = (struct pair){.key = key};
	fake_open(&p->fake);
	fake_ca_cert(&p->fake, &certs);
	CU_ASSERT_EQUAL_FATAL(
	    client_ca_read(view_str(p->fake.caps), buf_view(&certs), NULL, &p->ca, &e), 0);
	CU_ASSERT_EQUAL_FATAL(client_signer_make(key, name, &p->signer, &e), 0);
	p->how = client_how(&p->ca.caps);
	p->request.type = TYPE_PKCS_REQ;
	make_csr(key, "CN=device", "open sesame", NULL, &p->csr);
	X509_NAME_free(name);
	buf_free(&certs);
}

static void
pair_close(struct pair *p)
{
	client_reply_free(&p->reply);
	client_signer_free(&p->signer);
	client_ca_free(&p->ca);
	buf_free(&p->request.der);
	buf_free(&p->csr);
	fake_close(&p->fake);
}

/* One exchange; the error of the client, ERR_OK when it believed the reply. */
static enum err_code
exchange(struct pair *p)
{
	X509_PUBKEY *spki = NULL;
	struct buf answer = {0};
	struct err e = ERR_INIT;

	client_reply_free(&p->reply);
	CU_ASSERT_EQUAL_FATAL(X509_PUBKEY_set(&spki, p->key), 1);
	CU_ASSERT_EQUAL_FATAL(
	    client_request_make(&p->ca, &p->how, &p->signer, buf_view(&p->csr), &p->request, &e),
	    0);
	fake_answer(&p->fake, buf_view(&p->request.der), &answer);
	if (client_reply_read(
	        &p->ca, &p->request, &p->signer, spki, buf_view(&answer), &p->reply, &e) == 0)
		e.code = ERR_OK;
	snprintf(p->detail, sizeof p->detail, "%s", e.detail);
	X509_PUBKEY_free(spki);
	buf_free(&answer);
	return e.code;
}

static void
check_issued(struct pair *p)
{
	CU_ASSERT_EQUAL(exchange(p), ERR_OK);
	CU_ASSERT_EQUAL(p->reply.status, STATUS_SUCCESS);
	CU_ASSERT_TRUE_FATAL(sk_X509_num(p->reply.certs) > 0);
	CU_ASSERT_TRUE(csr_same_key(X509_get_X509_PUBKEY(sk_X509_value(p->reply.certs, 0)),
	    X509_get_X509_PUBKEY(p->signer.cert)));
}

static void
every_cipher_and_digest(void)
{
	struct pair p;

	pair_open(&p, make_rsa(2048, 1));
	for (int c = 0; c < CIPHER_COUNT; c++) {
		for (int d = 0; d < DIGEST_COUNT; d++) {
			p.how.cipher = (enum cipher)c;
			p.how.digest = (enum digest)d;
			check_issued(&p);
			CU_ASSERT_EQUAL(p.fake.cipher, (enum cipher)c);
			CU_ASSERT_EQUAL(p.fake.digest, (enum digest)d);
		}
	}
	CU_ASSERT_TRUE(view_eq(secret_view(&p.fake.csr.challenge), view_str("open sesame")));
	pair_close(&p);
}

static void
pss_and_oaep(void)
{
	struct pair p;

	pair_open(&p, make_rsa(2048, 1));
	check_issued(&p);
	CU_ASSERT_FALSE(p.fake.pss);
	CU_ASSERT_EQUAL(p.fake.transport.kind, KEY_TRANSPORT_PKCS1);
	p.how.pss = true;
	check_issued(&p);
	CU_ASSERT_TRUE(p.fake.pss);
	p.how.transport = (struct transport){KEY_TRANSPORT_OAEP, DIGEST_SHA256, DIGEST_SHA256};
	check_issued(&p);
	CU_ASSERT_EQUAL(p.fake.transport.kind, KEY_TRANSPORT_OAEP);
	CU_ASSERT_EQUAL(p.fake.transport.oaep_md, DIGEST_SHA256);
	pair_close(&p);
}

static void
ec_keys(void)
{
	static const char *const curves[] = {"P-256", "P-384"};

	for (size_t i = 0; i < 2; i++) {
		struct pair p;

		pair_open(&p, make_ec(curves[i]));
		check_issued(&p);
		p.fake.mood = FAKE_OTHER_RECIPIENT;
		CU_ASSERT_EQUAL(exchange(&p), ERR_CONTENT);
		pair_close(&p);
	}
}

static void
the_signer_certificate_is_as_the_rfc_says(void)
{
	X509_NAME *name = make_name("CN=device/O=Test");
	struct client_signer s;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(client_signer_make(make_rsa(2048, 1), name, &s, &e), 0);
	CU_ASSERT_EQUAL(X509_NAME_cmp(X509_get_subject_name(s.cert), name), 0);
	CU_ASSERT_EQUAL(X509_self_signed(s.cert, 1), 1);
	CU_ASSERT_EQUAL(
	    X509_get_key_usage(s.cert), X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_ENCIPHERMENT);
	CU_ASSERT_TRUE(X509_cmp_current_time(X509_get0_notBefore(s.cert)) < 0);
	CU_ASSERT_TRUE(X509_cmp_current_time(X509_get0_notAfter(s.cert)) > 0);
	client_signer_free(&s);
	X509_NAME_free(name);
}

static void
transactions_differ(void)
{
	char tid[CLIENT_TID_LEN + 1];
	uint8_t nonce[NONCE_LEN];
	struct pair p;

	pair_open(&p, make_rsa(2048, 1));
	check_issued(&p);
	memcpy(tid, p.request.transaction_id, sizeof tid);
	memcpy(nonce, p.request.nonce, sizeof nonce);
	CU_ASSERT_EQUAL(strlen(tid), CLIENT_TID_LEN);
	CU_ASSERT_STRING_EQUAL(p.fake.tid, tid);
	/* The same transaction goes on under its name, with another nonce. */
	check_issued(&p);
	CU_ASSERT_STRING_EQUAL(p.request.transaction_id, tid);
	CU_ASSERT_NOT_EQUAL(memcmp(p.request.nonce, nonce, sizeof nonce), 0);
	*p.request.transaction_id = '\0';
	check_issued(&p);
	CU_ASSERT_NOT_EQUAL(strcmp(p.request.transaction_id, tid), 0);
	pair_close(&p);
}

static void
wrong_replies_are_not_believed(void)
{
	static const struct {
		enum fake_mood mood;
		enum err_code code;
	} wrong[] = {
	    {FAKE_OTHER_NONCE, ERR_ATTRIBUTE},
	    {FAKE_OTHER_TID, ERR_ATTRIBUTE},
	    {FAKE_OTHER_TYPE, ERR_TYPE},
	    {FAKE_NO_STATUS, ERR_ATTRIBUTE},
	    {FAKE_OTHER_SIGNER, ERR_SIGNER},
	    {FAKE_TAMPERED, ERR_SIGNATURE},
	    {FAKE_OTHER_RECIPIENT, ERR_RECIPIENT},
	    {FAKE_SPOILED_KEY, ERR_CONTENT},
	    {FAKE_SHORT_KEY, ERR_CONTENT},
	    {FAKE_OTHER_KEY, ERR_CONTENT},
	    {FAKE_OTHER_ISSUER, ERR_CONTENT},
	    {FAKE_NO_CERTS, ERR_CONTENT},
	};
	struct pair p;

	pair_open(&p, make_rsa(2048, 1));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		p.fake.mood = wrong[i].mood;
		CU_ASSERT_EQUAL(exchange(&p), wrong[i].code);
		CU_ASSERT_PTR_NULL(p.reply.certs);
		CU_ASSERT_EQUAL(p.reply.status, STATUS_NONE);
	}
	/* A key of the wrong length is told before it is used. */
	p.fake.mood = FAKE_SHORT_KEY;
	CU_ASSERT_EQUAL(exchange(&p), ERR_CONTENT);
	CU_ASSERT_PTR_NOT_NULL(strstr(p.detail, "16 octets"));
	p.fake.mood = FAKE_GRANTS;
	check_issued(&p);
	pair_close(&p);
}

/* Servers without an RA sign with the CA, whose key usage often names certificates alone. */
static void
a_ca_speaks_for_its_server(void)
{
	struct pair p;
	struct buf certs = {0};
	struct err e = ERR_INIT;
	X509 *root;

	pair_open(&p, make_rsa(2048, 1));
	p.fake.mood = FAKE_LEAF_SIGNS;
	CU_ASSERT_EQUAL(exchange(&p), ERR_OK);
	root = p.fake.root;
	p.fake.root = make_cert(&(struct make_cert){.key = p.fake.root_key,
	    .cn = "CN=Fake Root",
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign",
	        "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"}});
	fake_ca_cert(&p.fake, &certs);
	client_ca_free(&p.ca);
	CU_ASSERT_EQUAL_FATAL(
	    client_ca_read(view_str(p.fake.caps), buf_view(&certs), NULL, &p.ca, &e), 0);
	CU_ASSERT_EQUAL(exchange(&p), ERR_OK);
	X509_free(root);
	buf_free(&certs);
	pair_close(&p);
}

static void
odd_replies_are_read(void)
{
	struct pair p;

	pair_open(&p, make_rsa(2048, 1));
	p.fake.mood = FAKE_BARE;
	check_issued(&p);
	p.fake.mood = FAKE_CHAIN_FIRST;
	check_issued(&p);
	CU_ASSERT_EQUAL(sk_X509_num(p.reply.certs), 2);
	pair_close(&p);
}

static void
other_outcomes_are_told(void)
{
	struct pair p;

	pair_open(&p, make_rsa(2048, 1));
	p.fake.mood = FAKE_HESITATES;
	CU_ASSERT_EQUAL(exchange(&p), ERR_OK);
	CU_ASSERT_EQUAL(p.reply.status, STATUS_PENDING);
	p.fake.mood = FAKE_REFUSES;
	CU_ASSERT_EQUAL(exchange(&p), ERR_OK);
	CU_ASSERT_EQUAL(p.reply.status, STATUS_FAILURE);
	CU_ASSERT_EQUAL(p.reply.fail_info, FAIL_BAD_REQUEST);
	CU_ASSERT_STRING_EQUAL(p.reply.fail_text, "because?of this");
	pair_close(&p);
}

CU_TestInfo client_tests[] = {
    T(every_cipher_and_digest),
    T(pss_and_oaep),
    T(ec_keys),
    T(the_signer_certificate_is_as_the_rfc_says),
    T(transactions_differ),
    T(wrong_replies_are_not_believed),
    T(a_ca_speaks_for_its_server),
    T(odd_replies_are_read),
    T(other_outcomes_are_told),
    CU_TEST_INFO_NULL,
};
