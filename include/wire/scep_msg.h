/* SPDX-License-Identifier: ISC
 *
 * The outer layer of a pkiMessage: SignedData (RFC 8894 section 3.2). Reading goes in two steps,
 * because from the moment the transactionID is known a refusal can be a CertRep: scep_msg_read
 * takes the structure and the attributes, scep_msg_verify finds the signer, checks the algorithms,
 * and only then verifies the signature.
 */
#ifndef WIRE_SCEP_MSG_H
#define WIRE_SCEP_MSG_H

#include "base/ossl.h"
#include "wire/alg.h"
#include "wire/cms.h"
#include "wire/scep_attr.h"
#include "wire/scep_sig.h"

#define MSG_CERTS_MAX 8
#define MSG_DIGEST_ALGS_MAX 16

struct scep_msg {
	struct scep_attrs attrs; /* views into sd */
	struct view content;     /* eContent; empty when absent or of no length */
	bool has_content;
	enum digest digest; /* of the SignerInfo; DIGEST_NONE until verified */
	X509 *signer;       /* certificate of the signer, not validated; NULL until verified */
	struct known_key signer_key; /* its key; none until verified */
	struct key_facts signer_facts;
	CMS_SIGNED *sd;
};

/* Reads the structure: at most 16 digestAlgorithms, at most 8 certificates, exactly one SignerInfo,
 * with signed attributes, eContentType id-data (or id-envelopedData, which one client sends). -1:
 * MESSAGE, LIMITS, ATTRIBUTE. In any case free it afterwards. */
int scep_msg_read(struct view der, struct scep_msg *m, struct err *e)
    __attribute__((warn_unused_result));

/* The same of the answer to GetNextCACert (section 4.7.1), which has none of SCEP's attributes. */
int scep_signed_read(struct view der, struct scep_msg *m, struct err *e)
    __attribute__((warn_unused_result));

/* Finds the certificate of the signer by sid, admits digest and signature algorithm, bounds the
 * key, then verifies messageDigest, contentType and signature. With `cert` not NULL that
 * certificate is the signer's when the message has none. -1: SIGNER, DIGEST, SIGNATURE_ALG,
 * SIGNER_KEY, SIGNATURE. No public-key operation happens before the first four have passed. */
int scep_msg_verify(struct scep_msg *m, unsigned digests, X509 *cert, struct err *e)
    __attribute__((warn_unused_result));

/* How a message is signed: key and certificate belong together; RSA PKCS#1 v1.5 (or PSS), or ECDSA.
 */
struct msg_signer {
	X509 *cert;
	EVP_PKEY *key;
	enum digest digest;
	bool pss;
	struct sig_ctx *kept; /* of the key, for the next message; NULL: there is none */
};

/* Writes a pkiMessage: the attributes, the content (NULL: absent; of no length: present and empty)
 * and the certificate of the signer, plus `more` (may be NULL). Appended to `out`. -1: INTERNAL. */
int scep_msg_write(const struct scep_attrs *a, const struct view *content,
    const struct msg_signer *by, STACK_OF(X509) *more, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

/* Frees what the message owns and leaves it zeroed. */
void scep_msg_free(struct scep_msg *m);

#endif
