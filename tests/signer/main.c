/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the signer layer.
 */
#include "base/ossl.h"
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    ceremony_suite, keyring_suite, unwrap_suite, signer_suite, CU_SUITE_INFO_NULL};
	struct err e = ERR_INIT;
	int rc;

	if (ossl_start(&e) != 0)
		return 99;
	rc = run_suites(suites);
	ossl_stop();
	return rc;
}
