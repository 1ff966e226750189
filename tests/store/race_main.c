/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of races and of a store that is broken or forbidden.
 */
#include "base/log.h"
#include "base/ossl.h"
#include "race.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {race_suite, pending_suite, keep_suite, wait_suite, broken_suite,
	    rubbish_suite, denied_suite, crl_race_suite, CU_SUITE_INFO_NULL};
	struct err e = ERR_INIT;
	int rc;

	if (ossl_start(&e) != 0 || log_open("stderr", LOG_LOGFMT, LOG_LEVEL_ERROR, &e) != 0)
		return 99;
	rc = run_suites(suites);
	ossl_stop();
	return rc;
}
