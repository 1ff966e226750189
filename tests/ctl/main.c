/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the ctl layer.
 */
#include <signal.h>

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
	    SUITE(args),
	    SUITE(ask),
	    SUITE(dn),
	    SUITE(ca),
	    SUITE(ca_install),
	    SUITE(challenge),
	    SUITE(profile),
	    SUITE(client_ca),
	    SUITE(client),
	    SUITE(enroll),
	    SUITE(service),
	    SUITE(store),
	    SUITE(node),
	    SUITE(rebuild),
	    SUITE(sealed),
	    SUITE(bundle),
	    SUITE(manual),
	    CU_SUITE_INFO_NULL,
	};
	struct err e = ERR_INIT;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	if (ossl_start(&e) != 0)
		return 99;
	rc = run_suites(suites);
	ossl_stop();
	return rc;
}
