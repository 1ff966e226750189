/* SPDX-License-Identifier: ISC
 *
 * A link that can be cut: a loopback port whose connections end at a Unix socket. Cut, nothing
 * passes in either direction and nobody is told, as when a cable is pulled: what was on its way is
 * lost. 'c' on the control socket cuts, 'h' heals (old connections are gone then); each is answered
 * when it is so.
 */
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ledger.h"

#define PAIRS_MAX 16

struct proxy {
	const char *socket;
	int listener, control;
	int pairs[PAIRS_MAX][2];
	size_t n;
	bool cut;
};

static void
drop(struct proxy *p, size_t i)
{
	close(p->pairs[i][0]);
	close(p->pairs[i][1]);
	p->n--;
	memcpy(p->pairs[i], p->pairs[p->n], sizeof p->pairs[i]);
}

static void
join(struct proxy *p)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int in = accept(p->listener, NULL, NULL), out = socket(AF_UNIX, SOCK_STREAM, 0);

	NEED(in >= 0 && out >= 0);
	memcpy(at.sun_path, p->socket, strlen(p->socket) + 1);
	if (p->n == PAIRS_MAX || connect(out, (struct sockaddr *)&at, sizeof at) != 0) {
		close(in);
		close(out);
		return;
	}
	p->pairs[p->n][0] = in;
	p->pairs[p->n++][1] = out;
}

/* -1: one side has closed. */
static int
carry(int from, int to)
{
	char data[65536];
	ssize_t n = recv(from, data, sizeof data, 0);

	for (ssize_t done = 0, some; done < n; done += some)
		if ((some = send(to, data + done, (size_t)(n - done), MSG_NOSIGNAL)) <= 0)
			return -1;
	return n > 0 ? 0 : -1;
}

static void
obey(struct proxy *p)
{
	char word;

	if (read(p->control, &word, 1) != 1)
		_exit(0);
	p->cut = word == 'c';
	while (!p->cut && p->n > 0)
		drop(p, 0);
	NEED(write(p->control, &word, 1) == 1);
}

static void
serve(struct proxy *p)
{
	for (;;) {
		struct pollfd fd[2 + 2 * PAIRS_MAX] = {
		    {.fd = p->control, .events = POLLIN}, {.fd = p->listener, .events = POLLIN}};
		nfds_t all = p->cut ? 1 : 2 + 2 * p->n;

		for (size_t i = 0; i < 2 * p->n; i++)
			fd[2 + i] = (struct pollfd){.fd = p->pairs[i / 2][i % 2], .events = POLLIN};
		NEED(poll(fd, all, -1) >= 0);
		if (fd[0].revents != 0) {
			obey(p);
			continue;
		}
		for (size_t i = p->n; i-- > 0;)
			if ((fd[2 + 2 * i].revents != 0 &&
			        carry(p->pairs[i][0], p->pairs[i][1]) != 0) ||
			    (fd[3 + 2 * i].revents != 0 &&
			        carry(p->pairs[i][1], p->pairs[i][0]) != 0))
				drop(p, i);
		if (fd[1].revents != 0)
			join(p);
	}
}

pid_t
proxy_start(const char *socket_path, int *port, int *control)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	struct proxy p = {.socket = socket_path};
	int ends[2];
	pid_t pid;

	NEED((p.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0);
	NEED(bind(p.listener, (struct sockaddr *)&at, len) == 0 && listen(p.listener, 16) == 0);
	NEED(getsockname(p.listener, (struct sockaddr *)&at, &len) == 0);
	NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	*port = ntohs(at.sin_port);
	NEED((pid = fork()) >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		p.control = ends[1];
		serve(&p);
	}
	close(ends[1]);
	close(p.listener);
	*control = ends[0];
	return pid;
}
