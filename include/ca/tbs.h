/* SPDX-License-Identifier: ISC
 *
 * Writing a certificate for a device as it was decided, complete but for the signature.
 */
#ifndef CA_TBS_H
#define CA_TBS_H

#include <time.h>

#include "ca/authority.h"
#include "wire/csr.h"

#define SERIAL_LEN 20

/* What was decided. Everything is borrowed. */
struct tbs {
	const struct authority *by;
	const struct csr *csr;    /* subject and key */
	const X509_NAME *subject; /* instead of the request's; NULL: the request's */
	const uint8_t *serial;    /* SERIAL_LEN octets, the first of them 0x01..0x7f */
	time_t not_before, not_after;
	unsigned key_usage;                   /* USAGE_*; 0: no such extension */
	STACK_OF(ASN1_OBJECT) *ext_key_usage; /* empty: no such extension */
	struct view san;                      /* value of subjectAltName, DER; empty: none */
	const char *crl_url, *ca_url;         /* as in a profile */
};

/* The TBSCertificate, DER, with the signature algorithm of the authority in it, appended, and the
 * SHA-256 of the SubjectPublicKeyInfo in it. -1: INTERNAL. */
int tbs_write(const struct tbs *t, struct buf *out, uint8_t key_digest[32], struct err *e)
    __attribute__((warn_unused_result));

/* The AlgorithmIdentifier of such a signature. */
void tbs_algorithm_write(int sig_nid, struct der *d);

/* The key identifier that certificates of this CA name as their issuer's: its own, or computed when
 * its certificate has none. The caller frees. NULL: memory. */
ASN1_OCTET_STRING *tbs_key_id_of_ca(const X509 *ca);

/* SHA-256 of the TBSCertificate as it stands. -1: memory. */
int tbs_digest(X509 *cert, uint8_t digest[32]) __attribute__((warn_unused_result));

#endif
