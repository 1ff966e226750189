/* SPDX-License-Identifier: ISC
 *
 * The suites of the signer layer.
 */
#ifndef TESTS_SIGNER_SUITES_H
#define TESTS_SIGNER_SUITES_H

#include "harness.h"

extern const CU_SuiteInfo ceremony_suite;
extern const CU_SuiteInfo keyring_suite;
extern const CU_SuiteInfo signer_suite;
extern const CU_SuiteInfo token_away_suite;
extern const CU_SuiteInfo token_suite;
extern const CU_SuiteInfo token_uri_suite;
extern const CU_SuiteInfo unwrap_suite;
extern const CU_SuiteInfo unwrap_token_suite;

/* What issue, seal and crl must do with any key; borrowed. */
void check_issue(EVP_PKEY *key);
void check_seal(EVP_PKEY *key);
void check_crl(EVP_PKEY *key);

/* A key pair of this kind in the token, under this label, and its place; freed by the caller. */
struct key_spec;
EVP_PKEY *token_test_key(const char *label, const char *spec);
struct token_place token_test_place(const char *label);

#endif
