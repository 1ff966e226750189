/* SPDX-License-Identifier: ISC
 *
 * The suites of the signer layer.
 */
#ifndef TESTS_SIGNER_SUITES_H
#define TESTS_SIGNER_SUITES_H

#include "harness.h"

extern const CU_SuiteInfo ceremony_suite;
extern const CU_SuiteInfo keyring_suite;
extern const CU_SuiteInfo signer_suite;
extern const CU_SuiteInfo unwrap_suite;

#endif
