/* SPDX-License-Identifier: ISC
 *
 * The list of workers: started, watched by their beats, replaced, retired by generation.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/daily.h"
#include "base/gate.h"
#include "daemon/pool.h"
#include "daemon/worker.h"

#define A_CPU                                                                                      \
	4 /* unless told: one checks a challenge, one waits, two are free; and they wait for the   \
	     store */
#define BURST_MIN 4
#define INTERVAL 5000   /* ms: how often one more is started when workers die */
#define FORK_PAUSE 1000 /* ms: after a fork that failed */
#define GATE_WAIT 2000  /* ms: at most, for others whose challenges are being checked */

int
pool_init(struct pool *p, int listen_fd, struct err *e)
{
	*p = (struct pool){.listen_fd = listen_fd, .ready_fds = {-1, -1}};
	if (pipe2(p->ready_fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_set(e, ERR_INTERNAL, "pipe: %s", strerror(errno));
	return 0;
}

static void
proc_free(struct proc *w)
{
	munmap(w->beat, sizeof *w->beat);
	free(w);
}

void
pool_free(struct pool *p)
{
	struct proc *w;

	while ((w = p->procs) != NULL) {
		p->procs = w->next;
		proc_free(w);
	}
	close(p->ready_fds[0]);
	close(p->ready_fds[1]);
}

size_t
pool_size(const struct conf *c)
{
	cpu_set_t cpus;

	if (c->workers > 0)
		return (size_t)c->workers;
	if (sched_getaffinity(0, sizeof cpus, &cpus) != 0 || CPU_COUNT(&cpus) < 1)
		return A_CPU;
	return A_CPU * (size_t)CPU_COUNT(&cpus);
}

size_t
pool_seats(size_t workers)
{
	return workers > 0 ? (workers - 1) / 2 : 0;
}

/* A wait is far from any deadline. */
static void
set_patience(const struct conf *c, size_t workers)
{
	int64_t deadline =
	    c->request_deadline < c->drain_deadline ? c->request_deadline : c->drain_deadline;
	int64_t ms = deadline * 1000 / 5;

	gate_patience(pool_seats(workers), ms < GATE_WAIT ? (int)ms : GATE_WAIT);
}

void
pool_next(struct pool *p, const struct conf *c)
{
	size_t want = pool_size(c);
	int burst = want > BURST_MIN ? (int)want : BURST_MIN;

	set_patience(c, want);

	p->generation++;
	p->want = want;
	p->owed = 0;
	p->slowed = false;
	p->pace = pace_of(burst, INTERVAL, clock_ms());
}

/* In the child: becomes a worker and never returns. */
static void
become_worker(const struct pool *p, const struct conf *c, struct beat *beat, pid_t master)
{
	const struct worker w = {
	    .conf = c,
	    .listen_fd = p->listen_fd,
	    .ready_fd = p->ready_fds[1],
	    .beat = beat,
	    .master = master,
	};

	exit(worker_run(&w));
}

static int
start_one(struct pool *p, const struct conf *c)
{
	pid_t master = getpid();
	struct proc *w = calloc(1, sizeof *w);
	void *page;

	if (w == NULL)
		return -1;
	page =
	    mmap(NULL, sizeof *w->beat, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		free(w);
		return -1;
	}
	w->beat = page;
	w->generation = p->generation;
	w->next = p->procs;
	p->procs = w; /* before the fork: what the child leaks must be in the list too */
	if ((w->pid = fork()) == 0)
		become_worker(p, c, page, master);
	if (w->pid > 0)
		return 0;
	p->procs = w->next;
	proc_free(w);
	return -1;
}

static size_t
count(const struct pool *p, bool ready_only)
{
	size_t n = 0;

	for (const struct proc *w = p->procs; w != NULL; w = w->next)
		if (w->generation == p->generation && !w->leaving && !w->killed &&
		    (!ready_only || atomic_load(&w->beat->ready)))
			n++;
	return n;
}

bool
pool_ready(const struct pool *p)
{
	return count(p, true) >= p->want;
}

int64_t
pool_fill(struct pool *p, const struct conf *c)
{
	int64_t now = clock_ms(), wait;
	size_t have = count(p, false);

	if (have < p->want && now < p->not_before)
		return p->not_before - now;
	for (; have < p->want; have++) {
		/* Those that replace a dead one come last, and at their pace. */
		if (p->want - have <= p->owed) {
			if ((wait = pace_take(&p->pace, now)) > 0) {
				if (!p->slowed)
					log_msg(LOG_LEVEL_ERROR,
					    "workers end too fast: one is started every %d seconds",
					    INTERVAL / 1000);
				p->slowed = true;
				return wait;
			}
			p->owed--;
		}
		if (start_one(p, c) != 0) {
			log_msg(LOG_LEVEL_ERROR, "no worker can be started: %s", strerror(errno));
			p->not_before = now + FORK_PAUSE;
			return FORK_PAUSE;
		}
	}
	p->slowed = false;
	return -1;
}

static void
report_end(const struct proc *w, int status)
{
	long long requests = (long long)atomic_load(&w->beat->requests);

	if (WIFSIGNALED(status))
		log_msg(LOG_LEVEL_ERROR, "worker %d ended by signal %d (%s) after %lld requests",
		    (int)w->pid, WTERMSIG(status), strsignal(WTERMSIG(status)), requests);
	else
		log_msg(LOG_LEVEL_ERROR, "worker %d ended with code %d after %lld requests",
		    (int)w->pid, WEXITSTATUS(status), requests);
}

bool
pool_ended(struct pool *p, pid_t pid, int status)
{
	for (struct proc **at = &p->procs; *at != NULL; at = &(*at)->next) {
		struct proc *w = *at;
		bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;

		if (w->pid != pid)
			continue;
		*at = w->next;
		if (!w->killed && !well) {
			report_end(w, status);
			if (w->generation == p->generation && !w->leaving)
				p->owed++;
		} else if (well) {
			log_msg(LOG_LEVEL_DEBUG, "worker %d ended after %lld requests", (int)w->pid,
			    (long long)atomic_load(&w->beat->requests));
		}
		proc_free(w);
		return true;
	}
	return false;
}

static void
kill_proc(struct proc *w)
{
	w->killed = true;
	kill(w->pid, SIGKILL);
}

void
pool_watch(struct pool *p, const struct conf *c)
{
	int64_t now = clock_ms();

	for (struct proc *w = p->procs; w != NULL; w = w->next) {
		int64_t busy = atomic_load(&w->beat->busy_since);

		if (w->killed)
			continue;
		if (busy != 0 && now - busy > c->request_deadline * 1000) {
			log_msg(LOG_LEVEL_ERROR,
			    "worker %d killed: a request took more than %lld seconds", (int)w->pid,
			    (long long)c->request_deadline);
			kill_proc(w);
		} else if (w->leaving && now > w->leave_by) {
			log_msg(LOG_LEVEL_ERROR,
			    "worker %d killed: it did not end within %lld seconds", (int)w->pid,
			    (long long)c->drain_deadline);
			kill_proc(w);
		}
	}
}

void
pool_retire(struct pool *p, const struct conf *c, bool all)
{
	for (struct proc *w = p->procs; w != NULL; w = w->next) {
		if (w->leaving || (!all && w->generation == p->generation))
			continue;
		w->leaving = true;
		w->leave_by = clock_ms() + c->drain_deadline * 1000;
		kill(w->pid, SIGTERM);
	}
}

void
pool_signal(const struct pool *p, int sig)
{
	for (const struct proc *w = p->procs; w != NULL; w = w->next)
		kill(w->pid, sig);
}

void
pool_settle(struct pool *p)
{
	for (const struct proc *w = p->procs; w != NULL; w = w->next)
		if (w->generation != p->generation)
			return;
	if (p->settled != p->generation)
		daily_reset();
	p->settled = p->generation;
	for (const struct proc *w = p->procs; w != NULL; w = w->next)
		atomic_store(&w->beat->alone, true);
}
