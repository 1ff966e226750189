/* SPDX-License-Identifier: ISC
 *
 * What every unit-test program shares: suites are tables, a program runs the ones of its layer and
 * exits non-zero when anything failed. `T(x)` names the test after its function.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <stdio.h>
#include <stdlib.h>

#include <CUnit/Basic.h>

#define T(function)                                                                                \
	{                                                                                          \
#function, function                                                                \
	}

/* Runs the suites (ends with CU_SUITE_INFO_NULL), or only the one that the environment variable
 * TEST_SUITE names; returns the exit status. */
static inline int
run_suites(CU_SuiteInfo *suites)
{
	const char *only = getenv("TEST_SUITE");
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
		return 99;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	if (only == NULL) {
		CU_basic_run_tests();
	} else if (CU_get_suite(only) == NULL ||
	           CU_basic_run_suite(CU_get_suite(only)) == CUE_NOSUITE) {
		fprintf(stderr, "no suite %s\n", only);
		return 99;
	}
	failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	return failed != 0;
}

#endif
