/* SPDX-License-Identifier: ISC
 *
 * Many records and challenges at once, as the functions would write them one at a time.
 */
#ifndef TESTS_BENCH_FILL_H
#define TESTS_BENCH_FILL_H

#include "support/redis.h"

#define FILL_CERT_LEN 1100 /* octets; about those of a certificate with an RSA-2048 key */

/* The certificates from..to-1; the pending challenges 0..n-1. Ends the program when it cannot. */
void fill_certs(struct test_redis *r, const char *profile, long from, long to);
void fill_pending(struct test_redis *r, const char *profile, long n);

#endif
