/* SPDX-License-Identifier: ISC
 *
 * Reply heads and plain error replies, octet for octet.
 */
#include <string.h>

#include "wire/http.h"
#include "suites.h"

static void
methods(void)
{
	CU_ASSERT_EQUAL(http_method_read("GET"), HTTP_GET);
	CU_ASSERT_EQUAL(http_method_read("HEAD"), HTTP_HEAD);
	CU_ASSERT_EQUAL(http_method_read("POST"), HTTP_POST);
	CU_ASSERT_EQUAL(http_method_read("PUT"), HTTP_OTHER);
	CU_ASSERT_EQUAL(http_method_read("get"), HTTP_OTHER);
	CU_ASSERT_EQUAL(http_method_read(""), HTTP_OTHER);
	CU_ASSERT_EQUAL(http_method_read(NULL), HTTP_OTHER);
}

static void
head_of_a_message(void)
{
	struct http_reply r = {.status = 200, .type = "application/x-pki-message"};
	struct buf head = {0};

	CU_ASSERT_EQUAL(buf_add(&r.body, "\0\1\2", 3), 0);
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&head), "Status: 200 OK\r\n"
	                                       "Content-Type: application/x-pki-message\r\n"
	                                       "Content-Length: 3\r\n"
	                                       "Cache-Control: no-store\r\n\r\n");
	buf_free(&head);
	http_reply_free(&r);
	CU_ASSERT_PTR_NULL(r.body.p);
	CU_ASSERT_EQUAL(r.status, 0);
}

static void
head_of_an_error(void)
{
	struct http_reply r = {.status = 0};
	struct buf head = {0};

	http_reply_error(&r, ERR_METHOD, NULL);
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&head), "Status: 405 Method Not Allowed\r\n"
	                                       "Content-Type: text/plain\r\n"
	                                       "Content-Length: 19\r\n"
	                                       "Cache-Control: no-store\r\n"
	                                       "Allow: GET, HEAD, POST\r\n\r\n");
	CU_ASSERT_STRING_EQUAL(buf_str(&r.body), "method not allowed\n");
	buf_free(&head);
	http_reply_error(&r, ERR_NOT_READY, NULL);
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&head), "Status: 503 Service Unavailable\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&head), "Retry-After: 5\r\n"));
	CU_ASSERT_PTR_NULL(strstr(buf_str(&head), "Allow"));
	buf_free(&head);
	http_reply_free(&r);
}

static void
head_without_room(void)
{
	struct http_reply r = {.status = 200, .type = "text/plain"};
	struct buf head = {.max = 40};

	CU_ASSERT_EQUAL(buf_add_str(&head, "x"), 0);
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), -1);
	CU_ASSERT_STRING_EQUAL(buf_str(&head), "x");
	buf_free(&head);
}

static void
error_replaces_what_was_there(void)
{
	struct http_reply r = {
	    .status = 200, .type = "application/x-pki-message", .retry_after = 9};

	CU_ASSERT_EQUAL(buf_add_str(&r.body, "half a message"), 0);
	http_reply_error(&r, ERR_CIPHER, "DES-CBC is not accepted");
	CU_ASSERT_EQUAL(r.status, 400);
	CU_ASSERT_STRING_EQUAL(r.type, "text/plain");
	CU_ASSERT_STRING_EQUAL(buf_str(&r.body), "DES-CBC is not accepted\n");
	CU_ASSERT_EQUAL(r.retry_after, 0);
	CU_ASSERT_PTR_NULL(r.allow);
	http_reply_free(&r);
}

/* The status of every code has a reason phrase, and its text is one line. */
static void
every_code_can_be_said(void)
{
	for (enum err_code c = ERR_OK + 1; c < ERR_COUNT; c++) {
		struct http_reply r = {.status = 0};
		struct buf head = {0};

		http_reply_error(&r, c, NULL);
		CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
		CU_ASSERT_PTR_NULL(strstr(buf_str(&head), "Unknown"));
		CU_ASSERT_PTR_EQUAL(
		    strchr(buf_str(&r.body), '\n'), buf_str(&r.body) + r.body.n - 1);
		CU_ASSERT(r.body.n > 1);
		buf_free(&head);
		http_reply_free(&r);
	}
}

CU_TestInfo http_tests[] = {
    T(methods),
    T(head_of_a_message),
    T(head_of_an_error),
    T(head_without_room),
    T(error_replaces_what_was_there),
    T(every_code_can_be_said),
    CU_TEST_INFO_NULL,
};
