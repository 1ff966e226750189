/* SPDX-License-Identifier: ISC
 *
 * A worker: reserve, sign, commit, answer, as src/scep/issue.c, and death between any two of them.
 * What it signs it writes down before anybody can have it; before that it looks whether the store
 * knows of the intent.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/enc.h"
#include "ledger.h"
#include "store/call.h"

static void
pass(const struct world *w, enum step step)
{
	struct shared *s = w->shared;
	long n = atomic_fetch_add(&s->passed[step], 1) + 1;

	/* Not all steps of one request at once. */
	if (w->die_each > 0 && n % w->die_each == (long)step + 1) {
		atomic_fetch_add(&s->died[step], 1);
		raise(SIGKILL);
	}
}

/* Whether the store knows of what is about to be signed: "seen", "absent", "unknown". */
static const char *
witness(struct store *s, const char *request, const char *serial, const char *tbs)
{
	char key[100];
	struct err e = ERR_INIT;
	redisReply *r;
	const char *word = "unknown";

	snprintf(key, sizeof key, "{scepd}:rq:%s", request);
	r = store_command(s, &e, 4,
	    (struct view[]){view_str("HMGET"), view_str(key), view_str("serial"), view_str("tbs")});
	if (r != NULL && r->type == REDIS_REPLY_ARRAY)
		word = view_eq(reply_view(r, 0), view_str(serial)) &&
		               view_eq(reply_view(r, 1), view_str(tbs))
		           ? "seen"
		           : "absent";
	freeReplyObject(r);
	return word;
}

static int
sign(struct world *w, struct store *s, struct enrolment *n, struct err *e)
{
	char request[65], serial[2 * SERIAL_LEN + 1], tbs[65], digest[65];

	hex_of(view_of(n->request, 32), request);
	hex_of(view_of(n->plan.serial, SERIAL_LEN), serial);
	hex_of(view_of(n->plan.tbs_digest, 32), tbs);
	world_line(w->signers_log, "intent %s %s %s %s", request, serial, tbs,
	    witness(s, request, serial, tbs));
	if (enrolment_sign(n, &w->issuer, e) != 0)
		return -1;
	world_digest(buf_view(&n->cert), digest);
	world_line(w->signers_log, "signed %s %s %s %s", request, serial, tbs, digest);
	return 0;
}

/* What must never be: the refusal of RESERVE is not looked at. */
static void
overrule(const struct world *w, struct enrolment *n)
{
	struct err e = ERR_INIT;

	if (!w->reckless || n->held.state == RESERVE_ISSUED || n->held.grant != NULL)
		return;
	n->held.state = RESERVE_SIGN;
	NEED(n->held.grant = grant_make(n->claim, &n->plan, &e));
}

static int
work(struct world *w, struct store *s, const struct ask *ask, struct enrolment *n, struct err *e)
{
	char mac[65], request[65];

	if (enrolment_plan(n, &w->issuer, s, &w->rivals[ask->key], ask->challenge, ask->tid, e) !=
	    0)
		return -1;
	pass(w, STEP_ASKED);
	if (enrolment_reserve(n, s, e) != 0 && !w->reckless)
		return -1;
	overrule(w, n);
	if (n->held.state == RESERVE_PENDING)
		return 0;
	hex_of(claim_mac(n->claim), mac);
	hex_of(view_of(n->request, 32), request);
	world_line(w->signers_log, "granted %s %s", mac, request);
	if (n->held.state == RESERVE_ISSUED)
		return 0;
	pass(w, STEP_RESERVED);
	if (sign(w, s, n, e) != 0)
		return -1;
	pass(w, STEP_SIGNED);
	if (enrolment_commit(n, s, e) != 0 && !w->reckless)
		return -1;
	pass(w, STEP_COMMITTED);
	return 0;
}

static void
answer(struct world *w, struct store *s, const struct ask *ask, struct answer *out)
{
	struct enrolment n = {0};
	struct err e = ERR_INIT;
	int rc = work(w, s, ask, &n, &e);

	*out = (struct answer){.said = SAID_NO, .code = e.code};
	if (rc != 0 && e.code == ERR_STORE) {
		out->said = SAID_TROUBLE;
		atomic_fetch_add(&w->shared->trouble, 1);
	} else if (rc == 0 && n.held.state == RESERVE_PENDING)
		out->said = SAID_PENDING;
	else if (rc == 0) {
		NEED(n.cert.n > 0 && n.cert.n <= sizeof out->cert);
		out->said = SAID_ISSUED;
		out->n = n.cert.n;
		memcpy(out->cert, n.cert.p, n.cert.n);
	}
	pass(w, STEP_ANSWERING);
	enrolment_free(&n);
}

void
worker_run(struct world *w)
{
	struct store *s = world_store(w);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC);
		struct ask ask;
		struct answer out;

		if (fd < 0 && errno == EINTR)
			continue;
		NEED(fd >= 0);
		if (recv(fd, &ask, sizeof ask, 0) == (ssize_t)sizeof ask) {
			answer(w, s, &ask, &out);
			(void)!send(fd, &out, sizeof out, MSG_NOSIGNAL);
		}
		close(fd);
	}
}
