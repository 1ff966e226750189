/* SPDX-License-Identifier: ISC
 *
 * ledger_play ROW CHALLENGES DIR: plays one row and leaves what everybody wrote down in DIR. See
 * run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/ossl.h"
#include "ledger.h"

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	long challenges = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	int rc;

	if (challenges < 1) {
		fprintf(stderr, "usage: %s ROW CHALLENGES DIR\n", argv[0]);
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, 9);
	if (ossl_start(&e) != 0)
		return 1;
	rc = row_run(argv[1], argv[3], challenges);
	ossl_stop();
	return rc;
}
