/* SPDX-License-Identifier: ISC
 *
 * The ledger test: many clients and workers, one store, and faults. Everybody writes down what they
 * did, one line each time, in append-only files; check.awk reads these files alone and says which
 * promises were broken. Nothing that this program believes enters its verdict.
 *
 * clients: offer CHALLENGE KEY TID | receipt CHALLENGE KEY TID SERIAL DIGEST | refused CHALLENGE
 *          KEY TID REASON | lost CHALLENGE KEY TID
 * signers: granted CHALLENGE REQUEST | intent REQUEST SERIAL TBS seen|absent|unknown | signed
 *          REQUEST SERIAL TBS DIGEST
 * store:   intent REQUEST SERIAL TBS | record REQUEST SERIAL DIGEST (what it held at the end)
 */
#ifndef TESTS_LEDGER_H
#define TESTS_LEDGER_H

#include <stdatomic.h>

#include "support/issuer.h"
#include "support/redis.h"

#define RIVALS 3 /* keys that want the same challenge */
#define WORKERS 4
#define CLIENTS 8
#define TID_MAX 40

#define NEED(ok) ((ok) ? (void)0 : ledger_fail(__FILE__, __LINE__, #ok))
void ledger_fail(const char *file, int line, const char *what) __attribute__((noreturn));

/* Where a worker may die. */
enum step { STEP_ASKED, STEP_RESERVED, STEP_SIGNED, STEP_COMMITTED, STEP_ANSWERING, STEPS };

/* What all processes see. */
struct shared {
	atomic_long settled; /* challenges that a client is done with */
	atomic_long trouble; /* answers "the store is in trouble" */
	atomic_long died[STEPS], passed[STEPS];
	atomic_bool stop;
};

struct world {
	char dir[200];
	long challenges;
	long die_each;     /* a worker dies at every n-th passing of a step; 0: never */
	bool reckless;     /* a worker goes on when RESERVE refuses */
	char address[250]; /* symbolic link to the socket of the primary */
	char socket[250];  /* of the workers */
	struct store_conf conf;
	struct issuer issuer;
	struct device rivals[RIVALS];
	struct shared *shared;
	int listener, clients_log, signers_log;
	pid_t workers[WORKERS];
};

void world_start(struct world *w, const char *dir, long challenges);
void world_stop(struct world *w);

/* One line into a log, whole or not at all. */
void world_line(int log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The n-th challenge. */
void world_challenge(long n, char out[33]);
struct store *world_store(const struct world *w);

/* SHA-256 in hexadecimal, and the serial of a certificate. */
void world_digest(struct view data, char out[65]);
void world_serial(struct view cert, char out[2 * SERIAL_LEN + 1]);

/* What goes between client and worker. */
struct ask {
	char challenge[33], tid[TID_MAX];
	int key;
};
enum said { SAID_ISSUED, SAID_PENDING, SAID_TROUBLE, SAID_NO };
struct answer {
	enum said said;
	enum err_code code;
	size_t n;
	uint8_t cert[2048];
};

/* Processes. They do not return. */
void worker_run(struct world *w) __attribute__((noreturn));

/* How clients use the challenges: mint, then rivals and retransmissions until it is settled; or one
 * of the parts of a staged fault. */
enum play {
	PLAY_ALL,
	PLAY_MINT,
	PLAY_FIRST, /* one offer by the first key */
	PLAY_AGAIN, /* of odd ones another key, of even ones the first key again, until an answer */
};
void client_run(struct world *w, enum play play, int self) __attribute__((noreturn));

/* Keeps all workers alive, waits a moment. */
void crew_tend(struct world *w);
void crew_dismiss(struct world *w);

/* Starts the clients and waits for them; `meanwhile` (NULL: nothing) is called over and over. */
void crew_play(
    struct world *w, enum play play, void (*meanwhile)(struct world *, void *), void *arg);

/* Servers. A node is a Redis in its own folder; the proxy in front of it is what its replica
 * connects to. */
struct node {
	struct test_redis redis;
	char dir[220], options[400];
	int port;    /* of the proxy */
	int control; /* of the proxy */
	pid_t proxy;
	bool honest; /* records what was synced: power loss can be played */
};

/* `policy` is that of appendfsync. */
void node_start(struct node *n, const char *dir, const char *name, const char *policy, bool honest);
void node_again(struct node *n); /* after node_kill, in its folder */
void node_kill(struct node *n);
void node_stop(struct node *n);
void node_serve(struct world *w, const struct node *n); /* workers find it from now on */

/* Holds every fsync of the append-only file until released. */
void node_hold(const struct node *n, bool hold);
void node_await_synced(const struct node *n);
/* Kills it and cuts the file to what was synced. */
void node_power_loss(struct node *n);

void node_proxy(struct node *n);
/* Kills it if it runs and starts it as a replica of the other; waits until it has caught up. */
void node_follow(struct node *n, const struct node *primary);
void node_promote(struct node *n);
void node_cut(const struct node *n, bool cut); /* the link of its replica */

/* The proxy: loopback port to a Unix socket; returns the port, and the control end in *control. */
pid_t proxy_start(const char *socket, int *port, int *control);

/* Writes down what the store holds. */
void dump_store(struct world *w, struct node *n);

/* A row by its name: 0, or 1 when the row itself went wrong, 2 when there is no such row. */
int row_run(const char *name, const char *dir, long challenges);

#endif
