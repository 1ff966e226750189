/* SPDX-License-Identifier: ISC
 *
 * What is inside the envelope (RFC 8894 section 3.3): a certs-only SignedData in a CertRep
 * (section 3.4), and the small structures of CertPoll, GetCert and GetCRL. A PKCS#10 is csr.h.
 */
#ifndef WIRE_SCEP_BODY_H
#define WIRE_SCEP_BODY_H

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"

/* A degenerate SignedData (RFC 8894 section 3.4): the certificate `first`, DER (empty: none), then
 * `more` in their order (may be NULL), and `crl`, DER (empty: none). Appended. -1: memory. */
int certs_only_write(struct view first, STACK_OF(X509) *more, struct view crl, struct buf *out)
    __attribute__((warn_unused_result));

/* The certificates of a degenerate SignedData in their order; the caller frees with
 * sk_X509_pop_free. With `crl` not NULL and a CRL present, *crl is set and the caller frees it.
 * NULL: MESSAGE. The public keys are not decoded. */
STACK_OF(X509) *certs_only_read(struct view der, X509_CRL **crl, struct err *e);

/* IssuerAndSubject of a CertPoll (section 3.3.3). */
struct issuer_subject {
	X509_NAME *issuer, *subject; /* owned */
};
int issuer_subject_read(struct view der, struct issuer_subject *s, struct err *e)
    __attribute__((warn_unused_result));
int issuer_subject_write(const X509_NAME *issuer, const X509_NAME *subject, struct buf *out)
    __attribute__((warn_unused_result));
void issuer_subject_free(struct issuer_subject *s);

/* IssuerAndSerialNumber of a GetCert or GetCRL (sections 3.3.4 and 3.3.5; RFC 5652 section 10.2.4).
 * The caller frees with PKCS7_ISSUER_AND_SERIAL_free. NULL: MESSAGE. */
PKCS7_ISSUER_AND_SERIAL *issuer_serial_read(struct view der, struct err *e);

#endif
