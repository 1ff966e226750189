/* SPDX-License-Identifier: ISC
 *
 * Finding or making the listening socket. The library's own FCGX_OpenSocket is not used: it removes
 * whatever stands at the path, resolves names, and calls exit() when something fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/listen.h"
#include "daemon/priv.h"

#define BACKLOG 512 /* a full backlog is an immediate 502 at nginx */
#define FIRST_SYSTEMD_FD 3

static bool
is_listening(int fd)
{
	int yes = 0;
	socklen_t n = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes != 0;
}

/* The address of a socket in words, with where the socket comes from. */
static void
describe(struct listener *l, const char *origin)
{
	union {
		struct sockaddr sa;
		struct sockaddr_un un;
		struct sockaddr_storage ss;
	} a = {0};
	socklen_t n = sizeof a;
	char host[64], port[8];

	if (getsockname(l->fd, &a.sa, &n) != 0)
		n = 0;
	if (n > sizeof a.un.sun_family && a.sa.sa_family == AF_UNIX)
		snprintf(l->where, sizeof l->where, "unix:%.107s%s", a.un.sun_path, origin);
	else if (n > 0 && getnameinfo(&a.sa, n, host, sizeof host, port, sizeof port,
	                      NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(l->where, sizeof l->where, "tcp:%s:%s%s", host, port, origin);
	else
		snprintf(l->where, sizeof l->where, "a socket without a name%s", origin);
}

/* What stays of a Unix socket whose process died must go; one that answers must not. */
static int
remove_stale(const struct sockaddr_un *un, struct err *e)
{
	struct stat st;
	int fd, rc;

	if (lstat(un->sun_path, &st) != 0)
		return errno == ENOENT
		           ? 0
		           : err_set(e, ERR_NETWORK, "%s: %s", un->sun_path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return err_set(
		    e, ERR_NETWORK, "%s is in the way: it is not a socket", un->sun_path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) < 0)
		return err_set(e, ERR_NETWORK, "socket: %s", strerror(errno));
	rc = connect(fd, (const struct sockaddr *)un, sizeof *un) == 0 ? 0 : errno;
	close(fd);
	if (rc != ECONNREFUSED)
		return err_set(e, ERR_NETWORK, "%s: another process listens there", un->sun_path);
	if (unlink(un->sun_path) != 0 && errno != ENOENT)
		return err_set(e, ERR_NETWORK, "%s: %s", un->sun_path, strerror(errno));
	return 0;
}

/* Mode and group are right before anybody can connect: nobody can until listen(). */
static int
bind_unix(const struct conf *c, struct listener *l, struct err *e)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	gid_t gid = (gid_t)-1;
	struct stat st;
	mode_t mask;
	int rc;

	if (*c->listen_group != '\0' && priv_group("listen_group", c->listen_group, &gid, e) != 0)
		return -1;
	snprintf(un.sun_path, sizeof un.sun_path, "%s", c->listen);
	if (remove_stale(&un, e) != 0)
		return -1;
	if ((l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return err_set(e, ERR_NETWORK, "socket: %s", strerror(errno));
	mask = umask(0777 & ~c->listen_mode);
	rc = bind(l->fd, (const struct sockaddr *)&un, sizeof un);
	umask(mask);
	if (rc != 0)
		return err_set(e, ERR_NETWORK, "%s: %s", c->listen, strerror(errno));
	snprintf(l->path, sizeof l->path, "%s", c->listen);
	if (gid != (gid_t)-1 && lchown(l->path, (uid_t)-1, gid) != 0)
		return err_set(
		    e, ERR_NETWORK, "%s: group %s: %s", l->path, c->listen_group, strerror(errno));
	if (lstat(l->path, &st) == 0) {
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	return 0;
}

static bool
is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >>
		           24 ==
		       127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
}

static int
bind_tcp(const struct conf *c, struct listener *l, struct err *e)
{
	const struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	const char *port = strrchr(c->listen, ':') + 1;
	char host[64];
	size_t n = (size_t)(port - 1 - c->listen);
	bool brackets = c->listen[0] == '[';
	int one = 1, rc = -1;

	snprintf(host, sizeof host, "%.*s", (int)(brackets ? n - 2 : n), c->listen + brackets);
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return err_set(e, ERR_NETWORK, "%s is no address", c->listen);
	if ((l->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 ||
	    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
	    bind(l->fd, found->ai_addr, found->ai_addrlen) != 0) {
		err_set(e, ERR_NETWORK, "%s: %s", c->listen, strerror(errno));
		goto out;
	}
	if (!is_loopback(found->ai_addr))
		log_msg(LOG_LEVEL_WARN,
		    "listen = %s: whoever reaches this port can say who they are", c->listen);
	rc = 0;
out:
	freeaddrinfo(found);
	return rc;
}

int
listen_make(const struct conf *c, struct listener *l, struct err *e)
{
	*l = (struct listener){.fd = -1};
	if (*c->listen == '\0')
		return err_set(e, ERR_CONFIG,
		    "no socket: descriptor 0 is none, systemd gave none, and listen is empty");
	if ((c->listen[0] == '/' ? bind_unix(c, l, e) : bind_tcp(c, l, e)) != 0)
		return -1;
	if (listen(l->fd, BACKLOG) != 0 || fcntl(l->fd, F_SETFL, O_NONBLOCK) != 0)
		return err_set(e, ERR_NETWORK, "%s: %s", c->listen, strerror(errno));
	describe(l, "");
	return 0;
}

/* Takes over a socket that stands at a fixed number. */
static int
inherit(int fd, const char *origin, struct listener *l, struct err *e)
{
	int flags;

	if ((l->fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_SYSTEMD_FD)) < 0 ||
	    (flags = fcntl(l->fd, F_GETFL)) < 0 || fcntl(l->fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_set(e, ERR_NETWORK, "descriptor %d: %s", fd, strerror(errno));
	l->inherited = true;
	describe(l, origin);
	return 0;
}

/* sd_listen_fds(3): 1 when there is a socket for this process, 0 when not. */
static int
systemd_socket(struct err *e)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	bool ours = pid != NULL && fds != NULL && strtol(pid, NULL, 10) == (long)getpid();
	bool one = ours && strcmp(fds, "1") == 0;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (!ours)
		return 0;
	if (!one || !is_listening(FIRST_SYSTEMD_FD))
		return err_set(
		    e, ERR_CONFIG, "systemd must give exactly one listening stream socket");
	return 1;
}

int
listen_open(const struct conf *c, struct listener *l, struct err *e)
{
	int null, given;

	*l = (struct listener){.fd = -1};
	if (is_listening(STDIN_FILENO)) {
		if (inherit(STDIN_FILENO, " (descriptor 0)", l, e) != 0)
			return -1;
		/* Nothing may take number 0 again for something that a library then reads. */
		if ((null = open("/dev/null", O_RDONLY)) >= 0) {
			dup2(null, STDIN_FILENO);
			close(null);
		}
		return 0;
	}
	if ((given = systemd_socket(e)) < 0)
		return -1;
	if (given == 0)
		return listen_make(c, l, e);
	if (inherit(FIRST_SYSTEMD_FD, " (systemd)", l, e) != 0)
		return -1;
	close(FIRST_SYSTEMD_FD);
	return 0;
}

void
listen_close(struct listener *l)
{
	struct stat st;

	if (l->fd >= 0)
		close(l->fd);
	if (l->path[0] != '\0' && lstat(l->path, &st) == 0 && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		unlink(l->path);
	*l = (struct listener){.fd = -1};
}
