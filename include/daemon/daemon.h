/* SPDX-License-Identifier: ISC
 *
 * The program scepd: options, then one of: print, check, or serve.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

/* Exit codes, as scepd(8) lists them. */
enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, EXIT_CONFIG = 3 };

/* Everything that main does; gives the exit code. */
int daemon_main(int argc, char **argv);

#endif
