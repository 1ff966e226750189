/* SPDX-License-Identifier: ISC
 *
 * The ASN.1 of the Cryptographic Message Syntax (RFC 5652) as far as SCEP uses it: OpenSSL's
 * template engine reads it, BER as well, and the structures stay open, which those of the CMS API
 * are not; it is written by wire/der.h. Certificates and CRLs are sequences here, although RFC 5652
 * says SET: the octets are the same and the order stays as it was written (clients take the first
 * one).
 */
#ifndef WIRE_CMS_H
#define WIRE_CMS_H

#include <openssl/asn1t.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

/* The template macros need type names: the one place with typedefs. */
typedef struct cms_content_info {
	ASN1_OBJECT *type;
	ASN1_TYPE *content; /* [0] EXPLICIT */
} CMS_INFO;

typedef struct cms_encap {
	ASN1_OBJECT *type;
	ASN1_OCTET_STRING *content; /* [0] EXPLICIT, NULL when absent */
} CMS_ENCAP;

enum { CMS_ID_ISSUER_SERIAL, CMS_ID_KEY };
typedef struct cms_id {
	int type;
	union {
		PKCS7_ISSUER_AND_SERIAL *issuer_serial;
		ASN1_OCTET_STRING *key_id; /* [0] IMPLICIT */
	} d;
} CMS_ID;

typedef struct cms_signer {
	ASN1_INTEGER *version;
	CMS_ID *sid;
	X509_ALGOR *digest_alg;
	STACK_OF(X509_ATTRIBUTE) *signed_attrs; /* [0] IMPLICIT, NULL when absent */
	X509_ALGOR *sig_alg;
	ASN1_OCTET_STRING *signature;
	STACK_OF(X509_ATTRIBUTE) *unsigned_attrs;
} CMS_SIGNER;
DEFINE_STACK_OF(CMS_SIGNER)

typedef struct cms_signed {
	ASN1_INTEGER *version;
	STACK_OF(X509_ALGOR) *digest_algs;
	CMS_ENCAP *encap;
	STACK_OF(ASN1_TYPE) *certs; /* [0] IMPLICIT, NULL when absent */
	STACK_OF(ASN1_TYPE) *crls;  /* [1] IMPLICIT, NULL when absent */
	STACK_OF(CMS_SIGNER) *signers;
} CMS_SIGNED;

typedef struct cms_key_trans {
	ASN1_INTEGER *version;
	CMS_ID *rid;
	X509_ALGOR *key_alg;
	ASN1_OCTET_STRING *encrypted_key;
} CMS_KEY_TRANS;

typedef struct cms_encrypted {
	ASN1_OBJECT *type;
	X509_ALGOR *alg;
	ASN1_OCTET_STRING *content; /* [0] IMPLICIT, NULL when absent */
} CMS_ENCRYPTED;

typedef struct cms_enveloped {
	ASN1_INTEGER *version;
	STACK_OF(ASN1_TYPE) *originator; /* [0] IMPLICIT, not looked into */
	STACK_OF(ASN1_TYPE) *recipients;
	CMS_ENCRYPTED *encrypted;
	STACK_OF(X509_ATTRIBUTE) *unprotected;
} CMS_ENVELOPED;

DECLARE_ASN1_FUNCTIONS(CMS_INFO)
DECLARE_ASN1_FUNCTIONS(CMS_SIGNER)
DECLARE_ASN1_FUNCTIONS(CMS_SIGNED)
DECLARE_ASN1_FUNCTIONS(CMS_KEY_TRANS)
DECLARE_ASN1_FUNCTIONS(CMS_ENVELOPED)
DECLARE_ASN1_FUNCTIONS(CMS_ID)

#include "base/buf.h"
#include "base/err.h"
#include "wire/der.h"

/* The content of a ContentInfo of type `nid` (NID_pkcs7_signed, NID_pkcs7_enveloped) parsed as
 * `it`; the caller frees. NULL with MESSAGE: malformed, another type, octets left over. */
void *cms_read(struct view der, int nid, const ASN1_ITEM *it, struct err *e);

/* A ContentInfo around what is written in between: the elements of the SEQUENCE that is its
 * content. */
void cms_begin(struct der *d, int nid);
void cms_end(struct der *d);

/* An identifier issuer + serial of a certificate. */
void cms_id_write(const X509 *cert, struct der *d);

/* Whether an identifier means this certificate: equal issuer and serial, or equal
 * subjectKeyIdentifier. */
int cms_id_is(const CMS_ID *id, X509 *cert);

/* The DER of an ANY that holds a SEQUENCE, else the empty view. */
struct view cms_any_view(const ASN1_TYPE *any);

#endif
