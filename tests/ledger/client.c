/* SPDX-License-Identifier: ISC
 *
 * The clients. One process plays all who want a challenge: rivals with keys of their own, at the
 * same time, and the same request again under the same and under another transactionID.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "ledger.h"

#define PATIENCE_MS 120000
#define OFFERS_MAX 5

struct offer {
	struct ask ask;
	int fd;
	bool received;
};

static int
dial(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	NEED(fd >= 0);
	memcpy(at.sun_path, path, strlen(path) + 1);
	NEED(connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	return fd;
}

/* Writes down what came back, if anything did. */
static enum said
take(const struct world *w, struct offer *o)
{
	struct answer a = {.said = SAID_TROUBLE};
	bool whole = recv(o->fd, &a, sizeof a, 0) == (ssize_t)sizeof a;
	char serial[2 * SERIAL_LEN + 1], digest[65];

	close(o->fd);
	o->fd = -1;
	if (!whole) {
		world_line(
		    w->clients_log, "lost %s %d %s", o->ask.challenge, o->ask.key, o->ask.tid);
		return SAID_TROUBLE;
	}
	if (a.said == SAID_ISSUED) {
		world_serial(view_of(a.cert, a.n), serial);
		world_digest(view_of(a.cert, a.n), digest);
		world_line(w->clients_log, "receipt %s %d %s %s %s", o->ask.challenge, o->ask.key,
		    o->ask.tid, serial, digest);
		o->received = true;
	} else
		world_line(w->clients_log, "refused %s %d %s %s", o->ask.challenge, o->ask.key,
		    o->ask.tid, a.said == SAID_PENDING ? "pending" : err_slug(a.code));
	return a.said;
}

static void
send_offer(const struct world *w, struct offer *o)
{
	o->fd = dial(w->socket);
	world_line(w->clients_log, "offer %s %d %s", o->ask.challenge, o->ask.key, o->ask.tid);
	(void)!send(o->fd, &o->ask, sizeof o->ask, MSG_NOSIGNAL);
}

/* Sends all at once and takes every answer. The last word of all: NO only when nobody was told to
 * come back. */
static enum said
exchange(const struct world *w, struct offer *o, size_t n)
{
	struct pollfd p[OFFERS_MAX];
	enum said all = SAID_NO;

	for (size_t i = 0; i < n; i++) {
		if (!o[i].received)
			send_offer(w, &o[i]);
		p[i] = (struct pollfd){.fd = o[i].received ? -1 : o[i].fd, .events = POLLIN};
	}
	for (size_t left = n; left > 0;) {
		left = 0;
		NEED(poll(p, n, PATIENCE_MS) >= 0);
		for (size_t i = 0; i < n; i++) {
			if (p[i].fd >= 0 && p[i].revents != 0) {
				enum said said = take(w, &o[i]);

				all = said < all ? said : all;
				p[i].fd = -1;
			}
			left += p[i].fd >= 0;
		}
	}
	return all;
}

static struct offer
make_offer(long n, int key, int tid)
{
	struct offer o = {.ask.key = key, .fd = -1};

	world_challenge(n, o.ask.challenge);
	snprintf(o.ask.tid, sizeof o.ask.tid, "t%ld-%d-%d", n, key, tid);
	return o;
}

/* Repeats until all have a receipt, or nobody ever will. */
static void
insist(const struct world *w, struct offer *o, size_t n)
{
	int64_t end = clock_ms() + PATIENCE_MS;

	while (exchange(w, o, n) != SAID_NO && clock_ms() < end) {
		size_t have = 0;

		for (size_t i = 0; i < n; i++)
			have += o[i].received;
		if (have == n)
			return;
		(void)poll(NULL, 0, 20);
	}
}

static int
winner(const struct offer *o, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (o[i].received)
			return o[i].ask.key;
	return -1;
}

static void
rivals_meet(const struct world *w, long n)
{
	struct offer o[] = {make_offer(n, 0, 0), make_offer(n, 1, 0), make_offer(n, 2, 0),
	    make_offer(n, 0, 0), make_offer(n, 1, 1)};
	int64_t end = clock_ms() + PATIENCE_MS;
	struct offer again[3];
	int key;

	while (exchange(w, o, 5) != SAID_NO && winner(o, 5) < 0 && clock_ms() < end)
		(void)poll(NULL, 0, 20);
	if ((key = winner(o, 5)) < 0)
		return;
	/* As if the reply had been lost; and a rival asks once more in between. */
	again[0] = make_offer(n, key, 0);
	again[1] = make_offer(n, key, 2);
	again[2] = make_offer(n, (key + 1) % RIVALS, 3);
	insist(w, again, 2);
	again[0].received = again[1].received = false;
	exchange(w, again, 3);
}

static void
mint_one(const struct world *w, struct store *s, long n)
{
	int64_t end = clock_ms() + PATIENCE_MS;
	char challenge[33];
	int rc = -1;

	world_challenge(n, challenge);
	while (rc != 0 && clock_ms() < end) {
		struct err e = ERR_INIT;

		rc = mint(&w->issuer, s, challenge, 86400, 100000, &e);
		if (rc != 0)
			(void)poll(NULL, 0, 20);
	}
	NEED(rc == 0);
}

static void
play_one(const struct world *w, struct store *s, enum play play, long n)
{
	struct offer first = make_offer(n, play == PLAY_AGAIN ? (int)(n % 2) : 0, 0);

	switch (play) {
	case PLAY_MINT:
		mint_one(w, s, n);
		break;
	case PLAY_FIRST:
		exchange(w, &first, 1);
		break;
	case PLAY_AGAIN:
		insist(w, &first, 1);
		break;
	case PLAY_ALL:
		mint_one(w, s, n);
		rivals_meet(w, n);
		break;
	}
}

void
client_run(struct world *w, enum play play, int self)
{
	struct store *s = world_store(w);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (long n = self; n < w->challenges && !atomic_load(&w->shared->stop); n += CLIENTS) {
		play_one(w, s, play, n);
		atomic_fetch_add(&w->shared->settled, 1);
	}
	store_free(s);
	_exit(0);
}
