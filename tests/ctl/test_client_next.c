/* SPDX-License-Identifier: ISC
 *
 * Whom a client believes when it is shown the CA that is to follow (RFC 8894 section 4.7).
 */
#include <string.h>

#include "ctl/client.h"
#include "fake.h"
#include "suites.h"

static struct fake f;
static struct client_ca present;
static X509 *next_ca, *next_ra;
static EVP_PKEY *next_key;

/* The next CA is valid from tomorrow on. */
static void
begin(void)
{
	struct buf der = {0};
	struct err e = ERR_INIT;

	fake_open(&f);
	fake_ca_cert(&f, &der);
	CU_ASSERT_EQUAL_FATAL(
	    client_ca_read(view_str(f.caps), buf_view(&der), NULL, &present, &e), 0);
	buf_free(&der);
	next_key = make_ec("P-521");
	next_ca = make_cert(&(struct make_cert){.key = next_key,
	    .cn = "CN=Fake CA 2",
	    .start = 86400,
	    .days = 30,
	    .exts = {"basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"}});
	next_ra = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=Fake RA 2",
	    .issuer = next_ca,
	    .issuer_key = next_key,
	    .start = 86400,
	    .days = 30,
	    .exts = {"keyUsage=critical,digitalSignature,keyEncipherment"}});
}

static void
end(void)
{
	X509_free(next_ca);
	X509_free(next_ra);
	client_ca_free(&present);
	fake_close(&f);
}

typedef void change_fn(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg);

static void
strip(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sk_ASN1_TYPE_pop_free(sd->certs, ASN1_TYPE_free);
	sd->certs = NULL;
}

static void
flip(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg)
{
	(void)si;
	(void)arg;
	sd->encap->content->data[sd->encap->content->length - 1] ^= 1;
}

static void
sign(X509 *cert, EVP_PKEY *key, const struct view *content, change_fn *change, struct buf *out)
{
	struct msg_signer by = {.cert = cert, .key = key, .digest = DIGEST_SHA256};
	struct scep_attrs a = SCEP_ATTRS_INIT;
	struct err e = ERR_INIT;
	struct buf plain = {0};

	CU_ASSERT_EQUAL_FATAL(scep_msg_write(&a, content, &by, NULL, &plain, &e), 0);
	if (change != NULL)
		make_changed(buf_view(&plain), change, NULL, NULL, out);
	else
		CU_ASSERT_EQUAL_FATAL(buf_add(out, plain.p, plain.n), 0);
	buf_free(&plain);
}

/* What comes of these certificates (NULL ends) that somebody signed. */
static enum err_code
read_next(X509 *cert, EVP_PKEY *key, change_fn *change, struct client_ca *next, X509 *const *given)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	struct buf inner = {0}, der = {0};
	struct err e = ERR_INIT;
	struct view content;

	for (; *given != NULL; given++)
		sk_X509_push(certs, *given);
	CU_ASSERT_EQUAL_FATAL(
	    certs_only_write((struct view){0}, certs, (struct view){0}, &inner), 0);
	content = buf_view(&inner);
	sign(cert, key, &content, change, &der);
	if (client_next_read(&present, buf_view(&der), next, &e) == 0)
		e.code = ERR_OK;
	else
		CU_ASSERT_PTR_NULL(next->certs);
	sk_X509_free(certs);
	buf_free(&inner);
	buf_free(&der);
	return e.code;
}

#define READ(cert, key, change, next, ...)                                                         \
	read_next(cert, key, change, next, (X509 *const[]){__VA_ARGS__, NULL})

static void
check_next(struct client_ca *next)
{
	CU_ASSERT_EQUAL(sk_X509_num(next->certs), 2);
	CU_ASSERT_EQUAL(X509_cmp(next->encrypt, next_ra), 0);
	CU_ASSERT_EQUAL(X509_cmp(next->issuer, next_ca), 0);
	CU_ASSERT_TRUE(next->caps.aes);
	client_ca_free(next);
}

