/* SPDX-License-Identifier: ISC
 *
 * The error value: the deepest cause stays, the detail is printable and fits, the table is whole
 * and gives nothing away.
 */
#include <string.h>

#include <openssl/err.h>

#include "base/err.h"
#include "suites.h"

static void
deepest_cause_stays(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(err_set(&e, ERR_CSR, "line %d", 7), -1);
	CU_ASSERT_EQUAL(err_set(&e, ERR_INTERNAL, "later"), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CSR);
	CU_ASSERT_STRING_EQUAL(e.detail, "line 7");
}

static void
cleared_error_takes_another(void)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_CSR, "first");
	err_clear(&e);
	CU_ASSERT_EQUAL(e.code, ERR_OK);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	err_set(&e, ERR_BUSY, "second");
	CU_ASSERT_EQUAL(e.code, ERR_BUSY);
}

static void
detail_is_printable_and_cut(void)
{
	struct err e = ERR_INIT;
	char longer[2 * sizeof e.detail];

	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	err_set(&e, ERR_FILE, "a\nb\033c\177d %s", longer);
	CU_ASSERT_EQUAL(strncmp(e.detail, "a?b?c?d x", 9), 0);
	CU_ASSERT_EQUAL(strlen(e.detail), sizeof e.detail - 1);
}

static void
oldest_openssl_reason_is_told(void)
{
	struct err e = ERR_INIT;

	ERR_clear_error();
	ERR_raise(ERR_LIB_ASN1, ERR_R_PASSED_NULL_PARAMETER);
	ERR_raise(ERR_LIB_ASN1, ERR_R_MALLOC_FAILURE);
	CU_ASSERT_EQUAL(err_set_ossl(&e, ERR_MESSAGE, "reading"), -1);
	CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
	CU_ASSERT_STRING_EQUAL(e.detail, "reading: passed a null parameter");
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
}

static void
openssl_queue_is_emptied_even_when_set(void)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_CSR, "deep");
	ERR_raise(ERR_LIB_ASN1, ERR_R_PASSED_NULL_PARAMETER);
	err_set_ossl(&e, ERR_INTERNAL, "above");
	CU_ASSERT_STRING_EQUAL(e.detail, "deep");
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
}

static void
openssl_error_without_a_reason(void)
{
	struct err e = ERR_INIT;

	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 123);
	err_set_ossl(&e, ERR_INTERNAL, "engine");
	CU_ASSERT_EQUAL(strncmp(e.detail, "engine: OpenSSL error ", 22), 0);
}

static void
empty_openssl_queue_adds_nothing(void)
{
	struct err e = ERR_INIT;

	ERR_clear_error();
	err_set_ossl(&e, ERR_INTERNAL, "alone");
	CU_ASSERT_STRING_EQUAL(e.detail, "alone");
}

static void
no_error_value_is_needed(void)
{
	ERR_raise(ERR_LIB_ASN1, ERR_R_PASSED_NULL_PARAMETER);
	CU_ASSERT_EQUAL(err_set(NULL, ERR_CSR, "x"), -1);
	CU_ASSERT_EQUAL(err_set_ossl(NULL, ERR_CSR, "x"), -1);
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
}

static void
table_is_whole(void)
{
	for (enum err_code c = ERR_OK + 1; c < ERR_COUNT; c++) {
		int http = err_http(c);

		CU_ASSERT(http >= 400 && http <= 599);
		CU_ASSERT(err_fail_info(c) >= FAIL_NONE && err_fail_info(c) <= FAIL_BAD_CERT_ID);
		CU_ASSERT_PTR_NOT_NULL_FATAL(err_slug(c));
		CU_ASSERT_EQUAL(
		    strspn(err_slug(c), "abcdefghijklmnopqrstuvwxyz-"), strlen(err_slug(c)));
		for (enum err_code d = ERR_OK; d < c; d++)
			CU_ASSERT_STRING_NOT_EQUAL(err_slug(c), err_slug(d));
	}
	CU_ASSERT_EQUAL(err_http(ERR_COUNT), 500);
	CU_ASSERT_STRING_EQUAL(err_slug(ERR_OK), "ok");
}

/* Between the unwrapped key and the accepted challenge there is one answer: badRequest without
 * text. */
static void
uniform_failures_are_uniform(void)
{
	static const enum err_code uniform[] = {
	    ERR_CONTENT, ERR_CSR, ERR_CSR_PROOF, ERR_CSR_SIGNER, ERR_NO_CHALLENGE, ERR_CHALLENGE};

	for (size_t i = 0; i < sizeof uniform / sizeof uniform[0]; i++) {
		CU_ASSERT_EQUAL(err_fail_info(uniform[i]), FAIL_BAD_REQUEST);
		CU_ASSERT_PTR_NULL(err_text(uniform[i]));
		CU_ASSERT_EQUAL(err_http(uniform[i]), 400);
	}
}

CU_TestInfo err_tests[] = {
    T(deepest_cause_stays),
    T(cleared_error_takes_another),
    T(detail_is_printable_and_cut),
    T(oldest_openssl_reason_is_told),
    T(openssl_queue_is_emptied_even_when_set),
    T(openssl_error_without_a_reason),
    T(empty_openssl_queue_adds_nothing),
    T(no_error_value_is_needed),
    T(table_is_whole),
    T(uniform_failures_are_uniform),
    CU_TEST_INFO_NULL,
};
