/* SPDX-License-Identifier: ISC
 *
 * load: prepares so many distinct requests, sends them to a running server, reads and checks every
 * answer, and prints one line of figures. What is prepared and checked takes no time of the run.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ossl.h"
#include "cpu.h"
#include "load.h"

static struct err e = ERR_INIT;

struct load_options opt = {.kind = "enrol", .n = 1000, .connections = 16};
struct shot *shots;
char (*challenges)[64];

void
need_failed(const char *what, const char *file, int line, const struct err *why)
{
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, why->detail);
	exit(1);
}

void
http_head(struct buf *out, const char *method, const char *query, const char *extra, size_t body)
{
	NEED(buf_printf(out, "%s %s%s%s HTTP/1.1\r\nHost: bench\r\n%s", method, opt.path,
	         *query != '\0' ? "?" : "", query, extra) == 0);
	if (strcmp(method, "POST") == 0)
		NEED(buf_printf(out, "Content-Length: %zu\r\n", body) == 0);
	NEED(buf_add_str(out, "\r\n") == 0);
}

/* One GET beforehand. */
static void
fetch(const struct target *t, const char *query, struct buf *body)
{
	struct shot s = {0};

	http_head(&s.request, "GET", query, "", 0);
	blast(t, &s, 1, 1, 0);
	if (s.status != 200) {
		fprintf(stderr, "%s: HTTP %d\n", query, s.status);
		exit(1);
	}
	NEED(buf_add(body, s.reply.p, s.reply.n) == 0);
	buf_free(&s.request);
	buf_free(&s.reply);
}

static void
learn(const struct target *t)
{
	struct buf caps = {0}, certs = {0};

	fetch(t, "operation=GetCACaps", &caps);
	fetch(t, "operation=GetCACert", &certs);
	devices_make(buf_view(&caps), buf_view(&certs));
	buf_free(&caps);
	buf_free(&certs);
}

static size_t
check_plain(void)
{
	size_t bad = 0;

	for (size_t i = 0; i < opt.n; i++) {
		bad += shots[i].status != 200 || shots[i].reply.n == 0;
		buf_cut(&shots[i].reply, 0);
	}
	return bad;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = ((const struct shot *)a)->us, y = ((const struct shot *)b)->us;

	return x < y ? -1 : x > y;
}

static void
report(double seconds, size_t bad)
{
	double of = (double)opt.n;

	qsort(shots, opt.n, sizeof *shots, by_time);
	printf("%-9s c=%-3zu n=%-6zu failed=%zu %8.1f/s p50=%.1f p95=%.1f p99=%.1f ms", opt.kind,
	    opt.connections, opt.n, bad, of / seconds, (double)shots[opt.n / 2].us / 1e3,
	    (double)shots[opt.n * 95 / 100].us / 1e3, (double)shots[opt.n * 99 / 100].us / 1e3);
	cpu_print(opt.n, seconds);
	printf("\n");
}

/* What answers are measured against: CertReps of this status. */
#define PLAIN (-1) /* no CertReps */

/* The measured part; gives the seconds that it took. */
static double
measure(const struct target *t, int status, bool keep)
{
	double seconds;
	size_t bad;

	cpu_begin();
	seconds = blast(t, shots, opt.n, opt.connections, opt.rate);
	cpu_end();
	bad = status == PLAIN ? check_plain() : devices_check(status, keep);
	report(seconds, bad);
	if (bad > 0)
		exit(1);
	return seconds;
}

/* A first request of every device, not measured. With `keep` what was issued signs the next. */
static void
beforehand(const struct target *t, int status, bool keep)
{
	for (size_t i = 0; i < opt.n; i++)
		device_prepare(i, TYPE_PKCS_REQ);
	blast(t, shots, opt.n, 8, 0);
	NEED(devices_check(status, keep) == 0);
}

static double
run_messages(const struct target *t, int type, int status, bool keep)
{
	for (size_t i = 0; i < opt.n; i++)
		device_prepare(i, type);
	return measure(t, status, keep);
}

static void
prepare_mint(void)
{
	char auth[200];

	NEED(opt.token != NULL);
	snprintf(auth, sizeof auth, "Authorization: Bearer %s\r\n", opt.token);
	for (size_t i = 0; i < opt.n; i++) {
		buf_cut(&shots[i].request, 0);
		http_head(&shots[i].request, "POST", "", auth, 0);
	}
}

/* A one-time challenge for every device; gives the seconds that it took. */
static double
mint(const struct target *t)
{
	const char *path = opt.path;
	double seconds;

	opt.path = opt.mint_path;
	prepare_mint();
	cpu_begin();
	seconds = blast(t, shots, opt.n, opt.connections, 0);
	cpu_end();
	NEED(challenges = calloc(opt.n, sizeof *challenges));
	for (size_t i = 0; i < opt.n; i++) {
		NEED(shots[i].status == 200);
		snprintf(challenges[i], sizeof *challenges, "%s", buf_str(&shots[i].reply));
		buf_cut(&shots[i].reply, 0);
	}
	opt.path = path;
	return seconds;
}

