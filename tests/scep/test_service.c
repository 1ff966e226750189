/* SPDX-License-Identifier: ISC
 *
 * The HTTP side: paths, methods, operations, the CA bodies, and the log line.
 */
#include <string.h>

#include <openssl/err.h>

#include "harness.h"
#include "rig.h"
#include "suites.h"
#include "wire/scep_body.h"

static struct rig rig;

static int
start(void)
{
	rig_start(&rig, NULL);
	return 0;
}

static int
stop(void)
{
	rig_stop(&rig);
	return 0;
}

static void
expect(const char *path, const char *query, int http, const char *slug)
{
	struct http_reply out;
	struct seen s;

	rig_get(&rig, path, query, &out, &s);
	CU_ASSERT_EQUAL(s.http, http);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	CU_ASSERT_TRUE(out.body.n > 0);
	http_reply_free(&out);
}

static void
a_profile_is_found_by_id_and_by_name(void)
{
	static const char *const paths[] = {"/scep/" RIG_ID "/pkiclient.exe", "/scep/" RIG_ID,
	    "/scep/" RIG_ID "/", "/scep/" RIG_PROFILE "/pkiclient.exe",
	    "/scep/" RIG_PROFILE "/mscep.dll/pkiclient.exe", "//scep//" RIG_PROFILE};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		expect(paths[i], "operation=GetCACaps", 200, "ok");
	expect("/scep/unknown/pkiclient.exe", "operation=GetCACaps", 404, "no-profile");
	expect("/scep/" RIG_PROFILE "x", "operation=GetCACaps", 404, "no-profile");
	expect("/scep/11111111", "operation=GetCACaps", 404, "no-profile"); /* a part of RIG_ID */
	expect("/cgi-bin/pkiclient.exe", "operation=GetCACaps", 404, "no-profile");
}

static void
further_paths_and_the_default_profile_serve(void)
{
	static char path[] = "/certsrv/mscep";
	static const char *const built[] = {"/scep", "/scep/", "/scep/pkiclient.exe",
	    "/scep/PKICLIENT.EXE", "/scep/mscep.dll/pkiclient.exe", "/scep/cgi-bin/pkiclient.exe"};
	char *paths[] = {path};

	rig.sp->profile.paths = paths;
	rig.sp->profile.n_paths = 1;
	expect("/certsrv/mscep/mscep.dll/pkiclient.exe", "operation=GetCACaps&message=default", 200,
	    "ok");
	expect("/certsrv/mscepx", "operation=GetCACaps", 404, "no-profile");
	rig.sp->profile.paths = NULL;
	rig.sp->profile.n_paths = 0;
	rig.service.default_profile = rig.sp;
	expect("/cgi-bin/pkiclient.exe", "operation=GetCACaps", 200, "ok");
	for (size_t i = 0; i < sizeof built / sizeof *built; i++)
		expect(built[i], "operation=GetCACaps", 200, "ok");
	expect("/scep/unknown/pkiclient.exe", "operation=GetCACaps", 404, "no-profile");
	rig.service.default_profile = NULL;
	for (size_t i = 0; i < sizeof built / sizeof *built; i++)
		expect(built[i], "operation=GetCACaps", 404, "no-profile");
}

static void
errors_of_http_are_one_plain_line(void)
{
	struct http_request in = {
	    .path = view_str("/scep/" RIG_PROFILE), .query = view_str("operation=GetCACaps")};
	struct http_reply out;
	struct seen s;

	in.method = HTTP_OTHER;
	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 405);
	CU_ASSERT_STRING_EQUAL(s.slug, "method");
	CU_ASSERT_PTR_NOT_NULL(out.allow);
	CU_ASSERT_STRING_EQUAL(out.type, "text/plain");
	CU_ASSERT_EQUAL(strcspn(buf_str(&out.body), "\n"), out.body.n - 1);
	http_reply_free(&out);
	expect("/scep/" RIG_PROFILE, "operation=Nonsense", 400, "operation");
	expect("/scep/" RIG_PROFILE, "", 400, "operation");
	expect("/scep/" RIG_PROFILE, "operation=PKIOperation", 400, "no-message");
	expect("/scep/" RIG_PROFILE, "operation=PKIOperation&message=!!", 400, "encoding");
	expect("/scep/" RIG_PROFILE, "operation=PKIOperation&message=AAAA", 400, "message");
	expect("/scep/" RIG_PROFILE, "operation=GetNextCACert", 404, "no-next-ca");
	in = (struct http_request){.method = HTTP_POST, .path = in.path, .body_large = true};
	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 413);
	CU_ASSERT_STRING_EQUAL(s.slug, "too-large");
	http_reply_free(&out);
	in = (struct http_request){
	    .method = HTTP_POST, .path = in.path, .body = view_str("0"), .body_short = true};
	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 400);
	CU_ASSERT_STRING_EQUAL(s.slug, "body-short");
	http_reply_free(&out);
}

