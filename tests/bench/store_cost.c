/* SPDX-License-Identifier: ISC
 *
 * store_cost [CERTIFICATES]: what the store costs, measured on a private Redis: commands and round
 * trips an enrolment, octets a pending challenge and a live certificate, and the time of RESERVE
 * and COMMIT with few and with many of either. Prints the tables of doc/store-cost.md. No test:
 * nothing here passes or fails.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/ossl.h"
#include "fill.h"
#include "store/call.h"
#include "support/issuer.h"
#include "support/redis.h"
#include "tmpdir.h"

#define SAMPLES 1000
#define BATCHES 5
#define MAX_PENDING 1000000

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

struct bench {
	struct tmpdir dir;
	struct test_redis redis;
	struct issuer issuer;
	struct device device;
	struct store *store;
	long named;
};

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "store_cost.c:%d: %s\n", line, what);
	exit(1);
}

static long long
info_int(struct bench *b, const char *section, const char *name)
{
	redisReply *r = redis_do(&b->redis, "INFO %s", section);
	const char *at = strstr(r->str, name);
	long long n = at != NULL ? atoll(at + strlen(name)) : -1;

	freeReplyObject(r);
	return n;
}

static void
new_challenge(struct bench *b, char out[40])
{
	struct err e = ERR_INIT;

	snprintf(out, 40, "0123456789abcdef%016lx", b->named++);
	NEED(mint(&b->issuer, b->store, out, 86400, MAX_PENDING, &e) == 0);
}

static void
enrol_one(struct bench *b)
{
	char challenge[40];
	struct buf cert = {0};
	struct err e = ERR_INIT;

	new_challenge(b, challenge);
	NEED(enrol(&b->issuer, b->store, &b->device, challenge, "tid", &cert, &e) == 0);
	buf_free(&cert);
}

static void
reset(struct bench *b)
{
	freeReplyObject(redis_do(&b->redis, "CONFIG RESETSTAT"));
}

/* The processor time that the server's thread has used, in microseconds: what others do on the
 * machine changes it little. */
