/* SPDX-License-Identifier: ISC
 *
 * Runs the suites of the ca layer.
 */
#include "make.h"
#include "suites.h"

int
main(void)
{
	CU_SuiteInfo suites[] = {
	    SUITE(text),
	    SUITE(profile),
	    SUITE(binding),
	    SUITE(challenge),
	    SUITE(authority),
	    SUITE(names),
	    SUITE(extreq),
	    SUITE(tbs),
	    SUITE(plan),
	    SUITE(grant),
	    SUITE(identity),
	    SUITE(kept_plan),
	    SUITE(names_text),
	    SUITE(crl_set),
	    SUITE(crl),
	    SUITE(urls),
	    CU_SUITE_INFO_NULL,
	};
	int rc = run_suites(suites);

	make_end();
	return rc;
}
