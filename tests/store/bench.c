/* SPDX-License-Identifier: ISC
 *
 * See race.h.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/enc.h"
#include "race.h"
#include "store/call.h"

/* What is written outlives the process; nobody pulls the plug here. */
#define KEPT "appendonly yes\nappendfsync no\nauto-aof-rewrite-percentage 0\n"

void
bench_start(struct bench *b)
{
	*b = (struct bench){0};
	CU_ASSERT_FATAL(tmpdir_make(&b->dir) == 0);
	redis_start(&b->redis, b->dir.path, KEPT);
	issuer_start(&b->issuer);
	b->issuer.lease = 0;
	device_make(&b->right, "CN=right");
	device_make(&b->rival, "CN=rival");
	b->store = redis_store(&b->redis);
}

void
bench_stop(struct bench *b)
{
	store_free(b->store);
	device_free(&b->right);
	device_free(&b->rival);
	issuer_stop(&b->issuer);
	redis_stop(&b->redis);
	tmpdir_remove(&b->dir);
}

void
bench_restart(struct bench *b)
{
	redis_kill(&b->redis);
	redis_start(&b->redis, b->dir.path, KEPT);
}

void
bench_key(char out[200], const char *format, ...)
{
	va_list ap;
	int n = snprintf(out, 200, "{scepd}:");

	va_start(ap, format);
	vsnprintf(out + n, 200 - (size_t)n, format, ap);
	va_end(ap);
}

void
bench_mint(struct bench *b, const char *challenge)
{
	struct err e = ERR_INIT;

	CU_ASSERT_FATAL(mint(&b->issuer, b->store, challenge, 3600, 100000, &e) == 0);
}

int
bench_insist(
    struct bench *b, const struct device *d, const char *challenge, struct buf *cert, struct err *e)
{
	int64_t end = clock_ms() + 20000;
	int rc;

	/* Somebody's lease may have to end. */
	while ((rc = enrol(&b->issuer, b->store, d, challenge, "tid", cert, e)) == 1 &&
	       clock_ms() < end)
		(void)poll(NULL, 0, 20);
	return rc;
}

/* Whether the record of this very certificate is there. */
static bool
recorded(struct bench *b, struct view cert)
{
	X509 *x = ossl_cert_read(cert);
	const ASN1_INTEGER *n = X509_get0_serialNumber(x);
	char serial[2 * SERIAL_LEN + 1];
	redisReply *r;
	bool there;

	hex_of(view_of(ASN1_STRING_get0_data(n), (size_t)ASN1_STRING_length(n)), serial);
	r = redis_do(&b->redis, "HMGET {scepd}:crt:ca:%s der", serial);
	there = view_eq(reply_view(r, 0), cert);
	freeReplyObject(r);
	r = redis_do(&b->redis, "ZSCORE {scepd}:exp:ca %s", serial);
	there = there && r->type == REDIS_REPLY_STRING;
	freeReplyObject(r);
	X509_free(x);
	return there;
}

void
bench_judge(struct bench *b, const char *challenge, bool none)
{
	struct buf first = {0}, again = {0}, other = {0};
	struct err e = ERR_INIT;
	int rc = bench_insist(b, &b->right, challenge, &first, &e);

	CU_ASSERT_EQUAL(rc, none ? -1 : 0);
	if (rc == 0) {
		CU_ASSERT_TRUE(recorded(b, buf_view(&first)));
		err_clear(&e);
		CU_ASSERT_EQUAL(bench_insist(b, &b->right, challenge, &again, &e), 0);
		CU_ASSERT_TRUE(view_eq(buf_view(&first), buf_view(&again)));
	}
	err_clear(&e);
	CU_ASSERT_EQUAL(bench_insist(b, &b->rival, challenge, &other, &e), -1);
	CU_ASSERT_EQUAL(e.code, none ? ERR_CHALLENGE : ERR_CHALLENGE_USED);
	CU_ASSERT_EQUAL(other.n, 0);
	buf_free(&first);
	buf_free(&again);
	buf_free(&other);
}

void
bench_together(struct bench *b, int n,
    void (*child)(struct bench *, struct store *, int self, void *arg), void *arg)
{
	atomic_int *ready =
	    mmap(NULL, sizeof *ready, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	pid_t pids[64];

	CU_ASSERT_FATAL(ready != MAP_FAILED && n <= 64);
	for (int i = 0; i < n; i++) {
		CU_ASSERT_FATAL((pids[i] = fork()) >= 0);
		if (pids[i] == 0) {
			struct store *s = redis_store(&b->redis);
			struct err e = ERR_INIT;

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (store_ready(s, &e) != 0)
				_exit(1);
			for (atomic_fetch_add(ready, 1); atomic_load(ready) < n;)
				(void)poll(NULL, 0, 1);
			child(b, s, i, arg);
			_exit(0);
		}
	}
	for (int i = 0; i < n; i++) {
		int status = -1;

		CU_ASSERT(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	}
	munmap(ready, sizeof *ready);
}