static void
deep_messages_are_refused_before_any_library_sees_them(void)
{
	uint8_t deep[200];
	struct seen s;

	for (size_t i = 0; i < sizeof deep; i += 2) {
		deep[i] = 0x30;
		deep[i + 1] = (uint8_t)(sizeof deep - i > 129 ? 0x80 : sizeof deep - i - 2);
	}
	rig_post(&rig, view_of(deep, sizeof deep), NULL, &s);
	CU_ASSERT_EQUAL(s.http, 400);
	CU_ASSERT_STRING_EQUAL(s.slug, "limits");
}

static void
capabilities_follow_the_profile(void)
{
	struct http_reply out;
	struct seen s;

	rig_get(&rig, "/scep/" RIG_PROFILE, "operation=getcacaps&message=0", &out, &s);
	CU_ASSERT_STRING_EQUAL(out.type, "text/plain");
	CU_ASSERT_STRING_EQUAL(buf_str(&out.body), "AES\nDES3\nPOSTPKIOperation\nRenewal\nSCEPStand"
	                                           "ard\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n");
	http_reply_free(&out);
	rig.sp->profile.algs = ALGS_MODERN;
	rig_prepare(&rig);
	rig_get(&rig, "/scep/" RIG_PROFILE, "operation=GetCACaps", &out, &s);
	CU_ASSERT_PTR_NULL(strstr(buf_str(&out.body), "DES3"));
	CU_ASSERT_PTR_NULL(strstr(buf_str(&out.body), "SHA-1\n"));
	http_reply_free(&out);
	rig.sp->profile.algs = ALGS_ALL;
	rig_prepare(&rig);
}

static void
a_profile_without_ra_or_ca_is_not_prepared(void)
{
	const struct service_profile kept = *rig.sp;

	for (int i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		rig.sp->n_ras = i == 0 ? 0 : kept.n_ras;
		rig.sp->n_line = i == 0 ? kept.n_line : 0;
		CU_ASSERT_EQUAL(service_prepare(&rig.service, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
		CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "has no RA or no CA"));
	}
	*rig.sp = kept;
}

static int
presented(X509 **first, X509 **second)
{
	struct http_reply out;
	struct seen s;
	struct err e = ERR_INIT;
	STACK_OF(X509) *certs;
	int n;

	rig_get(&rig, "/scep/" RIG_PROFILE, "operation=GetCACert&message=CAIdentifier", &out, &s);
	CU_ASSERT_STRING_EQUAL(out.type, "application/x-x509-ca-ra-cert");
	certs = certs_only_read(buf_view(&out.body), NULL, &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(certs);
	n = sk_X509_num(certs);
	*first = sk_X509_shift(certs);
	*second = sk_X509_shift(certs);
	sk_X509_pop_free(certs, X509_free);
	http_reply_free(&out);
	return n;
}

static void
the_ra_comes_first_then_the_ca(void)
{
	X509 *first, *second;

	CU_ASSERT_EQUAL(presented(&first, &second), 2);
	CU_ASSERT_EQUAL(X509_cmp(first, rig.ra), 0);
	CU_ASSERT_EQUAL(X509_cmp(second, rig.ca), 0);
	X509_free(first);
	X509_free(second);
	/* A CA that is itself the root stays, whatever include_root says. */
	rig.sp->profile.include_root = false;
	rig_prepare(&rig);
	CU_ASSERT_EQUAL(presented(&first, &second), 2);
	X509_free(first);
	X509_free(second);
	rig.sp->profile.include_root = true;
	rig.sp->profile.include_ca_certificate = false;
	rig_prepare(&rig);
	CU_ASSERT_EQUAL(presented(&first, &second), 1);
	CU_ASSERT_EQUAL(X509_cmp(first, rig.ra), 0);
	X509_free(first);
	rig.sp->profile.include_ca_certificate = true;
	rig_prepare(&rig);
}

static void
source(const char *remote, const char *forwarded, const char *expected)
{
	const struct http_request in = {.method = HTTP_GET,
	    .path = view_str("/scep/" RIG_PROFILE),
	    .query = view_str("operation=GetCACaps"),
	    .remote = view_str(remote),
	    .forwarded = view_str(forwarded)};
	struct http_reply out;
	struct seen s;
	char field[80];

	rig_handle(&rig, &in, &out, &s);
	snprintf(field, sizeof field, " src=%s ", expected);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, field));
	http_reply_free(&out);
}

