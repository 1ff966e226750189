/* SPDX-License-Identifier: ISC
 *
 * The suites of the wire layer, one table a module.
 */
#ifndef TESTS_WIRE_SUITES_H
#define TESTS_WIRE_SUITES_H

#include "harness.h"

extern CU_TestInfo alg_tests[];
extern CU_TestInfo cms_tests[];
extern CU_TestInfo csr_tests[];
extern CU_TestInfo der_tests[];
extern CU_TestInfo http_tests[];
extern CU_TestInfo query_tests[];
extern CU_TestInfo recorded_tests[];
extern CU_TestInfo route_tests[];
extern CU_TestInfo scep_attr_tests[];
extern CU_TestInfo scep_body_tests[];
extern CU_TestInfo scep_env_tests[];
extern CU_TestInfo scep_msg_tests[];
extern CU_TestInfo tlv_tests[];

#endif
