/* SPDX-License-Identifier: ISC
 *
 * The suites of the ca layer, one table a module.
 */
#ifndef TESTS_CA_SUITES_H
#define TESTS_CA_SUITES_H

#include "harness.h"

extern CU_TestInfo authority_tests[], challenge_tests[], extreq_tests[], names_tests[],
    profile_tests[], text_tests[];

#endif
