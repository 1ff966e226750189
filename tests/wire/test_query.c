/* SPDX-License-Identifier: ISC
 *
 * Operations and messages in every dialect that clients use, and recorded requests octet for octet.
 */
#include <string.h>

#include "fixtures.h"
#include "wire/query.h"
#include "suites.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static struct http_request
get(const char *query)
{
	return (struct http_request){.method = HTTP_GET, .query = view_str(query)};
}

static struct http_request
post(struct view body)
{
	return (struct http_request){.method = HTTP_POST, .body = body};
}

static void
operations(void)
{
	static const struct {
		const char *query;
		enum scep_operation op;
	} rows[] = {
	    {"operation=GetCACaps", OP_GET_CA_CAPS},
	    {"operation=GetCACaps&message=0", OP_GET_CA_CAPS},
	    {"operation=GetCACaps&message=default", OP_GET_CA_CAPS},
	    {"operation=GetCACert&message=CAIdentifier", OP_GET_CA_CERT},
	    {"operation=GetCACert&message=My%20CA", OP_GET_CA_CERT},
	    {"operation=GetCACert&message=", OP_GET_CA_CERT},
	    {"operation=GetNextCACert", OP_GET_NEXT_CA_CERT},
	    {"operation=PKIOperation", OP_PKI_OPERATION},
	    {"message=MIIK-_8&operation=PKIOperation", OP_PKI_OPERATION},
	    {"&&operation=GetCACaps&&k=v&", OP_GET_CA_CAPS},
	    {"k=operation&operation=GetCACert", OP_GET_CA_CERT},
	    {"operation=GetCACert&operation=GetCACaps", OP_GET_CA_CERT},
	    {"operation=getcacert", OP_GET_CA_CERT},
	    {"operation=GETCACAPS", OP_GET_CA_CAPS},
	    {"operation=pkiOPERATION", OP_PKI_OPERATION},
	    {"Operation=GetCACaps", OP_GET_CA_CAPS},
	    {"operation=PKI%4fperation", OP_PKI_OPERATION},
	    {"operation=GetCAChain", OP_GET_CA_CERT},
	    {"operation=GetCACertChain", OP_GET_CA_CERT},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_request r = get(rows[i].query);
		struct err e = ERR_INIT;
		enum scep_operation op = OP_PKI_OPERATION;

		if (rows[i].op == OP_PKI_OPERATION)
			op = OP_GET_CA_CAPS;
		if (query_operation(&r, &op, &e) != 0 || op != rows[i].op)
			CU_FAIL(rows[i].query);
		r.method = HTTP_HEAD;
		if (query_operation(&r, &op, &e) != 0 || op != rows[i].op)
			CU_FAIL(rows[i].query);
	}
}

static void
no_operation(void)
{
	static const char *const queries[] = {"", "&", "=", "operation",
	    "operation=", "operation=&x", "operation=GetCACap", "operation=GetCACapsX",
	    "operation=GetCACaps%00", "operation=+GetCACaps", "xoperation=GetCACaps",
	    "operatio=GetCACaps", "GetCACaps", "message=operation=GetCACaps"};

	for (size_t i = 0; i < COUNT(queries); i++) {
		struct http_request r = get(queries[i]);
		struct err e = ERR_INIT;
		enum scep_operation op;

		if (query_operation(&r, &op, &e) != -1 || e.code != ERR_OPERATION)
			CU_FAIL(queries[i]);
	}
}

static void
post_is_pki_operation(void)
{
	static const char *const queries[] = {
	    "", "operation=PKIOperation", "operation=GetCACaps", "operation=x"};

	for (size_t i = 0; i < COUNT(queries); i++) {
		struct http_request r = {.method = HTTP_POST, .query = view_str(queries[i])};
		struct err e = ERR_INIT;
		enum scep_operation op = OP_GET_CA_CAPS;

		CU_ASSERT_EQUAL(query_operation(&r, &op, &e), 0);
		CU_ASSERT_EQUAL(op, OP_PKI_OPERATION);
	}
}

