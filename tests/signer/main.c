/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the signer layer.
 */
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    ceremony_suite, keyring_suite, unwrap_suite, signer_suite, CU_SUITE_INFO_NULL};

	return run_suites(suites);
}
