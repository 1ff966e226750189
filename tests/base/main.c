/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the base layer.
 */
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(err),
	    SUITE(buf),
	    SUITE(enc),
	    SUITE(clock),
	    SUITE(span),
	    SUITE(ossl),
	    {"file", file_tests_begin, file_tests_end, NULL, NULL, file_tests},
	    {"journal", journal_tests_begin, journal_tests_end, NULL, NULL, journal_tests},
	    {"log", log_tests_begin, log_tests_end, NULL, NULL, log_tests},
	    SUITE(daily),
	    SUITE(gate),
	    SUITE(tally),
	    SUITE(net),
	    SUITE(resolve),
	    SUITE(manual),
	    CU_SUITE_INFO_NULL,
	};

	return run_suites(suites);
}
