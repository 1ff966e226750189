/* SPDX-License-Identifier: ISC
 *
 * scepctl: the program around ctl_run.
 */
#include <signal.h>

#include "base/ossl.h"
#include "ctl/ctl.h"

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct ctl c;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	ctl_init(&c);
	if (ossl_start(&e) != 0) {
		ctl_note(&c, "scepctl: %s", e.detail);
		return CTL_FAILED;
	}
	rc = ctl_run(&c, argc, argv);
	ctl_free(&c);
	ossl_stop();
	return rc;
}
