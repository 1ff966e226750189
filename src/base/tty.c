/* SPDX-License-Identifier: ISC
 *
 * See base/tty.h.
 */
#include "base/tty.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define N_CAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t signal_seen;

static void
note_signal(int sig)
{
	signal_seen = sig;
}

/* One octet at a time, so that nothing of a secret stays in a stdio buffer or is taken from the
 * next reader. */
int
tty_line(int fd, char line[TTY_LINE_MAX], size_t *len)
{
	char c;
	ssize_t n;

	*len = 0;
	while ((n = read(fd, &c, 1)) == 1 && c != '\n') {
		if (*len + 1 >= TTY_LINE_MAX) {
			errno = E2BIG;
			return -1;
		}
		line[(*len)++] = c;
	}
	if (n < 0)
		return -1;
	if (*len > 0 && line[*len - 1] == '\r')
		(*len)--;
	line[*len] = '\0';
	return 0;
}

int
tty_ask(int fd, const char *prompt, bool echo, char line[TTY_LINE_MAX], size_t *len)
{
	struct sigaction act = {.sa_handler = note_signal}, saved[N_CAUGHT];
	struct termios was, quiet;
	bool hidden;
	int rc;

	signal_seen = 0;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaction(caught[i], &act, &saved[i]);
	hidden = !echo && tcgetattr(fd, &was) == 0;
	if (hidden) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		quiet.c_lflag |= ECHONL;
		tcsetattr(fd, TCSAFLUSH, &quiet);
	}
	rc = dprintf(fd, "%s: ", prompt) < 0 ? -1 : tty_line(fd, line, len);
	if (hidden)
		tcsetattr(fd, TCSAFLUSH, &was);
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaction(caught[i], &saved[i], NULL);
	if (signal_seen != 0) {
		raise(signal_seen);
		errno = EINTR;
		return -1;
	}
	return rc;
}
