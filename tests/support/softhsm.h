/* SPDX-License-Identifier: ISC
 *
 * A private token for a test: SoftHSM, a PKCS#11 module whose tokens are files. The token can be
 * taken away and given back.
 */
#ifndef TESTS_SUPPORT_SOFTHSM_H
#define TESTS_SUPPORT_SOFTHSM_H

#include <limits.h>
#include <stdbool.h>

#define SOFTHSM_TOKEN "scepd test"
#define SOFTHSM_TOKEN_URI "pkcs11:token=scepd%20test"
#define SOFTHSM_PIN "pin-1234"

/* Makes such a token in the folder `dir` and names it to the module by the environment. False,
 * having said "skipped softhsm2", where the module is not installed; one that does not work ends
 * the program. */
bool softhsm_start(const char *dir);

/* Makes a second token in the same folder. */
void softhsm_add(const char *label);

/* The path of the module. */
const char *softhsm_module(void);

/* The token goes, and comes back. */
void softhsm_away(void);
void softhsm_back(void);

/* Both, and the environment forgets. */
void softhsm_stop(void);

#endif