static void
other_methods(void)
{
	struct http_request r = get("operation=GetCACaps&message=MAA=");
	struct err e = ERR_INIT;
	enum scep_operation op;
	struct buf out = {0};

	r.method = HTTP_OTHER;
	CU_ASSERT_EQUAL(query_operation(&r, &op, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_METHOD);
	err_clear(&e);
	CU_ASSERT_EQUAL(query_message(&r, &out, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_NO_MESSAGE);
	err_clear(&e);
	r.method = HTTP_HEAD;
	CU_ASSERT_EQUAL(query_message(&r, &out, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_NO_MESSAGE);
	CU_ASSERT_EQUAL(out.n, 0);
	buf_free(&out);
}

/* The octets 30 0b 0c 09 fb ff fe 3e 3f 30 31 32 33, whose base64 has '+', '/' and '='. */
#define MESSAGE "\x30\x0b\x0c\x09\xfb\xff\xfe\x3e\x3f\x30\x31\x32\x33"

static void
dialects_of_get(void)
{
	static const char *const values[] = {
	    "MAsMCfv//j4/MDEyMw==",             /* raw */
	    "MAsMCfv//j4/MDEyMw%3D%3D",         /* iOS: only '=' escaped */
	    "MAsMCfv%2F%2Fj4%2FMDEyMw%3D%3D",   /* certmonger */
	    "MAsMCfv%2f%2fj4%2fMDEyMw%3d%3d",   /* lower-case escapes */
	    "MAsMCfv//j4/%0AMDEyMw%3D%3D%0A",   /* sscep, Cisco: line feeds, '/' raw */
	    "MAsM%0D%0ACfv//j4/MDEyMw==%0d%0a", /* CR LF */
	    "MAsMCfv__j4_MDEyMw",               /* micromdm: URL-safe, no padding */
	    "MAsMCfv__j4_MDEyMw%3D%3D",
	    "MAsMCfv//j4/MDEyMw", /* padding lost */
	    "MAsMCfv//j4/MDEyMw=",
	    "MAsMCfv//j4/MDEyMw==%00junk", /* rubbish behind the padding */
	    "%4dAsMCfv//j4/MDEyMw==",
	};

	for (size_t i = 0; i < COUNT(values); i++) {
		static const char *const around[][2] = {{"operation=PKIOperation&message=", ""},
		    {"message=", ""}, {"message=", "&operation=PKIOperation"},
		    {"&k=v&MESSAGE=", "&message=MAA="}};

		for (size_t j = 0; j < COUNT(around); j++) {
			struct buf query = {0}, out = {0};
			struct http_request r;
			struct err e = ERR_INIT;

			CU_ASSERT_EQUAL_FATAL(
			    buf_printf(&query, "%s%s%s", around[j][0], values[i], around[j][1]), 0);
			r = get(buf_str(&query));
			CU_ASSERT_EQUAL_FATAL(buf_add_str(&out, ">"), 0);
			if (query_message(&r, &out, &e) != 0 ||
			    !view_eq(buf_view(&out), view_of(">" MESSAGE, sizeof ">" MESSAGE - 1)))
				CU_FAIL(buf_str(&query));
			buf_free(&query);
			buf_free(&out);
		}
	}
}

/* '+' must never become a space first; one that already did is a '+' again. */
static void
plus_in_a_get(void)
{
	static const char *const queries[] = {"message=MAP+/+8=", "message=MAP%2B%2F%2B8%3D",
	    "message=MAP /+8=", "message=MAP%20/%208=", "message=MAP-_-8", "message=MAP-/+8"};

	for (size_t i = 0; i < COUNT(queries); i++) {
		struct http_request r = get(queries[i]);
		struct err e = ERR_INIT;
		struct buf out = {0};

		if (query_message(&r, &out, &e) != 0 ||
		    !view_eq(buf_view(&out), view_of("\x30\x03\xfe\xff\xef", 5)))
			CU_FAIL(queries[i]);
		buf_free(&out);
	}
}

static void
bad_messages_of_get(void)
{
	static const struct {
		const char *query;
		enum err_code code;
	} rows[] = {
	    {"", ERR_NO_MESSAGE},
	    {"operation=PKIOperation", ERR_NO_MESSAGE},
	    {"operation=PKIOperation&message=", ERR_NO_MESSAGE},
	    {"operation=PKIOperation&message", ERR_NO_MESSAGE},
	    {"message=%0A&message=MAA=", ERR_NO_MESSAGE},
	    {"message===", ERR_NO_MESSAGE},
	    {"message=M", ERR_ENCODING},
	    {"message=MAAAA", ERR_ENCODING},
	    {"message=MA*A", ERR_ENCODING},
	    {"message=MA%252B", ERR_ENCODING},
	    {"message=MA%", ERR_ENCODING},
	    {"message=MAA%00", ERR_ENCODING},
	    {"message=\200\201\202\203", ERR_ENCODING},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_request r = get(rows[i].query);
		struct err e = ERR_INIT;
		struct buf out = {0};

		if (query_message(&r, &out, &e) != -1 || e.code != rows[i].code || out.n != 0)
			CU_FAIL(rows[i].query);
		buf_free(&out);
	}
}

static void
size_of_a_get(void)
{
	static char query[HTTP_QUERY_MAX + 2];
	struct buf out = {0};
	struct http_request r;
	struct err e = ERR_INIT;

	memset(query, 'A', HTTP_QUERY_MAX + 1);
	memcpy(query, "message=", 8);
	query[HTTP_QUERY_MAX] = '\0';
	r = get(query);
	CU_ASSERT_EQUAL(query_message(&r, &out, &e), 0);
	CU_ASSERT_EQUAL(out.n, (HTTP_QUERY_MAX - 8) / 4 * 3);
	query[HTTP_QUERY_MAX] = 'A';
	r = get(query);
	CU_ASSERT_EQUAL(query_message(&r, &out, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_TOO_LARGE);
	buf_free(&out);
}

static void
bodies(void)
{
	static const struct {
		const char *body;
		size_t n;
		const char *message;
		size_t m;
	} rows[] = {
	    {MESSAGE, 13, MESSAGE, 13}, {"MAsMCfv//j4/MDEyMw==", 20, MESSAGE, 13},
	    {"MAsMCfv//j4/\r\nMDEyMw==\r\n", 24, MESSAGE, 13},
	    {"\nMAsMCfv__j4_MDEyMw", 19, MESSAGE, 13},
	    {"0aaa", 4, "0aaa", 4},       /* base64 too, but of no SEQUENCE: it is DER of a sort */
	    {"AAAA", 4, "AAAA", 4},       /* base64 of something else */
	    {"\200\0x", 3, "\200\0x", 3}, /* neither: the codec will say so */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_request r = post(view_of(rows[i].body, rows[i].n));
		struct err e = ERR_INIT;
		struct buf out = {0};

		CU_ASSERT_EQUAL(query_message(&r, &out, &e), 0);
		CU_ASSERT(view_eq(buf_view(&out), view_of(rows[i].message, rows[i].m)));
		buf_free(&out);
	}
}

static void
bad_bodies(void)
{
	static uint8_t large[HTTP_BODY_MAX + 1] = {0x30};
	struct http_request rows[] = {post(view_str("")), post(view_of(large, sizeof large)),
	    post(view_of(large, 9)), post(view_of(large, 9)), post(view_of(large, HTTP_BODY_MAX))};
	static const enum err_code codes[] = {
	    ERR_NO_MESSAGE, ERR_TOO_LARGE, ERR_TOO_LARGE, ERR_BODY_SHORT, ERR_OK};

	rows[2].body_large = true;
	rows[3].body_short = true;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;
		struct buf out = {0};

		CU_ASSERT_EQUAL(query_message(&rows[i], &out, &e), codes[i] == ERR_OK ? 0 : -1);
		CU_ASSERT_EQUAL(e.code, codes[i]);
		buf_free(&out);
	}
}

static void
full_output_is_no_encoding_error(void)
{
	struct http_request rows[] = {get("message=MAsMCfv//j4/MDEyMw=="), post(view_str(MESSAGE))};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = {.max = 4};
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL(query_message(&rows[i], &out, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_MEMORY);
		CU_ASSERT_EQUAL(out.n, 0);
		buf_free(&out);
	}
}

static void
names_of_operations(void)
{
	CU_ASSERT_STRING_EQUAL(query_operation_name(OP_GET_CA_CAPS), "GetCACaps");
	CU_ASSERT_STRING_EQUAL(query_operation_name(OP_GET_CA_CERT), "GetCACert");
	CU_ASSERT_STRING_EQUAL(query_operation_name(OP_GET_NEXT_CA_CERT), "GetNextCACert");
	CU_ASSERT_STRING_EQUAL(query_operation_name(OP_PKI_OPERATION), "PKIOperation");
}

/* What stands between the first '?' and the next space of a recorded request line. */
static struct view
query_of(struct view http)
{
	const uint8_t *from = memchr(http.p, '?', http.n), *to;

	if (from == NULL)
		return view_str(NULL);
	from++;
	to = memchr(from, ' ', http.n - (size_t)(from - http.p));
	return view_of(from, to == NULL ? 0 : (size_t)(to - from));
}

static void
recorded_gets(void)
{
	static const char *const names[] = {"live_certmonger_3des_get",
	    "live_certmonger_PKCSReq_get", "live_certmonger_aes256_get",
	    "live_certmonger_pend_GetCertInitial20_get", "live_certmonger_pend_PKCSReq_get",
	    "live_certmonger_ra_get", "live_certmonger_rekey19_get",
	    "live_certmonger_resubmit_get"};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct http_request r = {.method = HTTP_GET};
		struct buf http = {0}, der = {0}, out = {0};
		enum scep_operation op = OP_GET_CA_CAPS;
		struct err e = ERR_INIT;
		char name[128];

		snprintf(name, sizeof name, "%s.http.txt", names[i]);
		CU_ASSERT_EQUAL_FATAL(fixture_live(name, &http), 0);
		snprintf(name, sizeof name, "%s.der", names[i]);
		CU_ASSERT_EQUAL_FATAL(fixture_live(name, &der), 0);
		CU_ASSERT_EQUAL(memcmp(http.p, "GET ", 4), 0);
		r.query = query_of(buf_view(&http));
		CU_ASSERT_EQUAL(query_operation(&r, &op, &e), 0);
		CU_ASSERT_EQUAL(op, OP_PKI_OPERATION);
		CU_ASSERT_EQUAL(query_message(&r, &out, &e), 0);
		CU_ASSERT(view_eq(buf_view(&out), buf_view(&der)));
		buf_free(&http);
		buf_free(&der);
		buf_free(&out);
	}
}

static void
captured_gets(void)
{
	static const char *const names[] = {"apple_ios_2013_PKCSReq", "cisco_iosxe_2026_PKCSReq"};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct buf raw = {0}, query = {0}, der = {0}, out = {0};
		struct http_request r;
		struct err e = ERR_INIT;
		char name[128];

		snprintf(name, sizeof name, "%s.querystring.txt", names[i]);
		if (fixture_captured(name, &raw) != 0)
			continue;
		snprintf(name, sizeof name, "%s.der", names[i]);
		CU_ASSERT_EQUAL_FATAL(fixture_captured(name, &der), 0);
		CU_ASSERT_EQUAL_FATAL(
		    buf_printf(&query, "operation=PKIOperation&message=%s", buf_str(&raw)), 0);
		r = get(buf_str(&query));
		CU_ASSERT_EQUAL(query_message(&r, &out, &e), 0);
		CU_ASSERT(view_eq(buf_view(&out), buf_view(&der)));
		buf_free(&raw);
		buf_free(&query);
		buf_free(&der);
		buf_free(&out);
	}
}

CU_TestInfo query_tests[] = {
    T(operations),
    T(no_operation),
    T(post_is_pki_operation),
    T(other_methods),
    T(dialects_of_get),
    T(plus_in_a_get),
    T(bad_messages_of_get),
    T(size_of_a_get),
    T(bodies),
    T(bad_bodies),
    T(full_output_is_no_encoding_error),
    T(names_of_operations),
    T(recorded_gets),
    T(captured_gets),
    CU_TEST_INFO_NULL,
};
