/* SPDX-License-Identifier: ISC
 *
 * What is fetched of an authority: its revocation list and its certificate, with what caches need.
 */
#include <string.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "ca/crl.h"
#include "harness.h"
#include "host.h"
#include "suites.h"

static struct rig rig;
static struct host host;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	host_start(&host, &rig, "one");
	return 0;
}

static int
stop(void)
{
	host_stop(&host);
	rig_stop(&rig);
	return 0;
}

static void
ask(struct http_request in, const char *path, struct http_reply *out)
{
	in.path = view_str(path);
	service_handle(&host.service, &in, out);
}

static void
get(const char *path, struct http_reply *out)
{
	ask((struct http_request){.method = HTTP_GET}, path, out);
}

static void
refused(enum http_method method, const char *path, int http, const char *text)
{
	struct http_reply out;

	ask((struct http_request){.method = method}, path, &out);
	CU_ASSERT_EQUAL(out.status, http);
	CU_ASSERT_STRING_EQUAL(buf_str(&out.body), text);
	CU_ASSERT_EQUAL(out.retry_after > 0, http == 503);
	CU_ASSERT_STRING_EQUAL(out.allow != NULL ? out.allow : "", http == 405 ? "GET, HEAD" : "");
	CU_ASSERT_EQUAL(out.max_age, 0);
	http_reply_free(&out);
}

static void
what_is_not_there_is_not_found(void)
{
	char none[60];

	snprintf(none, sizeof none, "%s\n", err_text(ERR_NO_CA));
	refused(HTTP_GET, "/crl/other.crl", 404, none);
	refused(HTTP_GET, "/ca/other.cer", 404, none);
	refused(HTTP_POST, "/crl/ca.crl", 405, "method not allowed\n");
	refused(HTTP_OTHER, "/ca/ca.cer", 405, "method not allowed\n");
	/* No list was made yet. */
	refused(HTTP_GET, "/crl/ca.crl", 503, "try again later\n");
	refused(HTTP_GET, "/crl/ca.pem", 503, "try again later\n");
}

static void
a_list_is_served_as_it_is(void)
{
	struct http_reply out;
	X509_CRL *list;
	BIO *in;

	clock_fix(1900000000);
	host_tick(&host);
	get("/crl/ca.crl", &out);
	CU_ASSERT_EQUAL(out.status, 200);
	CU_ASSERT_STRING_EQUAL(out.type, "application/pkix-crl");
	CU_ASSERT(view_eq(buf_view(&out.body), service_crl(host.ca)));
	CU_ASSERT_EQUAL(out.modified, 1900000000 - 600);
	CU_ASSERT_EQUAL(out.max_age, 60);
	CU_ASSERT(strlen(out.etag) > 16 && out.etag[0] == '"');
	http_reply_free(&out);
	for (int i = 0; i < 2; i++) { /* the second time it is there already */
		get("/crl/ca.pem", &out);
		CU_ASSERT_STRING_EQUAL(out.type, "application/x-pem-file");
		in = BIO_new_mem_buf(out.body.p, (int)out.body.n);
		list = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL);
		CU_ASSERT_PTR_NOT_NULL(list);
		CU_ASSERT_EQUAL(X509_CRL_verify(list, rig.ca_key), 1);
		X509_CRL_free(list);
		BIO_free(in);
		http_reply_free(&out);
	}
	/* Shortly before and after its end nobody is to keep it for long. */
	clock_fix(1900000000 + 7 * 86400 - 10);
	get("/crl/ca.crl", &out);
	CU_ASSERT_EQUAL(out.max_age, 10);
	http_reply_free(&out);
	clock_fix(1900000000 + 8 * 86400);
	get("/crl/ca.crl", &out);
	CU_ASSERT_EQUAL(out.status, 200);
	CU_ASSERT_EQUAL(out.max_age, 1);
	http_reply_free(&out);
	clock_fix(0);
}

static void
a_new_list_is_served_in_both_forms(void)
{
	struct http_reply der, pem, old;

	host_tick(&host);
	get("/crl/ca.pem", &old);
	host_revoke(&rig, "0a", 3600);
	host_tick(&host);
	get("/crl/ca.crl", &der);
	get("/crl/ca.pem", &pem);
	CU_ASSERT(view_eq(buf_view(&der.body), service_crl(host.ca)));
	CU_ASSERT_STRING_NOT_EQUAL(buf_str(&pem.body), buf_str(&old.body));
	CU_ASSERT_STRING_NOT_EQUAL(pem.etag, old.etag);
	CU_ASSERT_STRING_NOT_EQUAL(pem.etag, der.etag);
	http_reply_free(&der);
	http_reply_free(&pem);
	http_reply_free(&old);
}

/* Who has it already gets a word and no list. */
static void
what_is_unchanged_is_not_sent_again(void)
{
	struct http_reply out;
	char etag[48];

	host_tick(&host);
	get("/crl/ca.crl", &out);
	snprintf(etag, sizeof etag, "%s", out.etag);
	http_reply_free(&out);
	ask((struct http_request){.method = HTTP_GET, .if_none_match = view_str(etag)},
	    "/crl/ca.crl", &out);
	CU_ASSERT_EQUAL(out.status, 304);
	CU_ASSERT_EQUAL(out.body.n, 0);
	CU_ASSERT_STRING_EQUAL(out.etag, etag);
	CU_ASSERT_PTR_NULL(out.type);
	http_reply_free(&out);
	ask((struct http_request){.method = HTTP_GET, .if_none_match = view_str("\"other\"")},
	    "/crl/ca.crl", &out);
	CU_ASSERT_EQUAL(out.status, 200);
	http_reply_free(&out);
}

static void
a_certificate_is_served(void)
{
	struct http_reply out;
	X509 *cert;

	get("/ca/ca.cer", &out);
	CU_ASSERT_EQUAL(out.status, 200);
	CU_ASSERT_STRING_EQUAL(out.type, "application/pkix-cert");
	CU_ASSERT_EQUAL(out.max_age, 3600);
	cert = ossl_cert_read(buf_view(&out.body));
	CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
	CU_ASSERT_EQUAL(X509_cmp(cert, rig.ca), 0);
	X509_free(cert);
	http_reply_free(&out);
}

static void
without_a_folder_there_are_no_lists(void)
{
	struct http_reply out;
	struct http_request in = {.method = HTTP_GET, .path = view_str("/crl/ca.crl")};

	service_handle(&rig.service, &in, &out);
	CU_ASSERT_EQUAL(out.status, 503);
	http_reply_free(&out);
}

static CU_TestInfo tests[] = {
    T(what_is_not_there_is_not_found),
    T(a_list_is_served_as_it_is),
    T(a_new_list_is_served_in_both_forms),
    T(what_is_unchanged_is_not_sent_again),
    T(a_certificate_is_served),
    T(without_a_folder_there_are_no_lists),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo file_suite = {"file", start, stop, NULL, NULL, tests};
