/* SPDX-License-Identifier: ISC
 *
 * FastCGI requests as web servers send them, and as broken ones do: what the service sees, and that
 * the worker is there for the next one.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"
#include "wire/http.h"

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Sends one request on a connection of its own; the reply into `out`. */
static bool
ask(struct scepd *s, const struct request *r, char *out, size_t len)
{
	int fd = client_connect(s);
	bool answered;

	CU_ASSERT_FATAL(fd >= 0);
	client_send(fd, r);
	answered = client_read(fd, out, len);
	close(fd);
	return answered;
}

static void
what_the_service_sees(void)
{
	struct scepd s;
	char out[4096];

	scepd_start(&s, "workers = 1; user = \"\";");
	CU_ASSERT_TRUE(ask(&s,
	    &(struct request){
	        .params = ARGS("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/scep/vpn", "PATH_INFO",
	            "/pkiclient.exe", "QUERY_STRING", "operation=GetCACaps&message=a+b%2B",
	            "REQUEST_URI", "/wrong", "REMOTE_ADDR", "192.0.2.1", "HTTP_X_FORWARDED_FOR",
	            "198.51.100.7", "HTTP_USER_AGENT", "agent", "HTTPS", "on", "CONTENT_LENGTH",
	            "")},
	    out, sizeof out));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "Status: 200"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(out, "\r\n\r\nGET /scep/vpn/pkiclient.exe?operation=GetCACaps&message=a+b%2B "
	                "body=0 large=0 short=0 https=1 "
	                "remote=192.0.2.1 forwarded=198.51.100.7 agent=agent"));
	CU_ASSERT_TRUE(ask(&s,
	    &(struct request){
	        .params = ARGS("REQUEST_METHOD", "PUT", "PATH_INFO", "/x", "HTTPS", "off")},
	    out, sizeof out));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "other /x? body=0 large=0 short=0 https=0 remote= "));
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
head_has_no_body(void)
{
	struct scepd s;
	char out[4096], *end;

	scepd_start(&s, "workers = 1; user = \"\";");
	CU_ASSERT_TRUE(ask(&s,
	    &(struct request){.params = ARGS("REQUEST_METHOD", "HEAD", "SCRIPT_NAME", "/x")}, out,
	    sizeof out));
	end = strstr(out, "\r\n\r\n");
	CU_ASSERT_FATAL(end != NULL);
	CU_ASSERT_STRING_EQUAL(end + 4, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "Content-Length: "));
	CU_ASSERT_PTR_NULL(strstr(out, "Content-Length: 0"));
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
bodies(void)
{
	static const struct {
		const char *method, *length;
		size_t sent;
		const char *seen;
	} rows[] = {
	    {"POST", "5", 5, " body=5 large=0 short=0 "},
	    {"POST", "", 5, " body=5 large=0 short=0 "},
	    {"POST", "nonsense", 5, " body=5 large=0 short=0 "},
	    {"POST", "0", 0, " body=0 large=0 short=0 "},
	    {"POST", "10", 5, " body=5 large=0 short=1 "},
	    {"POST", "3", 5, " body=3 large=0 short=0 "},
	    {"POST", "65536", HTTP_BODY_MAX, " body=65536 large=0 short=0 "},
	    {"POST", "", HTTP_BODY_MAX, " body=65536 large=0 short=0 "},
	    {"POST", "65537", HTTP_BODY_MAX + 1, " body=0 large=1 short=0 "},
	    {"POST", "", HTTP_BODY_MAX + 1, " body=0 large=1 short=0 "},
	    {"POST", "99999999999999999999", 5, " body=0 large=1 short=0 "},
	    {"GET", "5", 5, " body=0 large=0 short=0 "},
	};
	char *body = calloc(1, HTTP_BODY_MAX + 1), out[4096];
	struct scepd s;

	scepd_start(&s, "workers = 1; user = \"\";");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_TRUE(ask(&s,
		    &(struct request){.params = ARGS("REQUEST_METHOD", rows[i].method,
		                          "CONTENT_LENGTH", rows[i].length),
		        .body = body,
		        .body_len = rows[i].sent},
		    out, sizeof out));
		CU_ASSERT_PTR_NOT_NULL(strstr(out, rows[i].seen));
	}
	free(body);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

