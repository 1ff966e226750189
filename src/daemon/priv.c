/* SPDX-License-Identifier: ISC
 *
 * Giving up rights. Every call is checked, and the result is tried: a process that could become
 * root again does not serve.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/priv.h"

/* LeakSanitizer reads the memory of its own process by ptrace, which an undumpable process forbids.
 */
#if defined(__SANITIZE_ADDRESS__)
#define DUMPABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DUMPABLE 1
#endif
#endif
#ifndef DUMPABLE
#define DUMPABLE 0
#endif

int
priv_group(const char *key, const char *name, gid_t *gid, struct err *e)
{
	const struct group *g;

	errno = 0;
	if ((g = getgrnam(name)) == NULL)
		return err_set(e, ERR_CONFIG, "%s: there is no group \"%s\"", key, name);
	*gid = g->gr_gid;
	return 0;
}

int
priv_drop(const struct conf *c, struct err *e)
{
	const struct passwd *pw;
	uid_t uid, r, s, f;
	gid_t gid;

	if (geteuid() != 0 || *c->user == '\0')
		return 0;
	if ((pw = getpwnam(c->user)) == NULL)
		return err_set(e, ERR_CONFIG, "user: there is no user \"%s\"", c->user);
	uid = pw->pw_uid;
	gid = pw->pw_gid;
	if (*c->group != '\0' && priv_group("group", c->group, &gid, e) != 0)
		return -1;
	if (initgroups(c->user, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return err_set(e, ERR_INTERNAL, "cannot become %s: %s", c->user, strerror(errno));
	if (uid == 0)
		return 0;
	if (setuid(0) == 0 || seteuid(0) == 0 || getresuid(&r, &s, &f) != 0 || r != uid ||
	    s != uid || f != uid)
		return err_set(e, ERR_INTERNAL, "the rights of root are not gone");
	return 0;
}

int
priv_conceal(struct err *e)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, DUMPABLE) != 0)
		return err_set(e, ERR_INTERNAL, "prctl: %s", strerror(errno));
	return 0;
}

int
priv_harden(pid_t parent, struct err *e)
{
	if (priv_conceal(e) != 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return err_set(e, ERR_INTERNAL, "prctl: %s", strerror(errno));
	/* The signal is not sent for a parent that is gone already. */
	if (getppid() != parent)
		return err_set(e, ERR_INTERNAL, "the master is gone");
	return 0;
}
