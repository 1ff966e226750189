/* SPDX-License-Identifier: ISC
 *
 * See softhsm.h.
 */
#include "support/softhsm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define UTIL "/usr/bin/softhsm2-util"
#define SO_PIN "so-pin-1234"

static char tokens[PATH_MAX], away[PATH_MAX];
static bool is_away;

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "softhsm.c: %s (%s)\n", what, strerror(errno));
	abort();
}

const char *
softhsm_module(void)
{
	return "/usr/lib/softhsm/libsofthsm2.so";
}

void
softhsm_add(const char *label)
{
	int status = -1, nowhere;
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (pid == 0) {
		nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, STDOUT_FILENO);
		execl(UTIL, UTIL, "--init-token", "--free", "--label", label, "--so-pin", SO_PIN,
		    "--pin", SOFTHSM_PIN, (char *)NULL);
		_exit(127);
	}
	need(waitpid(pid, &status, 0) == pid && status == 0, "softhsm2-util");
}

bool
softhsm_start(const char *dir)
{
	char conf[PATH_MAX];
	FILE *f;

	if (access(softhsm_module(), R_OK) != 0 || access(UTIL, X_OK) != 0) {
		printf("skipped softhsm2 ");
		return false;
	}
	snprintf(tokens, sizeof tokens, "%s/tokens", dir);
	snprintf(away, sizeof away, "%s/tokens.away", dir);
	snprintf(conf, sizeof conf, "%s/softhsm2.conf", dir);
	need(mkdir(tokens, 0700) == 0, tokens);
	f = fopen(conf, "w");
	need(f != NULL, conf);
	fprintf(f, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
	    tokens);
	fclose(f);
	setenv("SOFTHSM2_CONF", conf, 1);
	is_away = false;
	softhsm_add(SOFTHSM_TOKEN);
	return true;
}

void
softhsm_away(void)
{
	need(rename(tokens, away) == 0, "away");
	is_away = true;
}

void
softhsm_back(void)
{
	if (is_away)
		need(rename(away, tokens) == 0, "back");
	is_away = false;
}

void
softhsm_stop(void)
{
	softhsm_back();
	unsetenv("SOFTHSM2_CONF");
}
