/* SPDX-License-Identifier: ISC
 *
 * What every unit-test program shares: suites are tables, a program runs the ones of its layer and exits non-zero when
 * anything failed. `T(x)` names the test after its function.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <CUnit/Basic.h>

#define T(function) {#function, function}

/* Runs the suites (ends with CU_SUITE_INFO_NULL); returns the exit status. */
static inline int
run_suites(CU_SuiteInfo *suites)
{
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
		return 99;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	return failed != 0;
}

#endif