static void
an_aborted_body(void)
{
	const struct request r = {.params = ARGS("REQUEST_METHOD", "POST", "CONTENT_LENGTH", "100"),
	    .body = "0123456789",
	    .body_len = 10,
	    .open_body = true};
	static const unsigned char abort_record[8] = {1, 2, 0, 1, 0, 0, 0, 0};
	struct scepd s;
	char out[4096];
	long worker;
	int fd;

	scepd_start(&s, "workers = 1; user = \"\";");
	worker = client_number(&s, "/pid");
	fd = client_connect(&s);
	client_send(fd, &r);
	close(fd);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	/* The same, in the words of the protocol. */
	fd = client_connect(&s);
	client_send(fd, &r);
	client_send_raw(fd, abort_record, sizeof abort_record);
	CU_ASSERT_TRUE(client_read(fd, out, sizeof out) || client_closed(fd));
	close(fd);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* Peers that send half of a record and wait: one worker each, until the deadline. */
static void
half_requests(void)
{
	static const unsigned char half[5] = {1, 1, 0, 1, 0};
	struct scepd s;
	long before;
	int first, second;

	scepd_start(&s, "workers = 2; user = \"\"; request_deadline = \"2s\";");
	first = client_connect(&s);
	client_send_raw(first, half, sizeof half);
	CU_ASSERT_TRUE((before = client_number(&s, "/pid")) > 0);
	second = client_connect(&s);
	client_send_raw(second, half, sizeof half);
	/* Both are stuck now, or will be; the pool comes back. */
	CU_ASSERT_TRUE(client_closed(first));
	CU_ASSERT_TRUE(client_closed(second));
	CU_ASSERT_TRUE(client_number(&s, "/pid") > 0);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "killed: a request took more than 2 seconds"), 2);
	close(first);
	close(second);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* A body that never comes is no better. */
static void
a_body_that_never_comes(void)
{
	struct scepd s;
	int fd;

	scepd_start(&s, "workers = 1; user = \"\"; request_deadline = \"1s\";");
	fd = client_connect(&s);
	client_send(
	    fd, &(struct request){.params = ARGS("REQUEST_METHOD", "POST", "CONTENT_LENGTH", "100"),
	            .open_body = true});
	CU_ASSERT_TRUE(client_number(&s, "/pid") > 0);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "killed: a request took more than 1 seconds"), 1);
	close(fd);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* A peer that connects and says nothing is given up, and costs no worker. */
