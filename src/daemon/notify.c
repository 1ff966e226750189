/* SPDX-License-Identifier: ISC
 *
 * One datagram to the service manager. What goes wrong here is nobody's business: the service runs
 * without it.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/notify.h"

static void
send_text(const char *text)
{
	const char *to = getenv("NOTIFY_SOCKET");
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	size_t n = to == NULL ? 0 : strlen(to);
	int fd;

	if (n < 2 || n >= sizeof un.sun_path || (to[0] != '/' && to[0] != '@'))
		return;
	memcpy(un.sun_path, to, n);
	if (to[0] == '@') /* the abstract namespace */
		un.sun_path[0] = '\0';
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&un,
	        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		perror("scepd: NOTIFY_SOCKET");
	close(fd);
}

bool
notify_wanted(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

void
notify_ready(void)
{
	send_text("READY=1\n");
}

void
notify_reloading(void)
{
	struct timespec now = {0};
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld\n",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	send_text(text);
}

void
notify_stopping(void)
{
	send_text("STOPPING=1\n");
}
