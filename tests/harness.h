/* SPDX-License-Identifier: ISC
 *
 * What every unit-test program shares: suites are tables, a program runs the ones of its layer and
 * exits non-zero when anything failed or hangs. `T(x)` names the test after its function.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include "base/ossl.h"

#define T(function)                                                                                \
	{                                                                                          \
#function, function                                                                \
	}

#define DEADLINE 600 /* seconds for a whole program: reached only by one that hangs */

/* Names the test that hangs. What it started ends with this process. */
static inline void
deadline_passed(int signal)
{
	const CU_Test *test = CU_get_current_test();
	const char *const parts[] = {
	    "\nno end in sight, given up in the test ", test != NULL ? test->pName : "?", "\n"};

	(void)signal;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
			break;
	_exit(1);
}

/* TEST_DEADLINE in the environment shortens it, to see it at work. */
static inline void
deadline_start(void)
{
	const char *seconds = getenv("TEST_DEADLINE");

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, deadline_passed);
	alarm(seconds != NULL ? (unsigned)strtoul(seconds, NULL, 10) : DEADLINE);
}

/* A suite without start and end, from its table module_tests. */
#define SUITE(module)                                                                              \
	{                                                                                          \
#module, NULL, NULL, NULL, NULL, module##_tests                                    \
	}

/* Runs the suites (ends with CU_SUITE_INFO_NULL), or only the one that the environment variable
 * TEST_SUITE names; returns the exit status. */
static inline int
run_suites(CU_SuiteInfo *suites)
{
	const char *only = getenv("TEST_SUITE");
	struct err e = ERR_INIT;
	unsigned failed;

	if (ossl_start(&e) != 0 || CU_initialize_registry() != CUE_SUCCESS ||
	    CU_register_suites(suites) != CUE_SUCCESS)
		return 99;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	deadline_start();
	if (only == NULL) {
		CU_basic_run_tests();
	} else if (CU_get_suite(only) == NULL ||
	           CU_basic_run_suite(CU_get_suite(only)) == CUE_NOSUITE) {
		fprintf(stderr, "no suite %s\n", only);
		return 99;
	}
	failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	ossl_stop();
	return failed != 0;
}

#endif
