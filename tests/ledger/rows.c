/* SPDX-License-Identifier: ISC
 *
 * The rows of the ledger: what goes wrong while clients enrol. And the controls: servers and
 * workers that are set up wrongly, with the fault placed exactly between the acknowledgement and
 * what it should have waited for, so that promises must break; else the test sees nothing.
 */
#include <signal.h>
#include <string.h>

#include "ledger.h"

#define DIE_EACH 15
#define SHORT_MS 300 /* the patience of workers with a store that will be silent */

struct fault {
	struct node nodes[2];
	int primary;
	long struck, times;
	void (*strike)(struct world *w, struct fault *f);
};

static struct node *
primary(struct fault *f)
{
	return &f->nodes[f->primary];
}

/* Strikes at even distances in the work of the clients. */
static void
on_progress(struct world *w, void *arg)
{
	struct fault *f = arg;
	long due = (f->struck + 1) * w->challenges / (f->times + 1);

	if (f->struck < f->times && atomic_load(&w->shared->settled) >= due) {
		f->strike(w, f);
		f->struck++;
	}
}

/* Somebody has been told that the store does not answer as it must. */
static void
await_trouble(struct world *w)
{
	long before = atomic_load(&w->shared->trouble);

	while (atomic_load(&w->shared->trouble) == before)
		crew_tend(w);
}

static void
strike_crash(struct world *w, struct fault *f)
{
	(void)w;
	node_kill(primary(f));
	node_again(primary(f));
}

static void
strike_pause(struct world *w, struct fault *f)
{
	kill(primary(f)->redis.pid, SIGSTOP);
	await_trouble(w);
	kill(primary(f)->redis.pid, SIGCONT);
}

/* Every other time while an fsync is on its way and clients wait for what depends on it. */
static void
strike_power(struct world *w, struct fault *f)
{
	bool hold = f->struck % 2 == 0;

	if (hold) {
		node_hold(primary(f), true);
		await_trouble(w);
	}
	node_power_loss(primary(f));
	if (hold)
		node_hold(primary(f), false);
	node_again(primary(f));
}

static void
strike_failover(struct world *w, struct fault *f)
{
	struct node *old = primary(f), *heir = &f->nodes[!f->primary];

	node_cut(old, true);
	await_trouble(w);
	node_promote(heir);
	node_serve(w, heir);
	node_kill(old);
	node_cut(old, false);
	node_follow(old, heir);
	f->primary = !f->primary;
}

/* One server with this appendfsync, all clients, some strikes. */
static void
play_single(struct world *w, struct fault *f, const char *policy, bool honest)
{
	node_start(&f->nodes[0], w->dir, "a", policy, honest);
	node_serve(w, &f->nodes[0]);
	crew_play(w, PLAY_ALL, on_progress, f);
	crew_dismiss(w);
	dump_store(w, &f->nodes[0]);
	node_stop(&f->nodes[0]);
}

static void
pair_start(struct world *w, struct fault *f)
{
	w->conf.timeout_ms = SHORT_MS;
	node_start(&f->nodes[0], w->dir, "a", "always", false);
	node_start(&f->nodes[1], w->dir, "b", "always", false);
	node_proxy(&f->nodes[0]);
	node_proxy(&f->nodes[1]);
	node_follow(&f->nodes[1], &f->nodes[0]);
	node_serve(w, &f->nodes[0]);
}

static void
pair_stop(struct fault *f)
{
	node_stop(&f->nodes[0]);
	node_stop(&f->nodes[1]);
}

static long
some(const struct world *w)
{
	long n = w->challenges / 100;

	return n < 4 ? 4 : n > 20 ? 20 : n;
}

static int
row_none(struct world *w)
{
	struct fault f = {0};

	play_single(w, &f, "always", false);
	return 0;
}

static int
row_workers(struct world *w)
{
	struct fault f = {0};
	int rc = 0;

	w->die_each = DIE_EACH;
	play_single(w, &f, "always", false);
	for (int i = 0; i < STEPS; i++)
		rc = atomic_load(&w->shared->died[i]) > 0 ? rc : 1;
	return rc;
}

static int
row_crash(struct world *w)
{
	struct fault f = {.times = some(w), .strike = strike_crash};

	play_single(w, &f, "always", false);
	return f.struck != f.times;
}

static int
row_pause(struct world *w)
{
	struct fault f = {.times = some(w), .strike = strike_pause};

	w->conf.timeout_ms = SHORT_MS;
	play_single(w, &f, "always", false);
	return f.struck != f.times;
}

static int
row_power(struct world *w)
{
	struct fault f = {.times = some(w), .strike = strike_power};

	w->conf.timeout_ms = SHORT_MS;
	play_single(w, &f, "always", true);
	return f.struck != f.times;
}

static int
row_failover(struct world *w)
{
	struct fault f = {.times = some(w), .strike = strike_failover};

	w->conf.durability = DURABILITY_REPLICATED;
	w->conf.replicas = 1;
	pair_start(w, &f);
	crew_play(w, PLAY_ALL, on_progress, &f);
	crew_dismiss(w);
	dump_store(w, primary(&f));
	pair_stop(&f);
	return f.struck != f.times;
}

/* Control: acknowledged before it is synced; then the power goes. */
static int
row_everysec(struct world *w)
{
	struct fault f = {0};
	struct node *n = &f.nodes[0];

	node_start(n, w->dir, "a", "everysec", true);
	node_serve(w, n);
	crew_play(w, PLAY_MINT, NULL, NULL);
	node_await_synced(n);
	node_hold(n, true);
	crew_play(w, PLAY_FIRST, NULL, NULL);
	node_power_loss(n);
	node_hold(n, false);
	node_again(n);
	crew_play(w, PLAY_AGAIN, NULL, NULL);
	crew_dismiss(w);
	dump_store(w, n);
	node_stop(n);
	return 0;
}

/* Control: acknowledged before it is replicated; then the primary goes. */
static int
row_no_wait(struct world *w)
{
	struct fault f = {0};

	pair_start(w, &f);
	crew_play(w, PLAY_MINT, NULL, NULL);
	freeReplyObject(redis_do(&f.nodes[0].redis, "SET mark 1"));
	NEED(redis_int(&f.nodes[0].redis, "WAIT 1 60000") == 1);
	node_cut(&f.nodes[0], true);
	crew_play(w, PLAY_FIRST, NULL, NULL);
	node_promote(&f.nodes[1]);
	node_serve(w, &f.nodes[1]);
	node_kill(&f.nodes[0]);
	crew_play(w, PLAY_AGAIN, NULL, NULL);
	crew_dismiss(w);
	dump_store(w, &f.nodes[1]);
	pair_stop(&f);
	return 0;
}

/* Control: nothing goes wrong but that a worker signs whatever RESERVE says. */
static int
row_no_reserve(struct world *w)
{
	struct fault f = {0};

	w->reckless = true;
	play_single(w, &f, "always", false);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct world *w);
} rows[] = {
    {"none", row_none},
    {"worker-sigkill", row_workers},
    {"redis-sigkill", row_crash},
    {"redis-paused", row_pause},
    {"power-loss", row_power},
    {"failover-wait", row_failover},
    {"control-everysec", row_everysec},
    {"control-no-wait", row_no_wait},
    {"control-no-reserve", row_no_reserve},
};

int
row_run(const char *name, const char *dir, long challenges)
{
	struct world w;
	int rc = 2;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		world_start(&w, dir, challenges);
		rc = rows[i].run(&w);
		world_stop(&w);
	}
	return rc;
}
