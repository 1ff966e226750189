/* SPDX-License-Identifier: ISC
 *
 * bench_fill SOCKET certificates|pending PROFILE N: puts so many certificates of the CA "ca", or
 * challenges that nobody has used yet, into the store behind a service that runs. PROFILE is the id
 * of a profile. For tests/bench/scale.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fill.h"

int
main(int argc, char **argv)
{
	struct test_redis r = {0};
	long n = argc == 5 ? strtol(argv[4], NULL, 10) : -1;

	if (n < 0 || (strcmp(argv[2], "certificates") != 0 && strcmp(argv[2], "pending") != 0)) {
		fprintf(stderr, "usage: bench_fill SOCKET certificates|pending PROFILE N\n");
		return 2;
	}
	r.c = redisConnectUnix(argv[1]);
	if (r.c == NULL || r.c->err != 0) {
		fprintf(stderr, "%s: %s\n", argv[1], r.c != NULL ? r.c->errstr : "no memory");
		return 1;
	}
	if (strcmp(argv[2], "pending") == 0)
		fill_pending(&r, argv[3], n);
	else
		fill_certs(&r, argv[3], 0, n);
	redisFree(r.c);
	return 0;
}
