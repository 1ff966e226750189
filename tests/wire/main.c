/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the wire layer.
 */
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(http),
	    SUITE(query),
	    SUITE(route),
	    SUITE(tlv),
	    SUITE(der),
	    SUITE(alg),
	    SUITE(cms),
	    SUITE(scep_attr),
	    SUITE(scep_msg),
	    SUITE(scep_env),
	    SUITE(csr),
	    SUITE(scep_body),
	    SUITE(recorded),
	    CU_SUITE_INFO_NULL,
	};

	return run_suites(suites);
}