static void
the_present_one_vouches_for_it(void)
{
	struct client_ca next;

	begin();
	CU_ASSERT_EQUAL_FATAL(READ(f.ra, f.ra_key, NULL, &next, next_ra, next_ca), ERR_OK);
	check_next(&next);
	/* As the RFC has it: the CA signs, which elsewhere may sign nothing but certificates. */
	CU_ASSERT_EQUAL_FATAL(READ(f.ca, f.ca_key, NULL, &next, next_ra, next_ca), ERR_OK);
	check_next(&next);
	X509_free(sk_X509_pop(present.certs));
	CU_ASSERT_TRUE(sk_X509_push(present.certs,
	                   make_cert(&(struct make_cert){.key = f.root_key,
	                       .cn = "CN=Fake Root",
	                       .exts = {"basicConstraints=CA:TRUE", "keyUsage=keyCertSign"}})) > 0);
	CU_ASSERT_EQUAL_FATAL(
	    READ(sk_X509_value(present.certs, 2), f.root_key, NULL, &next, next_ra, next_ca),
	    ERR_OK);
	check_next(&next);
	/* Without the signer's certificate in the message. */
	CU_ASSERT_EQUAL_FATAL(READ(f.ra, f.ra_key, strip, &next, next_ra, next_ca), ERR_OK);
	check_next(&next);
	/* A CA that has no RA. */
	CU_ASSERT_EQUAL_FATAL(READ(f.ra, f.ra_key, NULL, &next, next_ca), ERR_OK);
	CU_ASSERT_EQUAL(X509_cmp(next.issuer, next_ca), 0);
	client_ca_free(&next);
	end();
}

static void
others_do_not(void)
{
	X509 *stranger, *leaf;
	struct client_ca next;

	begin();
	stranger = make_cert(&(struct make_cert){.key = make_rsa(2048, 2),
	    .cn = "CN=Fake RA",
	    .exts = {"keyUsage=digitalSignature,keyEncipherment"}});
	CU_ASSERT_EQUAL(
	    READ(stranger, make_rsa(2048, 2), NULL, &next, next_ra, next_ca), ERR_SIGNER);
	/* The next CA for itself. */
	CU_ASSERT_EQUAL(READ(next_ca, next_key, NULL, &next, next_ra, next_ca), ERR_SIGNER);
	/* The key that clients encrypt to, where another one signs. */
	leaf = make_cert(&(struct make_cert){.key = make_rsa(2048, 3),
	    .cn = "CN=Fake RA seal",
	    .issuer = f.ca,
	    .issuer_key = f.ca_key,
	    .serial = 5,
	    .exts = {"keyUsage=critical,keyEncipherment"}});
	CU_ASSERT_TRUE(sk_X509_push(present.certs, leaf) > 0);
	CU_ASSERT_EQUAL(READ(leaf, make_rsa(2048, 3), NULL, &next, next_ra, next_ca), ERR_SIGNER);
	CU_ASSERT_EQUAL(READ(f.ra, f.ra_key, flip, &next, next_ra, next_ca), ERR_SIGNATURE);
	X509_free(stranger);
	end();
}

static void
it_has_to_be_a_ca(void)
{
	struct client_ca next;

	begin();
	CU_ASSERT_EQUAL(READ(f.ra, f.ra_key, NULL, &next, next_ra), ERR_MESSAGE);
	/* An RA beside a CA that is not its own. */
	CU_ASSERT_EQUAL(READ(f.ra, f.ra_key, NULL, &next, next_ra, f.ca), ERR_SIGNER);
	end();
}

static enum err_code
read_der(const struct buf *der)
{
	struct err e = ERR_INIT;
	struct client_ca next;

	CU_ASSERT_EQUAL(client_next_read(&present, buf_view(der), &next, &e), -1);
	CU_ASSERT_PTR_NULL(next.certs);
	return e.code;
}

static void
nonsense_is_refused(void)
{
	const struct view text = view_str("nonsense");
	struct buf der = {0};

	begin();
	/* Nobody signed. */
	fake_ca_cert(&f, &der);
	CU_ASSERT_EQUAL(read_der(&der), ERR_MESSAGE);
	buf_cut(&der, 0);
	sign(f.ra, f.ra_key, NULL, NULL, &der);
	CU_ASSERT_EQUAL(read_der(&der), ERR_MESSAGE);
	buf_cut(&der, 0);
	sign(f.ra, f.ra_key, &text, NULL, &der);
	CU_ASSERT_EQUAL(read_der(&der), ERR_MESSAGE);
	buf_cut(&der, 0);
	CU_ASSERT_EQUAL(buf_add_str(&der, "<html>"), 0);
	CU_ASSERT_EQUAL(read_der(&der), ERR_MESSAGE);
	buf_free(&der);
	end();
}

CU_TestInfo client_next_tests[] = {
    T(the_present_one_vouches_for_it),
    T(others_do_not),
    T(it_has_to_be_a_ca),
    T(nonsense_is_refused),
    CU_TEST_INFO_NULL,
};
