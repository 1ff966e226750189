/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the scep layer.
 */
#include "base/ossl.h"
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {service_suite, enrol_suite, refusals_suite, renew_suite,
	    fixtures_suite, mint_suite, binding_suite, CU_SUITE_INFO_NULL};
	struct err e = ERR_INIT;
	int rc;

	if (ossl_start(&e) != 0)
		return 99;
	rc = run_suites(suites);
	ossl_stop();
	return rc;
}
