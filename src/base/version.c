/* SPDX-License-Identifier: ISC
 *
 * See base/version.h. An advisory names versions, and a library may have been replaced since the
 * build: both are said.
 */
#include "base/version.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

void
version_library(FILE *out, const char *name, const char *runs, const char *built)
{
	fprintf(out, "%s %s (built with %s)\n", name, runs, built);
}

void
version_openssl(FILE *out)
{
	fprintf(
	    out, "%s (built with %s)\n", OpenSSL_version(OPENSSL_VERSION), OPENSSL_VERSION_TEXT);
}

void
version_loaded(FILE *out, const char *name, void (*function)(void), const char *built)
{
	char file[PATH_MAX];
	const char *runs = "unknown";
	void *address;
	Dl_info info;

	/* ISO C knows no way from a function to an object pointer; dladdr wants one. */
	memcpy(&address, &function, sizeof address);
	if (dladdr(address, &info) != 0 && info.dli_fname != NULL &&
	    realpath(info.dli_fname, file) != NULL)
		runs = strrchr(file, '/') + 1;
	version_library(out, name, runs, built);
}
