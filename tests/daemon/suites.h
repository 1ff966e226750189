/* SPDX-License-Identifier: ISC
 *
 * The suites of the daemon layer, and what they share: scepd as a real process in a folder of its
 * own (this very program, started again, with a service that does what a test wants), and a FastCGI
 * client.
 */
#ifndef TESTS_DAEMON_SUITES_H
#define TESTS_DAEMON_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "harness.h"
#include "tmpdir.h"

extern CU_TestInfo pace_tests[], listen_tests[], program_tests[], request_tests[], pool_tests[],
    signal_tests[];

/* A running scepd. */
struct scepd {
	struct tmpdir dir;
	pid_t pid; /* the master */
};

/* Makes the folder with scepd.conf: a Unix socket, a log file, nobody else, and `more`. */
void scepd_configure(struct scepd *s, const char *more);
void scepd_rewrite(struct scepd *s, const char *more);

/* Starts the program with these arguments after the configuration's (NULL ends). `fd0` is its
 * standard input, `fd3` its descriptor 3 as systemd gives one; -1: none. */
void scepd_exec(struct scepd *s, int fd0, int fd3, const char *const *args);

/* Both, in the foreground, and waits until it serves. */
void scepd_start(struct scepd *s, const char *more);

/* Waits for the end: its exit code, or 256 + signal. */
int scepd_wait(struct scepd *s);

/* SIGTERM, the end, and the folder goes. The exit code. */
int scepd_stop(struct scepd *s);

/* Waits until the file of the folder holds `text` at least `times` times; false after half a
 * minute. */
bool scepd_await(struct scepd *s, const char *file, const char *text, int times);

/* How often a file of the folder holds `text` now. */
int scepd_count(struct scepd *s, const char *file, const char *text);

/* Runs the program to its end; its exit code. Standard output and error go to the files out and err
 * of the folder. */
int scepd_run(struct scepd *s, const char *const *args);

/* FastCGI. A request: name and value in turn, NULL ends. */
struct request {
	const char *const *params;
	const char *body;
	size_t body_len;
	bool keep;      /* FCGI_KEEP_CONN */
	bool open_body; /* the end of the body is not sent */
};

/* Connects; -1 when nobody listens. Reads give up after half a minute. */
int client_connect(struct scepd *s);

/* False: not everything was taken. */
bool client_send(int fd, const struct request *r);
bool client_send_raw(int fd, const void *p, size_t n);

/* Reads to the end of the request. What came on stdout into `out`; false: the connection ended
 * first. */
bool client_read(int fd, char *out, size_t len);

/* Whether the peer has closed. */
bool client_closed(int fd);

/* A GET of a path on a connection of its own; false: no answer. */
bool client_get(struct scepd *s, const char *path, char *out, size_t len);

/* The body of the reply to it, as a number; -1: no answer. */
long client_number(struct scepd *s, const char *path);

#endif