static double
server_us(struct bench *b)
{
	static const char *const names[] = {
	    "used_cpu_user_main_thread:", "used_cpu_sys_main_thread:"};
	redisReply *r = redis_do(&b->redis, "INFO cpu");
	double seconds = 0;

	for (int i = 0; i < 2; i++) {
		const char *at = strstr(r->str, names[i]);

		NEED(at != NULL);
		seconds += strtod(at + strlen(names[i]), NULL);
	}
	freeReplyObject(r);
	return seconds * 1e6;
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Of one call, in microseconds: the server's processor time, and what the caller waits. */
struct cost {
	double server;
	int64_t median, p99;
};

static struct cost
cost_of(struct bench *b, double since, int64_t *us)
{
	struct cost c = {.server = (server_us(b) - since) / SAMPLES};

	qsort(us, SAMPLES, sizeof *us, by_size);
	c.median = us[SAMPLES / 2];
	c.p99 = us[SAMPLES * 99 / 100];
	return c;
}

static void
measure(struct bench *b, struct cost *minting, struct cost *reserve, struct cost *commit)
{
	static struct enrolment all[SAMPLES];
	static char challenges[SAMPLES][40];
	static int64_t us[SAMPLES];
	struct err e = ERR_INIT;
	double since;

	memset(all, 0, sizeof all);
	since = server_us(b);
	for (int i = 0; i < SAMPLES; i++) {
		int64_t t = clock_us();

		new_challenge(b, challenges[i]);
		us[i] = clock_us() - t;
	}
	*minting = cost_of(b, since, us);
	for (int i = 0; i < SAMPLES; i++)
		NEED(enrolment_plan(
		         &all[i], &b->issuer, b->store, &b->device, challenges[i], "tid", &e) == 0);
	since = server_us(b);
	for (int i = 0; i < SAMPLES; i++) {
		int64_t t = clock_us();

		NEED(enrolment_reserve(&all[i], b->store, &e) == 0);
		us[i] = clock_us() - t;
	}
	*reserve = cost_of(b, since, us);
	for (int i = 0; i < SAMPLES; i++)
		NEED(enrolment_sign(&all[i], &b->issuer, &e) == 0);
	since = server_us(b);
	for (int i = 0; i < SAMPLES; i++) {
		int64_t t = clock_us();

		NEED(enrolment_commit(&all[i], b->store, &e) == 0);
		us[i] = clock_us() - t;
	}
	*commit = cost_of(b, since, us);
	for (int i = 0; i < SAMPLES; i++)
		enrolment_free(&all[i]);
}

static void
keep_lower(struct cost *have, const struct cost *c)
{
	if (have->median == 0 || c->server < have->server)
		have->server = c->server;
	if (have->median == 0 || c->p99 < have->p99)
		have->p99 = c->p99;
	if (have->median == 0 || c->median < have->median)
		have->median = c->median;
}

/* The lowest of some batches: what is above it is what else the machine did. */
static void
print_times(struct bench *b)
{
	struct cost m = {0}, r = {0}, c = {0};
	long long certs = redis_int(&b->redis, "ZCARD {scepd}:exp:ca"),
	          pending = redis_int(&b->redis, "ZCARD {scepd}:pend:%s", b->issuer.profile.id);

	for (int i = 0; i < BATCHES; i++) {
		struct cost minting, reserve, commit;

		measure(b, &minting, &reserve, &commit);
		keep_lower(&m, &minting);
		keep_lower(&r, &reserve);
		keep_lower(&c, &commit);
	}
	printf("| %lld | %lld | %.0f | %.0f | %.0f | %" PRId64 " / %" PRId64 " | %" PRId64
	       " / %" PRId64 " |\n",
	    certs, pending, m.server, r.server, c.server, r.median, r.p99, c.median, c.p99);
	fflush(stdout);
}

static void
start(struct bench *b, const char *options)
{
	*b = (struct bench){0};
	NEED(tmpdir_make(&b->dir) == 0);
	redis_start(&b->redis, b->dir.path, options);
	issuer_start(&b->issuer);
	device_make(&b->device, "CN=device-000001/O=Example");
	b->store = redis_store(&b->redis);
	enrol_one(b);
}

static void
stop(struct bench *b)
{
	store_free(b->store);
	device_free(&b->device);
	issuer_stop(&b->issuer);
	redis_stop(&b->redis);
	tmpdir_remove(&b->dir);
}

/* Commands that an enrolment takes: over the wire, and inside the functions. */
static void
print_round_trips(struct bench *b)
{
	static char challenges[SAMPLES][40];
	long long wire, all = 0;
	redisReply *r;

	for (int i = 0; i < SAMPLES; i++)
		new_challenge(b, challenges[i]);
	reset(b);
	for (int i = 0; i < SAMPLES; i++) {
		struct buf cert = {0};
		struct err e = ERR_INIT;

		NEED(enrol(&b->issuer, b->store, &b->device, challenges[i], "tid", &cert, &e) == 0);
		buf_free(&cert);
	}
	wire = info_int(b, "commandstats", "cmdstat_fcall:calls=");
	r = redis_do(&b->redis, "INFO commandstats");
	for (const char *at = r->str; (at = strstr(at, ":calls=")) != NULL; at += 7)
		all += atoll(at + 7);
	freeReplyObject(r);
	printf("Round trips an enrolment: %.2f; commands inside the functions: %.1f\n",
	    (double)wire / SAMPLES, (double)(all - wire) / SAMPLES);
}

static double
memory_of(struct bench *b, void (*make)(struct bench *, long n), long n)
{
	long long before = info_int(b, "memory", "used_memory:");

	make(b, n);
	return (double)(info_int(b, "memory", "used_memory:") - before) / (double)n;
}

static void
make_pending(struct bench *b, long n)
{
	char challenge[40];

	while (n-- > 0)
		new_challenge(b, challenge);
}

static void
make_enrolments(struct bench *b, long n)
{
	while (n-- > 0)
		enrol_one(b);
}

static void
make_records(struct bench *b, long n)
{
	fill_certs(&b->redis, b->issuer.profile.id, 0, n);
}

static void
print_memory(void)
{
	struct bench b;

	start(&b, NULL);
	make_pending(&b, 1000); /* what grows once */
	printf("Octets a pending challenge: %.0f\n", memory_of(&b, make_pending, 50000));
	stop(&b);
	start(&b, NULL);
	make_enrolments(&b, 1000);
	printf("Octets a certificate while its answer is kept (EC, DER of %lld octets): %.0f\n",
	    redis_int(&b.redis, "EVAL %s 0",
	        "local s = redis.call('ZRANGE', '{scepd}:exp:ca', 0, 0)[1] "
	        "return redis.call('HSTRLEN', '{scepd}:crt:ca:' .. s, 'der')"),
	    memory_of(&b, make_enrolments, 20000));
	stop(&b);
	start(&b, NULL);
	printf("Octets a live certificate after that (DER of %d octets): %.0f\n", FILL_CERT_LEN,
	    memory_of(&b, make_records, 100000));
	stop(&b);
}

int
main(int argc, char **argv)
{
	long most = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
	struct err e = ERR_INIT;
	struct bench b;
	long have = 0;

	NEED(ossl_start(&e) == 0 && log_open("stderr", LOG_LOGFMT, LOG_LEVEL_ERROR, &e) == 0);
	start(&b, NULL);
	print_round_trips(&b);
	stop(&b);
	print_memory();
	printf(
	    "\nMicroseconds a call: of the server's processor, and until the caller has the answer "
	    "(median / 99 %%).\n\n");
	printf("| certificates | pending | mint | RESERVE | COMMIT | RESERVE, caller | COMMIT, "
	       "caller |\n"
	       "|---|---|---|---|---|---|---|\n");
	start(&b, NULL);
	for (long n = 100; n <= most; n *= 100) {
		fill_certs(&b.redis, b.issuer.profile.id, have, n);
		have = n;
		print_times(&b);
	}
	fill_pending(&b.redis, b.issuer.profile.id, 100000);
	print_times(&b);
	stop(&b);
	printf("\nThe same with appendfsync always:\n");
	start(&b, "appendonly yes\nappendfsync always\n");
	fill_certs(&b.redis, b.issuer.profile.id, 0, 100);
	print_times(&b);
	stop(&b);
	ossl_stop();
	return 0;
}
