/* SPDX-License-Identifier: ISC
 *
 * The suites of the ctl layer, one table a module.
 */
#ifndef TESTS_CTL_SUITES_H
#define TESTS_CTL_SUITES_H

#include "harness.h"

extern CU_TestInfo args_tests[];
extern CU_TestInfo ask_tests[];
extern CU_TestInfo bundle_tests[];
extern CU_TestInfo ca_tests[];
extern CU_TestInfo ca_install_tests[];
extern CU_TestInfo challenge_tests[];
extern CU_TestInfo check_tests[];
extern CU_TestInfo client_tests[];
extern CU_TestInfo client_ca_tests[];
extern CU_TestInfo client_next_tests[];
extern CU_TestInfo crl_tests[];
extern CU_TestInfo csv_tests[];
extern CU_TestInfo dn_tests[];
extern CU_TestInfo enroll_tests[];
extern CU_TestInfo import_tests[];
extern CU_TestInfo manual_tests[];
extern CU_TestInfo node_tests[];
extern const CU_SuiteInfo mint_suite;
extern CU_TestInfo profile_tests[];
extern CU_TestInfo ra_tests[];
extern CU_TestInfo ca_next_tests[];
extern CU_TestInfo records_tests[];
extern CU_TestInfo rebuild_tests[];
extern CU_TestInfo revoke_tests[];
extern CU_TestInfo sealed_tests[];
extern CU_TestInfo service_tests[];
extern CU_TestInfo store_tests[];
extern CU_TestInfo store_init_tests[];
extern CU_TestInfo token_keys_tests[];

#endif
