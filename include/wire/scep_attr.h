/* SPDX-License-Identifier: ISC
 *
 * The signed attributes of a pkiMessage (RFC 8894 section 3.2.1, table 1): read once, each at most
 * once with one value of the right type, and written in the same types.
 */
#ifndef WIRE_SCEP_ATTR_H
#define WIRE_SCEP_ATTR_H

#include <stdbool.h>
#include <time.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/der.h"

enum message_type {
	TYPE_NONE = -1, /* not one to five digits without sign or leading zero */
	TYPE_CERT_REP = 3,
	TYPE_RENEWAL_REQ = 17,
	TYPE_PKCS_REQ = 19,
	TYPE_CERT_POLL = 20,
	TYPE_GET_CERT = 21,
	TYPE_GET_CRL = 22,
};

enum pki_status { STATUS_NONE = -1, STATUS_SUCCESS = 0, STATUS_FAILURE = 2, STATUS_PENDING = 3 };

#define TRANSACTION_ID_MAX 255
#define NONCE_MAX 64
#define NONCE_LEN 16 /* of the nonces we make */

/* Views are borrowed: from the decoded message when read, from the caller when written. */
struct scep_attrs {
	int type;              /* any number a client may send; TYPE_NONE when it is no number */
	int status;            /* CertRep only, else STATUS_NONE */
	int fail_info;         /* CertRep FAILURE only, else FAIL_NONE */
	struct view fail_text; /* failInfoText, may be empty */
	struct view transaction_id;  /* 1..255 octets, any */
	int transaction_id_tag;      /* V_ASN1_PRINTABLESTRING, or what the client used; echoed */
	struct view sender_nonce;    /* 1..64 octets; may be empty in a request that has none */
	struct view recipient_nonce; /* replies */
	struct view message_digest;  /* when read: empty when absent */
	bool is_data;                /* when read: contentType is id-data (or id-envelopedData) */
	time_t signing_time;         /* 0: absent, or not a time */
};

#define SCEP_ATTRS_INIT                                                                            \
	{                                                                                          \
		.type = TYPE_NONE, .status = STATUS_NONE, .fail_info = FAIL_NONE,                  \
		.transaction_id_tag = V_ASN1_PRINTABLESTRING                                       \
	}

/* Reads the SCEP attributes among the signed ones. Attributes of other types are ignored, repeated
 * or not. -1: ATTRIBUTE naming it: repeated, not exactly one value, wrong type, too long, or
 * transactionID absent. */
int scep_attrs_read(const STACK_OF(X509_ATTRIBUTE) *set, struct scep_attrs *a, struct err *e)
    __attribute__((warn_unused_result));

/* The same of something that is no pkiMessage, and has no transactionID. */
int signed_attrs_read(const STACK_OF(X509_ATTRIBUTE) *set, struct scep_attrs *a, struct err *e)
    __attribute__((warn_unused_result));

/* The attributes of a CertRep that answers `request` (RFC 8894 section 3.2.1 and 3.3.2):
 * transactionID and senderNonce echoed, a senderNonce of our own, failInfo and failInfoText (may be
 * empty) with FAILURE and never otherwise. Everything is borrowed. */
struct scep_attrs scep_attrs_reply(const struct scep_attrs *request, enum pki_status status,
    enum fail_info fail_info, struct view fail_text, struct view nonce, time_t now);

/* The SignedAttributes of a new message (RFC 5652 section 5.3), as the SET OF that is signed:
 * contentType id-data, signingTime, messageDigest and the SCEP attributes that are present in `a`.
 */
void scep_attrs_write(const struct scep_attrs *a, struct view message_digest, struct der *d);

/* "PKCSReq" and so on; "unknown". */
const char *message_type_name(int type);

#endif
