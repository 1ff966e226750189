/* SPDX-License-Identifier: ISC
 *
 * What a test may alter in a SignedData, for make_changed.
 */
#ifndef TESTS_SUPPORT_CHANGE_H
#define TESTS_SUPPORT_CHANGE_H

#include "wire/cms.h"

/* A ContentInfo around `value`, appended as DER; an ANY that holds this DER; an identifier issuer +
 * serial. What the server writes element by element a test writes from structures, which it can
 * alter. */
int change_write(struct buf *out, int nid, const void *value, const ASN1_ITEM *it)
    __attribute__((warn_unused_result));
ASN1_TYPE *change_any(struct view der);
CMS_ID *change_id_of(const X509 *cert);

/* Nothing. */
void change_nothing(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg);

/* The certificates go. */
void change_no_certs(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg);

/* digestAlgorithm and signatureAlgorithm of the SignerInfo become the one of this NID (int *). */
void change_digest(CMS_SIGNED *sd, CMS_SIGNER *si, void *nid);
void change_sig_alg(CMS_SIGNED *sd, CMS_SIGNER *si, void *nid);

/* One bit of the signature. */
void change_signature(CMS_SIGNED *sd, CMS_SIGNER *si, void *arg);

/* The sid becomes the subjectKeyIdentifier of this certificate (X509 *). */
void change_to_key_id(CMS_SIGNED *sd, CMS_SIGNER *si, void *cert);

/* The signed attribute of this NID; NULL when there is none. */
X509_ATTRIBUTE *change_attribute(CMS_SIGNER *si, int nid);

#endif
