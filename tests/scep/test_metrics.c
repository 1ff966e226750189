/* SPDX-License-Identifier: ISC
 *
 * /metrics, as Prometheus reads it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ossl.h"
#include "ca/crl.h"
#include "harness.h"
#include "host.h"
#include "rig.h"
#include "suites.h"

static struct rig rig;
static struct http_reply page;

static int
start(void)
{
	rig_start(&rig, NULL);
	rig.remember = true;
	rig.sp->ras[0].number = 2;
	return 0;
}

static int
stop(void)
{
	http_reply_free(&page);
	rig_stop(&rig);
	return 0;
}

static void
fetch(const struct service *s)
{
	const struct http_request in = {.method = HTTP_GET, .path = view_str("/metrics")};

	http_reply_free(&page);
	service_handle(s, &in, &page);
	CU_ASSERT_EQUAL(page.status, 200);
	CU_ASSERT_STRING_EQUAL(page.type, "text/plain; version=0.0.4");
}

/* Whether the page has a line that begins so and ends with the number. */
static bool
has(const char *begins, int64_t number)
{
	char line[400];

	snprintf(line, sizeof line, "\n%s %lld\n", begins, (long long)number);
	return strstr(buf_str(&page.body), line) != NULL;
}

static time_t
end_of(const X509 *cert)
{
	time_t at = 0;

	CU_ASSERT_EQUAL(ossl_seconds(X509_get0_notAfter(cert), &at), 0);
	return at;
}

static void
what_ends_and_when(void)
{
	fetch(&rig.service);
	CU_ASSERT_TRUE(has("scepd_certificate_not_after_seconds{kind=\"ca\",name=\"ca\","
	                   "number=\"0\",presented=\"true\"}",
	    end_of(rig.ca)));
	CU_ASSERT_TRUE(has("scepd_certificate_not_after_seconds{kind=\"ra\",name=\"test\","
	                   "number=\"2\",presented=\"true\"}",
	    end_of(rig.ra)));
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&page.body), "scepd_build_info{version=\""));
	/* This host has no list. */
	CU_ASSERT_PTR_NULL(strstr(buf_str(&page.body), "scepd_crl_next_update_seconds{"));
}

/* Every sample stands behind the type of its family, and every line ends. */
static void
each_sample_has_its_type(void)
{
	char *text, *at, family[100], type[140];

	fetch(&rig.service);
	text = strdup(buf_str(&page.body));
	CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
	at = text;
	for (char *line; (line = strsep(&at, "\n")) != NULL && *line != '\0';) {
		if (*line == '#')
			continue;
		snprintf(family, sizeof family, "%.*s", (int)strcspn(line, "{ "), line);
		snprintf(type, sizeof type, "\n# TYPE %s ", family);
		CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&page.body), type));
		snprintf(type, sizeof type, "# HELP %s ", family);
		CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&page.body), type));
	}
	free(text);
}

static void
names_are_escaped(void)
{
	char name[sizeof rig.sp->profile.name];

	memcpy(name, rig.sp->profile.name, sizeof name);
	snprintf(rig.sp->profile.name, sizeof name, "a\"b\\c\nd");
	fetch(&rig.service);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf_str(&page.body), "name=\"a\\\"b\\\\c\\nd\""));
	memcpy(rig.sp->profile.name, name, sizeof name);
}

static void
the_store(void)
{
	struct store *store = rig.service.store;

	fetch(&rig.service);
	CU_ASSERT_TRUE(has("scepd_store_up", 1));
	freeReplyObject(redis_do(rig.redis, "CONFIG SET maxmemory 1"));
	fetch(&rig.service);
	CU_ASSERT_TRUE(has("scepd_store_up", 0));
	freeReplyObject(redis_do(rig.redis, "CONFIG SET maxmemory 0"));
	rig.service.store = NULL;
	fetch(&rig.service);
	CU_ASSERT_TRUE(has("scepd_store_up", 0));
	rig.service.store = store;
}

static void
the_list_of_this_host(void)
{
	struct host h;
	struct crl list = {0};
	struct err e = ERR_INIT;

	host_start(&h, &rig, "a");
	host_tick(&h);
	CU_ASSERT_EQUAL_FATAL(crl_read(&h.ca->authority, service_crl(h.ca), &list, &e), 0);
	fetch(&h.service);
	CU_ASSERT_TRUE(has("scepd_crl_next_update_seconds{ca=\"ca\"}", list.to));
	crl_free(&list);
	host_stop(&h);
}

/* The number behind the outcome; -1: the page has none. */
static long
count_of(const char *outcome)
{
	char text[100];
	const char *at;

	fetch(&rig.service);
	snprintf(text, sizeof text, "\nscepd_requests_total{outcome=\"%s\"} ", outcome);
	at = strstr(buf_str(&page.body), text);
	return at != NULL ? strtol(at + strlen(text), NULL, 10) : -1;
}

static void
enrol(const char *slug)
{
	struct buf csr = {0};
	struct seen s;

	make_csr(make_rsa(2048, 3), "CN=counted", RIG_CHALLENGE, NULL, &csr);
	rig_enrol_csr(&rig, buf_view(&csr), &s);
	CU_ASSERT_STRING_EQUAL(s.slug, slug);
	seen_free(&s);
	buf_free(&csr);
}

static void
get(const char *query)
{
	struct http_reply out;
	struct seen s;

	rig_get(&rig, "/scep/" RIG_PROFILE, query, &out, &s);
	http_reply_free(&out);
}

static void
what_requests_came_to(void)
{
	long ok, issued, replayed, bad;

	get("operation=x");
	ok = count_of("ok");
	issued = count_of("issued");
	replayed = count_of("replayed");
	bad = count_of("operation");
	CU_ASSERT(ok >= 0);
	CU_ASSERT(issued >= 0);
	CU_ASSERT(bad > 0);
	enrol("issued");
	enrol("replayed");
	get("operation=GetCACaps");
	get("operation=y");
	CU_ASSERT_EQUAL(count_of("issued"), issued + 1);
	CU_ASSERT_EQUAL(count_of("replayed"), replayed + 1);
	CU_ASSERT_EQUAL(count_of("operation"), bad + 1);
	/* Those who ask for this page do not count, and what no request can come to is not there.
	 */
	CU_ASSERT_EQUAL(count_of("ok"), ok + 1);
	CU_ASSERT_EQUAL(count_of("usage"), -1);
}

static void
only_get_and_head(void)
{
	struct http_request in = {.method = HTTP_POST, .path = view_str("/metrics")};
	struct http_reply out;
	struct seen s;

	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 405);
	CU_ASSERT_STRING_EQUAL(out.allow, "GET, HEAD");
	CU_ASSERT_PTR_NOT_NULL(strstr(s.line, "op=metrics "));
	http_reply_free(&out);
	in.method = HTTP_HEAD;
	rig_handle(&rig, &in, &out, &s);
	CU_ASSERT_EQUAL(s.http, 200);
	http_reply_free(&out);
}

static CU_TestInfo tests[] = {
    T(what_ends_and_when),
    T(each_sample_has_its_type),
    T(names_are_escaped),
    T(the_store),
    T(the_list_of_this_host),
    T(what_requests_came_to),
    T(only_get_and_head),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo metrics_suite = {"metrics", start, stop, NULL, NULL, tests};