static void
silent_peers(void)
{
	struct scepd s;
	int peers[3];
	long worker;

	scepd_start(&s, "workers = 1; user = \"\"; request_deadline = \"1h\";");
	worker = client_number(&s, "/pid");
	for (size_t i = 0; i < 3; i++)
		peers[i] = client_connect(&s);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	for (size_t i = 0; i < 3; i++)
		close(peers[i]);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* Lengths that no request has; some versions of libfcgi end the process over them. */
static void
absurd_lengths(void)
{
	static const unsigned char begin[16] = {1, 1, 0, 1, 0, 8, 0, 0, 0, 1};
	static const unsigned char params[16] = {
	    1, 4, 0, 1, 0, 8, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct scepd s;
	int fd;

	scepd_start(&s, "workers = 1; user = \"\"; request_deadline = \"2s\";");
	fd = client_connect(&s);
	client_send_raw(fd, begin, sizeof begin);
	client_send_raw(fd, params, sizeof params);
	CU_ASSERT_TRUE(client_closed(fd));
	close(fd);
	CU_ASSERT_TRUE(client_number(&s, "/pid") > 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* A connection that the web server keeps is served again, and never keeps the worker from others.
 */
static void
kept_connections(void)
{
	const struct request r = {
	    .params = ARGS("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/pid"), .keep = true};
	struct scepd s;
	char out[4096];
	long worker;
	int kept[12];

	scepd_start(&s, "workers = 1; user = \"\"; request_deadline = \"1h\";");
	worker = client_number(&s, "/pid");
	kept[0] = client_connect(&s);
	for (int i = 0; i < 3; i++) {
		client_send(kept[0], &r);
		CU_ASSERT_TRUE(client_read(kept[0], out, sizeof out));
		CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	}
	/* More than a worker keeps: the one that was idle longest goes. */
	for (size_t i = 1; i < 12; i++) {
		kept[i] = client_connect(&s);
		client_send(kept[i], &r);
		CU_ASSERT_TRUE(client_read(kept[i], out, sizeof out));
	}
	CU_ASSERT_TRUE(client_closed(kept[0]));
	client_send(kept[11], &r);
	CU_ASSERT_TRUE(client_read(kept[11], out, sizeof out));
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	for (size_t i = 0; i < 12; i++)
		close(kept[i]);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* What was not read of a body must not be taken for the next request. */
static void
a_kept_connection_with_an_unread_body(void)
{
	char *body = calloc(1, HTTP_BODY_MAX + 1), out[4096];
	struct request r = {.params = ARGS("REQUEST_METHOD", "POST", "CONTENT_LENGTH", "65537"),
	    .keep = true,
	    .body = body,
	    .body_len = HTTP_BODY_MAX + 1};
	struct scepd s;
	int fd;

	scepd_start(&s, "workers = 1; user = \"\";");
	fd = client_connect(&s);
	client_send(fd, &r);
	CU_ASSERT_TRUE(client_read(fd, out, sizeof out));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "large=1"));
	CU_ASSERT_TRUE(client_closed(fd));
	close(fd);
	free(body);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* Of more octets than the socket holds, sent when the answer is there already: the web server can
 * send them all, and then reads the answer. */
static void
an_unread_body_breaks_no_connection(void)
{
	const size_t n = 1 << 20;
	char *body = calloc(1, n), out[4096];
	struct request r = {.params = ARGS("REQUEST_METHOD", "POST", "CONTENT_LENGTH", "1048576"),
	    .open_body = true};
	struct scepd s;

	scepd_start(&s, "workers = 1; user = \"\";");
	for (int keep = 0; keep < 2; keep++) {
		struct pollfd p = {.events = POLLRDHUP};

		r.keep = keep != 0;
		p.fd = client_connect(&s);
		CU_ASSERT_TRUE(client_send(p.fd, &r));
		CU_ASSERT_EQUAL(poll(&p, 1, 30000), 1); /* it will say no more */
		CU_ASSERT_TRUE(client_send_raw(p.fd, body, n));
		CU_ASSERT_TRUE(client_read(p.fd, out, sizeof out));
		CU_ASSERT_PTR_NOT_NULL(strstr(out, "large=1"));
		close(p.fd);
	}
	free(body);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

/* Who goes on sending what was refused does not get the worker killed. */
static void
an_unread_body_without_end(void)
{
	struct request r = {.params = ARGS("REQUEST_METHOD", "POST", "CONTENT_LENGTH", "1048576"),
	    .open_body = true};
	struct scepd s;
	long worker;
	int fd;

	scepd_start(&s, "workers = 1; user = \"\"; request_deadline = \"1s\";");
	worker = client_number(&s, "/pid");
	fd = client_connect(&s);
	CU_ASSERT_TRUE(client_send(fd, &r));
	while (client_send_raw(fd, "x", 1))
		continue;
	close(fd);
	CU_ASSERT_EQUAL(client_number(&s, "/pid"), worker);
	CU_ASSERT_EQUAL(scepd_count(&s, "log", "killed"), 0);
	CU_ASSERT_EQUAL(scepd_stop(&s), 0);
}

CU_TestInfo request_tests[] = {
    T(what_the_service_sees),
    T(head_has_no_body),
    T(bodies),
    T(an_aborted_body),
    T(half_requests),
    T(a_body_that_never_comes),
    T(silent_peers),
    T(absurd_lengths),
    T(kept_connections),
    T(a_kept_connection_with_an_unread_body),
    T(an_unread_body_breaks_no_connection),
    T(an_unread_body_without_end),
    CU_TEST_INFO_NULL,
};
