/* SPDX-License-Identifier: ISC
 *
 * The command line of scepd.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>

enum action { ACTION_SERVE, ACTION_CHECK, ACTION_PRINT, ACTION_VERSION, ACTION_HELP };

struct options {
	enum action action;
	const char *config;   /* -c */
	const char *pid_file; /* -p; NULL: none */
	bool foreground;      /* -f */
};

/* -1: a complaint stands on stderr. */
int options_read(int argc, char **argv, struct options *o) __attribute__((warn_unused_result));

void options_help(void);
void options_version(void);

#endif
