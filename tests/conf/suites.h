/* SPDX-License-Identifier: ISC
 *
 * The suites of the conf layer, and a folder with a configuration that works.
 */
#ifndef TESTS_CONF_SUITES_H
#define TESTS_CONF_SUITES_H

#include "harness.h"
#include "tmpdir.h"

#include "base/buf.h"

extern CU_TestInfo scan_tests[], conf_tests[], print_tests[], assemble_tests[], manual_tests[],
    digest_tests[], owner_tests[], ras_tests[], line_tests[], keys_tests[], passphrase_tests[];

#define TEST_ID "8b0f3a2e-6f6f-4c0e-9d3a-1c2b3a4d5e6f"
#define TEST_CHALLENGE "correct horse"

/* A folder with an empty scepd.conf and profiles.d; 0 or -1. */
int conf_dir_make(struct tmpdir *t);

/* Writes a file of the folder; 0 or -1. */
int conf_dir_write(struct tmpdir *t, const char *name, const char *text);

/* The hash of TEST_CHALLENGE, made once. */
const char *test_hash(void);

/* The least text of a static profile, with `more` after it; valid until the next call. */
const char *profile_text(const char *id, const char *more);

#endif
