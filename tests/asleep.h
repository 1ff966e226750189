/* SPDX-License-Identifier: ISC
 *
 * Whether a child has come to where it waits: the kernel says so.
 */
#ifndef TESTS_ASLEEP_H
#define TESTS_ASLEEP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

/* The state letter of a process, as in proc(5); 0: no such process. */
static inline char
process_state(pid_t pid)
{
	char path[32], text[256] = "", *paren;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fgets(text, sizeof text, f) == NULL)
		text[0] = '\0';
	fclose(f);
	paren = strrchr(text, ')');
	return paren == NULL || strlen(paren) < 3 ? '\0' : paren[2];
}

/* Waits until the child sleeps (true) or has ended (false). */
static inline bool
child_sleeps(pid_t pid)
{
	const struct timespec nap = {.tv_nsec = 1000000};
	char state;

	while ((state = process_state(pid)) != 'S' && state != 'Z' && state != 0)
		nanosleep(&nap, NULL);
	return state == 'S';
}

#endif
