/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the ctl layer.
 */
#include <signal.h>

#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(args),
	    SUITE(ask),
	    SUITE(csv),
	    SUITE(dn),
	    SUITE(ca),
	    SUITE(ca_install),
	    SUITE(token_keys),
	    SUITE(challenge),
	    mint_suite,
	    SUITE(profile),
	    SUITE(store),
	    SUITE(store_init),
	    SUITE(client_ca),
	    SUITE(client_next),
	    SUITE(client),
	    SUITE(enroll),
	    SUITE(service),
	    SUITE(ra),
	    SUITE(ca_next),
	    SUITE(records),
	    SUITE(node),
	    SUITE(rebuild),
	    SUITE(import),
	    SUITE(revoke),
	    SUITE(crl),
	    SUITE(check),
	    SUITE(sealed),
	    SUITE(bundle),
	    SUITE(manual),
	    CU_SUITE_INFO_NULL,
	};

	signal(SIGPIPE, SIG_IGN);
	return run_suites(suites);
}
