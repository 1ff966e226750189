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

static void
head_of_what_may_be_kept(void)
{
	struct http_reply r = {.status = 200,
	    .type = "application/pkix-crl",
	    .etag = "\"abc\"",
	    .modified = 784111777,
	    .max_age = 60};
	struct buf head = {0};

	CU_ASSERT_EQUAL(buf_add(&r.body, "\0\1\2", 3), 0);
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&head),
	    "Status: 200 OK\r\n"
	    "Content-Type: application/pkix-crl\r\n"
	    "Content-Length: 3\r\n"
	    "Cache-Control: public, max-age=60\r\n"
	    "ETag: \"abc\"\r\n"
	    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
	buf_free(&head);
	/* Without a body there is no length to be mistaken for that of the whole. */
	http_reply_unchanged(&r);
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&head),
	    "Status: 304 Not Modified\r\n"
	    "Cache-Control: public, max-age=60\r\n"
	    "ETag: \"abc\"\r\n"
	    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
	buf_free(&head);
	r.etag[0] = '\0';
	r.modified = 0;
	CU_ASSERT_EQUAL(http_reply_head(&r, &head), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&head), "Status: 304 Not Modified\r\n"
	                                       "Cache-Control: public, max-age=60\r\n\r\n");
	buf_free(&head);
	http_reply_free(&r);
}

static void
dates(void)
{
	static const struct {
		time_t at;
		const char *text;
	} rows[] = {{0, "Thu, 01 Jan 1970 00:00:00 GMT"},
	    {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
	    {1709251199, "Thu, 29 Feb 2024 23:59:59 GMT"},
	    {4102444800, "Fri, 01 Jan 2100 00:00:00 GMT"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[HTTP_DATE_LEN];

		http_date(rows[i].at, text);
		CU_ASSERT_STRING_EQUAL(text, rows[i].text);
	}
}

static void
unchanged(void)
{
#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
	static const struct {
		enum http_method method;
		const char *none_match, *since;
		bool is;
	} rows[] = {
	    {HTTP_GET, "", "", false},
	    {HTTP_GET, "\"abc\"", "", true},
	    {HTTP_HEAD, "\"abc\"", "", true},
	    {HTTP_POST, "\"abc\"", "", false},
	    {HTTP_GET, "W/\"abc\"", "", true},
	    {HTTP_GET, "*", "", true},
	    {HTTP_GET, "\"ab\"", "", false},
	    {HTTP_GET, "\"abcd\"", "", false},
	    {HTTP_GET, "abc", "", false},
	    {HTTP_GET, "\"x\", W/\"abc\" ,\"y\"", "", true},
	    {HTTP_GET, "\"x\",\"y\"", "", false},
	    {HTTP_GET, " , ,", "", false},
	    {HTTP_GET, "", DATE, true},
	    {HTTP_GET, "", "Sun, 06 Nov 1994 08:49:38 GMT", false},
	    {HTTP_GET, "", "Sunday, 06-Nov-94 08:49:37 GMT", false},
	    /* The tag goes before the date. */
	    {HTTP_GET, "\"x\"", DATE, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_request in = {.method = rows[i].method,
		    .if_none_match = view_str(rows[i].none_match),
		    .if_modified_since = view_str(rows[i].since)};
		struct http_reply r = {.status = 200, .etag = "\"abc\"", .modified = 784111777};

		if (http_unchanged(&in, &r) != rows[i].is)
			CU_FAIL(rows[i].none_match);
		r.status = 404;
		CU_ASSERT_FALSE(http_unchanged(&in, &r));
		r = (struct http_reply){.status = 200};
		CU_ASSERT_FALSE(http_unchanged(&in, &r) && strchr(rows[i].none_match, '*') == NULL);
	}
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
    T(head_of_what_may_be_kept),
    T(dates),
    T(unchanged),
    T(every_code_can_be_said),
    CU_TEST_INFO_NULL,
};
