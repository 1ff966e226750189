/* SPDX-License-Identifier: ISC
 *
 * The program scepd. Everything is in the library, so that a test can be the program too.
 */
#include "daemon/daemon.h"

int
main(int argc, char **argv)
{
	return daemon_main(argc, argv);
}