/* --- the kinds of runs */

static void
run_enrol(const struct target *t)
{
	if (opt.mint_path != NULL)
		mint(t);
	run_messages(t, TYPE_PKCS_REQ, STATUS_SUCCESS, false);
}

static void
run_renew(const struct target *t)
{
	beforehand(t, STATUS_SUCCESS, true);
	run_messages(t, TYPE_RENEWAL_REQ, STATUS_SUCCESS, false);
}

static void
run_replay(const struct target *t)
{
	beforehand(t, STATUS_SUCCESS, false);
	measure(t, STATUS_SUCCESS, false);
}

/* Of requests that wait for the operator. */
static void
run_poll(const struct target *t)
{
	beforehand(t, STATUS_PENDING, false);
	run_messages(t, TYPE_CERT_POLL, STATUS_PENDING, false);
}

/* What a management system does when it pushes profiles to its devices: it mints a challenge for
 * each, they enrol, and two fifths renew, by GET. */
static void
run_push(const struct target *t)
{
	double seconds, renewals;

	opt.kind = "mint";
	seconds = mint(t);
	report(seconds, 0);
	opt.kind = "enrol";
	seconds += run_messages(t, TYPE_PKCS_REQ, STATUS_SUCCESS, true);
	opt.kind = "renew";
	opt.get = true;
	opt.n = opt.n * 2 / 5;
	renewals = run_messages(t, TYPE_RENEWAL_REQ, STATUS_SUCCESS, false);
	printf("push: %.1f s, %.1f of them renewals\n", seconds + renewals, renewals);
}

static void
run_get(const struct target *t, const char *query)
{
	for (size_t i = 0; i < opt.n; i++)
		http_head(&shots[i].request, "GET", query, "", 0);
	measure(t, PLAIN, false);
}

static void
run_caps(const struct target *t)
{
	run_get(t, "operation=GetCACaps");
}

static void
run_cacert(const struct target *t)
{
	run_get(t, "operation=GetCACert");
}

static void
run_mint(const struct target *t)
{
	prepare_mint();
	measure(t, PLAIN, false);
}

static const struct kind {
	const char *name;
	void (*run)(const struct target *);
	bool devices; /* that send messages */
} kinds[] = {{"enrol", run_enrol, true}, {"renew", run_renew, true}, {"replay", run_replay, true},
    {"poll", run_poll, true}, {"push", run_push, true}, {"caps", run_caps, false},
    {"cacert", run_cacert, false}, {"mint", run_mint, false}};

static const struct option options[] = {{"to", required_argument, NULL, 't'},
    {"path", required_argument, NULL, 'p'}, {"mint-path", required_argument, NULL, 'm'},
    {"kind", required_argument, NULL, 'k'}, {"requests", required_argument, NULL, 'n'},
    {"connections", required_argument, NULL, 'c'}, {"rate", required_argument, NULL, 'r'},
    {"challenge", required_argument, NULL, 's'}, {"token", required_argument, NULL, 'b'},
    {"cpu", required_argument, NULL, 'u'}, {"get", no_argument, NULL, 'g'},
    {"sealed", no_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: load --to unix:PATH|ADDRESS:PORT --path /scep/NAME\n"
	    "    [--to ...]   (the connections are spread over them)\n"
	    "    [--kind enrol|renew|replay|poll|push|caps|cacert|mint]\n"
	    "    [--requests N] [--connections N] [--rate PER-SECOND] [--get] [--sealed]\n"
	    "    [--challenge TEXT | --mint-path /scep/NAME/challenge --token TOKEN]\n"
	    "    [--cpu NAME=PID]...   (with its children; measured apart)\n");
	exit(2);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 't':
			target_add(optarg, &opt.to);
			break;
		case 'p':
			opt.path = optarg;
			break;
		case 'm':
			opt.mint_path = optarg;
			break;
		case 'k':
			opt.kind = optarg;
			break;
		case 'n':
			opt.n = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			opt.connections = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			opt.rate = strtod(optarg, NULL);
			break;
		case 's':
			opt.challenge = optarg;
			break;
		case 'b':
			opt.token = optarg;
			break;
		case 'u':
			cpu_watch(optarg);
			break;
		case 'g':
			opt.get = true;
			break;
		case 'e':
			opt.sealed = true;
			break;
		default:
			usage();
		}
	if (opt.to.n == 0 || opt.path == NULL || opt.n == 0 || opt.connections == 0)
		usage();
}

static const struct kind *
kind_named(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	usage();
	return NULL;
}

int
main(int argc, char **argv)
{
	const struct kind *kind;

	read_options(argc, argv);
	kind = kind_named(opt.kind);
	NEED(ossl_start(&e) == 0);
	NEED(shots = calloc(opt.n, sizeof *shots));
	if (kind->devices)
		learn(&opt.to);
	kind->run(&opt.to);
	return 0;
}
