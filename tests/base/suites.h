/* SPDX-License-Identifier: ISC
 *
 * The suites of the base layer, one table a module.
 */
#ifndef TESTS_BASE_SUITES_H
#define TESTS_BASE_SUITES_H

#include "harness.h"

extern CU_TestInfo err_tests[];

#endif
