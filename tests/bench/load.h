/* SPDX-License-Identifier: ISC
 *
 * What the parts of the load generator share: what to do, the requests that are sent, and the
 * devices behind them.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include "blast.h"
#include "wire/scep_attr.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __FILE__, __LINE__, &e))

/* Ends the program. */
void need_failed(const char *what, const char *file, int line, const struct err *why);

/* From the command line. */
struct load_options {
	struct target to;
	const char *path, *mint_path, *kind, *challenge, *token;
	size_t n, connections;
	double rate;
	bool get, sealed;
};
extern struct load_options opt;

extern struct shot *shots;     /* opt.n */
extern char (*challenges)[64]; /* one-time ones, of each device; NULL: opt.challenge for all */

/* The head of an HTTP request; `extra` are more header lines. */
void http_head(
    struct buf *out, const char *method, const char *query, const char *extra, size_t body);

/* Makes opt.n devices that know the server from its two answers. */
void devices_make(struct view caps, struct view certs);

/* Makes the message of device `i` and the HTTP request around it. A renewal is signed with what was
 * kept; a poll asks for the request before. */
void device_prepare(size_t i, int type);

/* Reads every answer: how many are not this status. With `keep` what was issued signs the next
 * request of its device. */
size_t devices_check(int status, bool keep);

#endif
