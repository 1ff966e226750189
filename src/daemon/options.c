/* SPDX-License-Identifier: ISC
 *
 * The command line of scepd.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include <fcgiapp.h>
#include <libconfig.h>

#include "base/version.h"
#include "daemon/options.h"

#define CONFIG_FILE SYSCONFDIR "/scepd/scepd.conf"

static const char help[] =
    "usage: scepd [-f] [-c FILE] [-p FILE]\n"
    "       scepd -t [-c FILE]\n"
    "       scepd -T [-c FILE]\n"
    "       scepd -V | -h\n"
    "\n"
    "  -c FILE  the configuration (" CONFIG_FILE ")\n"
    "  -f       stay in the foreground; so it does anyway when another program supervises it\n"
    "  -p FILE  write the process id of the master; removed at the end\n"
    "  -t       check configuration, certificates and keys, and say FILE: ok\n"
    "  -T       print the effective configuration, and where each value comes from\n"
    "  -V       print the versions of scepd, its libraries and the store's protocol (--version)\n"
    "  -h       print this (--help)\n"
    "\n"
    "Exit codes: 0 done, 1 failure while running, 2 usage, 3 configuration.\n"
    "Signals: TERM ends after the requests in hand, HUP reloads, USR1 opens the log again.\n";

int
options_read(int argc, char **argv, struct options *o)
{
	static const struct option long_options[] = {
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.config = CONFIG_FILE};
	while ((c = getopt_long(argc, argv, "c:fhp:tTV", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'h':
			o->action = ACTION_HELP;
			break;
		case 'p':
			o->pid_file = optarg;
			break;
		case 't':
			o->action = ACTION_CHECK;
			break;
		case 'T':
			o->action = ACTION_PRINT;
			break;
		case 'V':
			o->action = ACTION_VERSION;
			break;
		default:
			fputs("Try scepd -h.\n", stderr);
			return -1;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "scepd: %s: there are no operands\nTry scepd -h.\n", argv[optind]);
		return -1;
	}
	return 0;
}

void
options_help(void)
{
	fputs(help, stdout);
}

void
options_version(void)
{
	printf("scepd %s\n", PACKAGE_VERSION);
	version_openssl(stdout);
	version_loaded(stdout, "libfcgi", (void (*)(void))FCGX_Init, FCGI_VERSION);
	version_loaded(stdout, "libconfig", (void (*)(void))config_init, LIBCONFIG_VERSION);
	printf("store protocol %s\n", STORE_PROTOCOL);
}
