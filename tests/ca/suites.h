/* SPDX-License-Identifier: ISC
 *
 * The suites of the ca layer, one table a module.
 */
#ifndef TESTS_CA_SUITES_H
#define TESTS_CA_SUITES_H

#include "harness.h"

extern CU_TestInfo authority_tests[], binding_tests[], challenge_tests[], crl_tests[],
    crl_set_tests[], extreq_tests[], grant_tests[], identity_tests[], kept_plan_tests[],
    names_tests[], names_text_tests[], plan_tests[], profile_tests[], tbs_tests[], text_tests[], urls_tests[];

#endif
