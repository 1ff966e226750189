/* SPDX-License-Identifier: ISC
 *
 * The processes: workers that are replaced when they die, clients that come to an end.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "ledger.h"

#define PLAY_MS 1200000

void
crew_tend(struct world *w)
{
	for (int i = 0; i < WORKERS; i++) {
		if (w->workers[i] > 0 && waitpid(w->workers[i], NULL, WNOHANG) == 0)
			continue;
		NEED((w->workers[i] = fork()) >= 0);
		if (w->workers[i] == 0)
			worker_run(w);
	}
	(void)poll(NULL, 0, 2);
}

void
crew_dismiss(struct world *w)
{
	for (int i = 0; i < WORKERS; i++) {
		if (w->workers[i] <= 0)
			continue;
		kill(w->workers[i], SIGKILL);
		waitpid(w->workers[i], NULL, 0);
		w->workers[i] = 0;
	}
}

void
crew_play(struct world *w, enum play play, void (*meanwhile)(struct world *, void *), void *arg)
{
	pid_t clients[CLIENTS];
	int64_t end = clock_ms() + PLAY_MS;
	int left = CLIENTS, status;

	for (int i = 0; i < CLIENTS; i++) {
		NEED((clients[i] = fork()) >= 0);
		if (clients[i] == 0)
			client_run(w, play, i);
	}
	while (left > 0) {
		NEED(clock_ms() < end);
		crew_tend(w);
		if (meanwhile != NULL)
			meanwhile(w, arg);
		for (int i = 0; i < CLIENTS; i++) {
			if (clients[i] == 0 || waitpid(clients[i], &status, WNOHANG) == 0)
				continue;
			NEED(status == 0);
			clients[i] = 0;
			left--;
		}
	}
}
