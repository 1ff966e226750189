/* SPDX-License-Identifier: ISC
 *
 * What a program says about the libraries it was built with and runs with.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#include <stdio.h>

/* "OpenSSL 3.0.1 ... (built with OpenSSL 3.0.0 ...)". */
void version_openssl(FILE *out);

/* "NAME RUNS (built with BUILT)" of a library that can tell its version. */
void version_library(FILE *out, const char *name, const char *runs, const char *built);

/* The same for a library that cannot: `function` is any of its functions, and what runs is named by
 * the file that it was loaded from ("libconfig.so.9.2.0"). */
void version_loaded(FILE *out, const char *name, void (*function)(void), const char *built);

#endif
