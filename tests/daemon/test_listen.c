/* SPDX-License-Identifier: ISC
 *
 * The socket that the configuration names: its mode from the first moment, what may stand in its
 * way, what may not.
 */
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/listen.h"
#include "suites.h"

static char no_group[] = "";

/* A configuration that listens at `where` in the folder. */
static struct conf
conf_at(struct tmpdir *t, const char *where)
{
	CU_ASSERT_FATAL(tmpdir_make(t) == 0);
	return (struct conf){.listen = (char *)(uintptr_t)tmpdir_path(t, where),
	    .listen_mode = 0660,
	    .listen_group = no_group};
}

static int
connect_to(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), rc;

	snprintf(un.sun_path, sizeof un.sun_path, "%.107s", path);
	rc = connect(fd, (const struct sockaddr *)&un, sizeof un);
	close(fd);
	return rc;
}

static void
mode_group_and_end(void)
{
	static const mode_t modes[] = {0600, 0660, 0666};
	struct tmpdir t;
	struct conf c = conf_at(&t, "sock");
	struct group *g = getgrgid(getegid());
	struct listener l;
	struct stat st;
	mode_t mask = umask(0077);

	if (g != NULL)
		c.listen_group = g->gr_name;
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		struct err e = ERR_INIT;

		c.listen_mode = modes[i];
		CU_ASSERT_EQUAL(listen_make(&c, &l, &e), 0);
		CU_ASSERT_STRING_EQUAL(e.detail, "");
		CU_ASSERT_EQUAL(lstat(c.listen, &st), 0);
		CU_ASSERT_EQUAL(st.st_mode & 07777, modes[i]);
		CU_ASSERT_EQUAL(st.st_gid, getegid());
		CU_ASSERT_EQUAL(connect_to(c.listen), 0);
		CU_ASSERT_TRUE((fcntl(l.fd, F_GETFL) & O_NONBLOCK) != 0);
		CU_ASSERT_TRUE((fcntl(l.fd, F_GETFD) & FD_CLOEXEC) != 0);
		CU_ASSERT_EQUAL(strncmp(l.where, "unix:/", 6), 0);
		listen_close(&l);
		CU_ASSERT_EQUAL(lstat(c.listen, &st), -1);
	}
	/* The mask of the process is what it was. */
	CU_ASSERT_EQUAL(umask(mask), 0077);
	tmpdir_remove(&t);
}

static void
a_group_that_is_none(void)
{
	struct tmpdir t;
	struct conf c = conf_at(&t, "sock");
	struct listener l;
	struct err e = ERR_INIT;
	char group[] = "no such group";

	c.listen_group = group;
	CU_ASSERT_EQUAL(listen_make(&c, &l, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(e.detail, "listen_group: there is no group \"no such group\"");
	listen_close(&l);
	tmpdir_remove(&t);
}

static void
a_stale_socket_is_replaced(void)
{
	struct tmpdir t;
	struct conf c = conf_at(&t, "sock");
	struct listener l, stale;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(listen_make(&c, &stale, &e), 0);
	close(stale.fd);
	CU_ASSERT_EQUAL(connect_to(c.listen), -1);
	CU_ASSERT_EQUAL(listen_make(&c, &l, &e), 0);
	CU_ASSERT_EQUAL(connect_to(c.listen), 0);
	listen_close(&l);
	tmpdir_remove(&t);
}

static void
a_socket_that_answers_is_not(void)
{
	struct tmpdir t;
	struct conf c = conf_at(&t, "sock");
	struct listener l, other;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(listen_make(&c, &other, &e), 0);
	CU_ASSERT_EQUAL(listen_make(&c, &l, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_NETWORK);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "another process listens there"));
	listen_close(&l);
	CU_ASSERT_EQUAL(connect_to(c.listen), 0);
	listen_close(&other);
	tmpdir_remove(&t);
}

static void
a_file_is_not_removed(void)
{
	struct tmpdir t;
	struct conf c = conf_at(&t, "file");
	struct listener l;
	struct err e = ERR_INIT;
	struct stat st;

	close(open(c.listen, O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(listen_make(&c, &l, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "is in the way: it is not a socket"));
	listen_close(&l);
	CU_ASSERT_EQUAL(lstat(c.listen, &st), 0);
	tmpdir_remove(&t);
}

/* A successor may stand at the path by the time that we end. */
static void
only_our_own_socket_goes_at_the_end(void)
{
	struct tmpdir t;
	struct conf c = conf_at(&t, "sock");
	struct listener first, second;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(listen_make(&c, &first, &e), 0);
	CU_ASSERT_EQUAL(unlink(c.listen), 0);
	close(open(
	    tmpdir_path(&t, "keeps the inode from being used again"), O_CREAT | O_WRONLY, 0600));
	c.listen = (char *)(uintptr_t)tmpdir_path(&t, "sock");
	CU_ASSERT_EQUAL(listen_make(&c, &second, &e), 0);
	listen_close(&first);
	CU_ASSERT_EQUAL(connect_to(c.listen), 0);
	listen_close(&second);
	tmpdir_remove(&t);
}

static void
addresses(void)
{
	char v4[] = "127.0.0.1:0", v6[] = "[::1]:0", none[] = "";
	struct conf c = {.listen_mode = 0660, .listen_group = no_group};
	struct listener l;
	struct err e = ERR_INIT;

	c.listen = v4;
	CU_ASSERT_EQUAL(listen_make(&c, &l, &e), 0);
	CU_ASSERT_EQUAL(strncmp(l.where, "tcp:127.0.0.1:", 14), 0);
	listen_close(&l);
	/* Not every machine has IPv6. */
	c.listen = v6;
	if (listen_make(&c, &l, &e) == 0)
		CU_ASSERT_EQUAL(strncmp(l.where, "tcp:::1:", 8), 0);
	listen_close(&l);
	err_clear(&e);
	c.listen = none;
	CU_ASSERT_EQUAL(listen_make(&c, &l, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	listen_close(&l);
}

CU_TestInfo listen_tests[] = {
    T(mode_group_and_end),
    T(a_group_that_is_none),
    T(a_stale_socket_is_replaced),
    T(a_socket_that_answers_is_not),
    T(a_file_is_not_removed),
    T(only_our_own_socket_goes_at_the_end),
    T(addresses),
    CU_TEST_INFO_NULL,
};
