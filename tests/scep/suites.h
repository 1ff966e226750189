/* SPDX-License-Identifier: ISC
 *
 * The suites of the scep layer.
 */
#ifndef TESTS_SCEP_SUITES_H
#define TESTS_SCEP_SUITES_H

#include "harness.h"

extern const CU_SuiteInfo approval_suite;
extern const CU_SuiteInfo binding_suite;
extern const CU_SuiteInfo crl_suite;
extern const CU_SuiteInfo crl_loss_suite;
extern const CU_SuiteInfo crl_many_suite;
extern const CU_SuiteInfo enrol_suite;
extern const CU_SuiteInfo file_suite;
extern const CU_SuiteInfo fixtures_suite;
extern const CU_SuiteInfo get_crl_suite;
extern const CU_SuiteInfo get_suite;
extern const CU_SuiteInfo health_suite;
extern const CU_SuiteInfo metrics_suite;
extern const CU_SuiteInfo mint_suite;
extern const CU_SuiteInfo once_suite;
extern const CU_SuiteInfo predecessor_suite;
extern const CU_SuiteInfo refusals_suite;
extern const CU_SuiteInfo renew_suite;
extern const CU_SuiteInfo rollover_suite;
extern const CU_SuiteInfo rotation_suite;
extern const CU_SuiteInfo service_suite;
extern const CU_SuiteInfo source_suite;
extern const CU_SuiteInfo tick_suite;
extern const CU_SuiteInfo token_suite;
extern const CU_SuiteInfo watch_suite;

#endif
