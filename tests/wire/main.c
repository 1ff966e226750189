/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the wire layer.
 */
#include "base/ossl.h"
#include "suites.h"

#define SUITE(module)                                                                              \
	{                                                                                          \
#module, NULL, NULL, NULL, NULL, module##_tests                                    \
	}

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(http),
	    SUITE(query),
	    SUITE(route),
	    SUITE(tlv),
	    SUITE(scep_attr),
	    SUITE(scep_msg),
	    SUITE(scep_env),
	    SUITE(csr),
	    SUITE(scep_body),
	    SUITE(recorded),
	    CU_SUITE_INFO_NULL,
	};
	struct err e = ERR_INIT;
	int rc;

	if (ossl_start(&e) != 0)
		return 99;
	rc = run_suites(suites);
	ossl_stop();
	return rc;
}