static void
the_source_comes_from_trusted_proxies_only(void)
{
	struct net trusted[2];

	CU_ASSERT_EQUAL_FATAL(net_read("10.0.0.1", &trusted[0]), 0);
	CU_ASSERT_EQUAL_FATAL(net_read("10.0.0.2", &trusted[1]), 0);
	source("10.0.0.1", "192.0.2.1", "10.0.0.1");
	rig.service.trusted_proxies = trusted;
	rig.service.n_trusted_proxies = 2;
	source("10.0.0.1", "192.0.2.1", "192.0.2.1");
	source("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1");
	source("198.51.100.1", "192.0.2.1", "198.51.100.1");
	source("10.0.0.1", "", "10.0.0.1");
	source("::ffff:10.0.0.1", "192.0.2.1", "192.0.2.1");
	rig.service.trusted_proxies = NULL;
	rig.service.n_trusted_proxies = 0;
}

static void
what_an_earlier_request_left_is_forgotten(void)
{
	ERR_raise(ERR_LIB_USER, 1);
	expect("/scep/" RIG_PROFILE, "operation=GetCACaps", 200, "ok");
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
}

static void
no_request_can_forge_a_log_line(void)
{
	const struct http_request in = {.method = HTTP_GET,
	    .path = view_str("/x\nts=1 outcome=issued"),
	    .query = view_str("operation=GetCACaps"),
	    .user_agent = view_str("a\" outcome=issued\n\x1b[2J")};
	struct http_reply out;
	struct seen s;

	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(strcspn(s.line, "\n"), strlen(s.line) - 1);
	CU_ASSERT_PTR_NULL(strchr(s.line, '\x1b'));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "req="));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "\\\" outcome=issued"));
	http_reply_free(&out);
}

/* What a stranger can bring about at will is no alarm. */
static void
the_level_of_a_line(void)
{
	static const struct {
		const char *path, *query, *level;
		int http;
	} rows[] = {
	    {"/scep/" RIG_PROFILE, "operation=GetCACaps", " level=info ", 200},
	    {"/scep/unknown", "operation=GetCACaps", " level=warn ", 404},
	    {"/scep/" RIG_PROFILE, "operation=PKIOperation&message=AA", " level=warn ", 503},
	};

	struct store *kept = rig.service.store;

	rig.service.store = NULL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_reply out;
		struct seen s;

		rig_get(&rig, rows[i].path, rows[i].query, &out, &s);
		CU_ASSERT_EQUAL(s.http, rows[i].http);
		CU_ASSERT_PTR_NOT_NULL(strstr(s.line, rows[i].level));
		http_reply_free(&out);
	}
	rig.service.store = kept;
}

static CU_TestInfo tests[] = {
    T(a_profile_is_found_by_id_and_by_name),
    T(further_paths_and_the_default_profile_serve),
    T(errors_of_http_are_one_plain_line),
    T(deep_messages_are_refused_before_any_library_sees_them),
    T(capabilities_follow_the_profile),
    T(a_profile_without_ra_or_ca_is_not_prepared),
    T(the_ra_comes_first_then_the_ca),
    T(the_source_comes_from_trusted_proxies_only),
    T(what_an_earlier_request_left_is_forgotten),
    T(no_request_can_forge_a_log_line),
    T(the_level_of_a_line),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo service_suite = {"service", start, stop, NULL, NULL, tests};
