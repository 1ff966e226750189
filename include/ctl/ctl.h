/* SPDX-License-Identifier: ISC
 *
 * scepctl, the operator's tool, as functions: a table of commands, one parser of options for all of
 * them, and the streams they use, so that a test runs a command without a process. A command prints
 * what was asked for to `out` and everything else to `err`.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdio.h>

#include "base/file.h"
#include "conf/conf.h"
#include "ctl/args.h"

/* Exit codes, the same for every command. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,  /* it did not work; one line says why */
	CTL_USAGE = 2,   /* unknown command or option, or a value that cannot be */
	CTL_PENDING = 3, /* not yet: the server has not decided, or a host is not ready; or what
	                    is good will not stay so */
	CTL_REFUSED = 4, /* the server refused the request */
};

struct ctl {
	const char *conf_file;
	const char *tty; /* the terminal that passphrases are typed at */
	FILE *in, *out, *err;
	struct conf conf; /* valid after ctl_conf; owned */
	bool conf_loaded;
	struct file_owner
	    owner; /* of what is made: the service's user and group; valid after ctl_conf */
};

/* The standard streams, /dev/tty and the installed configuration file. */
void ctl_init(struct ctl *c);
void ctl_free(struct ctl *c);

/* Runs a whole command line (argv[0] is the program's name) and returns the exit code. An error has
 * been printed. */
int ctl_run(struct ctl *c, int argc, char **argv);

/* Reads the configuration, once. -1: CONFIG, or FILE when its user or group does not exist and we
 * are root. */
int ctl_conf(struct ctl *c, struct err *e) __attribute__((warn_unused_result));

/* One line to `err`. */
void ctl_note(struct ctl *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The commands of each group; `name` NULL ends. A command returns an exit code >= 0, or -1 with an
 * error. */
extern const struct command ca_commands[], profile_commands[], challenge_commands[],
    store_commands[], node_commands[], client_commands[], request_commands[], cert_commands[],
    why_commands[], token_commands[], bundle_commands[], backup_commands[], crl_commands[],
    ra_commands[], check_commands[];

#endif
