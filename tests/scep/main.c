/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the scep layer.
 */
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {service_suite, source_suite, enrol_suite, refusals_suite,
	    renew_suite, predecessor_suite, rotation_suite, rollover_suite, get_suite,
	    get_crl_suite, approval_suite, once_suite, mint_suite, binding_suite, health_suite,
	    metrics_suite, tick_suite, crl_suite, crl_loss_suite, crl_many_suite, file_suite,
	    token_suite, watch_suite, fixtures_suite, CU_SUITE_INFO_NULL};

	return run_suites(suites);
}
