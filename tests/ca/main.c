/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the ca layer.
 */
#include "base/ossl.h"
#include "make.h"
#include "suites.h"

#define SUITE(module)                                                                              \
	{                                                                                          \
#module, NULL, NULL, NULL, NULL, module##_tests                                    \
	}

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(text),
	    SUITE(profile),
	    SUITE(binding),
	    SUITE(challenge),
	    SUITE(authority),
	    SUITE(names),
	    SUITE(extreq),
	    SUITE(tbs),
	    SUITE(plan),
	    SUITE(grant),
	    CU_SUITE_INFO_NULL,
	};
	struct err e = ERR_INIT;
	int rc;

	if (ossl_start(&e) != 0)
		return 99;
	rc = run_suites(suites);
	make_end();
	ossl_stop();
	return rc;
}
