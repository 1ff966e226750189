/* SPDX-License-Identifier: ISC
 *
 * See cpu.h.
 */
#include "cpu.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define WATCHED_MAX 8
#define PROCESSES_MAX 8192

static struct {
	char name[32];
	int pid;
	double begin, spent;
} watched[WATCHED_MAX];
static size_t n_watched;
static double me_begin, me_spent;

void
cpu_watch(const char *text)
{
	const char *is = strchr(text, '=');

	if (is == NULL || n_watched == WATCHED_MAX || is - text >= 32) {
		fprintf(stderr, "--cpu takes NAME=PID\n");
		exit(2);
	}
	snprintf(watched[n_watched].name, sizeof watched[n_watched].name, "%.*s", (int)(is - text),
	    text);
	watched[n_watched++].pid = atoi(is + 1);
}

static struct process {
	int pid, parent;
	double seconds; /* its own, and of children that ended */
} processes[PROCESSES_MAX];
static size_t n_processes;

static void
read_process(const char *name)
{
	struct process *p = &processes[n_processes];
	unsigned long user, system, child_user, child_system;
	char path[300], line[1024];
	const char *rest;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/stat", name);
	if (n_processes == PROCESSES_MAX || (f = fopen(path, "re")) == NULL)
		return;
	if (fgets(line, sizeof line, f) != NULL && (rest = strrchr(line, ')')) != NULL &&
	    sscanf(rest, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &p->parent,
	        &user, &system, &child_user, &child_system) == 5) {
		p->pid = atoi(name);
		p->seconds = (double)(user + system + child_user + child_system) /
		             (double)sysconf(_SC_CLK_TCK);
		n_processes++;
	}
	fclose(f);
}

static double
seconds_of(int pid)
{
	double sum = 0;

	for (size_t i = 0; i < n_processes; i++) {
		if (processes[i].pid == pid)
			sum += processes[i].seconds;
		if (processes[i].parent == pid)
			sum += seconds_of(processes[i].pid);
	}
	return sum;
}

static double
own(void)
{
	struct rusage me;

	getrusage(RUSAGE_SELF, &me);
	return (double)(me.ru_utime.tv_sec + me.ru_stime.tv_sec) +
	       (double)(me.ru_utime.tv_usec + me.ru_stime.tv_usec) / 1e6;
}

static void
read_all(void)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;

	n_processes = 0;
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name))
			read_process(entry->d_name);
	if (d != NULL)
		closedir(d);
}

void
cpu_begin(void)
{
	read_all();
	for (size_t i = 0; i < n_watched; i++)
		watched[i].begin = seconds_of(watched[i].pid);
	me_begin = own();
}

void
cpu_end(void)
{
	me_spent = own() - me_begin;
	read_all();
	for (size_t i = 0; i < n_watched; i++)
		watched[i].spent = seconds_of(watched[i].pid) - watched[i].begin;
}

void
cpu_print(size_t requests, double seconds)
{
	double all = me_spent, per = 1000 / (double)requests;

	for (size_t i = 0; i < n_watched; i++) {
		printf(" %s=%.3f", watched[i].name, watched[i].spent * per);
		all += watched[i].spent;
	}
	printf(" load=%.3f cores=%.2f", me_spent * per, all / seconds);
}
