/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the signer layer.
 */
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {ceremony_suite, keyring_suite, unwrap_suite, unwrap_token_suite,
	    signer_suite, token_uri_suite, token_suite, token_away_suite, CU_SUITE_INFO_NULL};

	return run_suites(suites);
}
