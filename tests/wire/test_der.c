/* SPDX-License-Identifier: ISC
 *
 * What is written is DER, as OpenSSL's templates would have it.
 */
#include <stdlib.h>

#include "base/ossl.h"
#include "harness.h"
#include "suites.h"
#include "wire/der.h"

static void
a_length_has_the_fewest_octets(void)
{
	static const size_t lengths[] = {
	    0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffff, 0x1000000 - 5};

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct buf der = {0}, again = {0};
		struct der d = der_to(&der);
		uint8_t *octets = calloc(1, lengths[i] + 1);
		ASN1_SEQUENCE_ANY *sequence;

		CU_ASSERT_EQUAL_FATAL(buf_add_str(&der, "before"), 0);
		der.max = 32u << 20;
		der_begin(&d, DER_SEQUENCE);
		der_put(&d, DER_OCTET_STRING, view_of(octets, lengths[i]));
		der_end(&d);
		CU_ASSERT_EQUAL_FATAL(der_done(&d), 0);
		CU_ASSERT_NSTRING_EQUAL(der.p, "before", 6);
		sequence =
		    ossl_read(view_of(der.p + 6, der.n - 6), ASN1_ITEM_rptr(ASN1_SEQUENCE_ANY));
		CU_ASSERT_EQUAL_FATAL(sk_ASN1_TYPE_num(sequence), 1);
		again.max = der.max;
		CU_ASSERT_EQUAL(ossl_write(&again, sequence, ASN1_ITEM_rptr(ASN1_SEQUENCE_ANY)), 0);
		CU_ASSERT_TRUE(view_eq(view_of(der.p + 6, der.n - 6), buf_view(&again)));
		sk_ASN1_TYPE_pop_free(sequence, ASN1_TYPE_free);
		buf_free(&der);
		buf_free(&again);
		free(octets);
	}
}

static void
a_set_of_is_sorted_by_its_octets(void)
{
	static const char *const in[] = {"bb", "b", "a", "c", "ab", ""};
	static const char sorted[] = "\x31\x13\x04\x00\x04\x01"
	                             "a\x04\x01"
	                             "b\x04\x01"
	                             "c\x04\x02"
	                             "ab\x04\x02"
	                             "bb";
	struct buf der = {0};
	struct der d = der_to(&der);

	der_begin(&d, DER_SET);
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		der_put(&d, DER_OCTET_STRING, view_str(in[i]));
	der_end_set_of(&d);
	CU_ASSERT_EQUAL(der_done(&d), 0);
	CU_ASSERT_TRUE(view_eq(buf_view(&der), view_of(sorted, sizeof sorted - 1)));
	buf_free(&der);
}

static void
algorithms_and_numbers_are_as_openssl_writes_them(void)
{
	struct buf der = {0}, other = {0};
	struct der d = der_to(&der);
	X509_ALGOR *alg = X509_ALGOR_new();

	X509_ALGOR_set0(alg, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL);
	CU_ASSERT_EQUAL(ossl_write(&other, alg, ASN1_ITEM_rptr(X509_ALGOR)), 0);
	der_alg(&d, NID_rsaEncryption, DER_PARAMS_NULL);
	CU_ASSERT_TRUE(view_eq(buf_view(&der), buf_view(&other)));
	X509_ALGOR_set0(alg, OBJ_nid2obj(NID_sha256), V_ASN1_UNDEF, NULL);
	buf_cut(&der, 0);
	buf_cut(&other, 0);
	CU_ASSERT_EQUAL(ossl_write(&other, alg, ASN1_ITEM_rptr(X509_ALGOR)), 0);
	der_alg(&d, NID_sha256, DER_PARAMS_ABSENT);
	CU_ASSERT_TRUE(view_eq(buf_view(&der), buf_view(&other)));
	buf_cut(&der, 0);
	der_small(&d, 127);
	CU_ASSERT_TRUE(view_eq(buf_view(&der), view_str("\x02\x01\x7f")));
	CU_ASSERT_EQUAL(der_done(&d), 0);
	X509_ALGOR_free(alg);
	buf_free(&der);
	buf_free(&other);
}

/* Each on a writer of its own: whatever follows, the failure is told at the end. */
static void
a_failure_is_kept(void)
{
	struct buf der = {0}, full = {.max = 10};
	struct der unknown = der_to(&der), deep = der_to(&der), open = der_to(&der),
	           closed = der_to(&der), narrow = der_to(&full), many = der_to(&der);

	der_oid(&unknown, NID_undef);
	der_small(&unknown, 1);
	CU_ASSERT_EQUAL(der_done(&unknown), -1);
	for (int i = 0; i <= DER_DEPTH_MAX; i++)
		der_begin(&deep, DER_SEQUENCE);
	for (int i = 0; i <= DER_DEPTH_MAX; i++)
		der_end(&deep);
	CU_ASSERT_EQUAL(der_done(&deep), -1);
	der_begin(&open, DER_SEQUENCE);
	CU_ASSERT_EQUAL(der_done(&open), -1);
	der_end(&closed); /* of nothing */
	CU_ASSERT_EQUAL(der_done(&closed), -1);
	der_put(&narrow, DER_OCTET_STRING, view_str("longer than that"));
	der_small(&narrow, 1);
	CU_ASSERT_EQUAL(der_done(&narrow), -1);
	der_begin(&many, DER_SET);
	for (int i = 0; i <= DER_SET_MAX; i++)
		der_small(&many, (uint8_t)i);
	der_end_set_of(&many);
	CU_ASSERT_EQUAL(der_done(&many), -1);
	buf_free(&der);
	buf_free(&full);
}

/* A buffer that had something in it has that, and nothing of what failed. */
static void
a_failure_leaves_nothing_behind(void)
{
	struct buf der = {.max = 20};
	struct der d;

	CU_ASSERT_EQUAL_FATAL(buf_add_str(&der, "before"), 0);
	d = der_to(&der);
	der_begin(&d, DER_SEQUENCE);
	der_small(&d, 1);
	der_put(&d, DER_OCTET_STRING, view_str("too much for that"));
	der_end(&d);
	CU_ASSERT_EQUAL(der_done(&d), -1);
	CU_ASSERT_STRING_EQUAL(buf_str(&der), "before");
	CU_ASSERT_EQUAL(der.n, 6);
	d = der_to(&der);
	der_begin(&d, DER_SEQUENCE);
	der_small(&d, 1);
	CU_ASSERT_EQUAL(der_done(&d), -1);
	CU_ASSERT_EQUAL(der.n, 6);
	d = der_to(&der);
	der_end(&d);
	CU_ASSERT_EQUAL(der_done(&d), -1);
	CU_ASSERT_STRING_EQUAL(buf_str(&der), "before");
	buf_free(&der);
}

CU_TestInfo der_tests[] = {
    T(a_length_has_the_fewest_octets),
    T(a_set_of_is_sorted_by_its_octets),
    T(algorithms_and_numbers_are_as_openssl_writes_them),
    T(a_failure_is_kept),
    T(a_failure_leaves_nothing_behind),
    CU_TEST_INFO_NULL,
};
