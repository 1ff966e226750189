/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the daemon layer; under SCEPD_UNDER_TEST it is scepd itself, with the service
 * of fake.c.
 */
#include <stdlib.h>

#include "daemon/daemon.h"
#include "suites.h"

int
main(int argc, char **argv)
{
	CU_SuiteInfo suites[] = {
	    {"pace", NULL, NULL, NULL, NULL, pace_tests},
	    {"listen", NULL, NULL, NULL, NULL, listen_tests},
	    {"program", NULL, NULL, NULL, NULL, program_tests},
	    {"requests", NULL, NULL, NULL, NULL, request_tests},
	    {"pool", NULL, NULL, NULL, NULL, pool_tests},
	    {"signals", NULL, NULL, NULL, NULL, signal_tests},
	    CU_SUITE_INFO_NULL,
	};

	if (getenv("SCEPD_UNDER_TEST") != NULL)
		return daemon_main(argc, argv);
	return run_suites(suites);
}
