/* SPDX-License-Identifier: ISC
 *
 * Writing DER (ITU-T X.690): elements one after the other, or inside one that was begun. Writing
 * goes on after a failure without effect, and der_done says at the end whether there was one, so
 * that a structure reads in the program as it stands in the RFC.
 */
#ifndef WIRE_DER_H
#define WIRE_DER_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/buf.h"

#define DER_DEPTH_MAX 12
#define DER_SET_MAX 64

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL 0x05
#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT(n) (0x80 | (n))             /* [n] IMPLICIT of something primitive */
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n)) /* [n] around, or instead of, something else */

/* Start with der_to; what is in it belongs to the functions. */
struct der {
	struct buf *out;
	size_t open[DER_DEPTH_MAX], depth, start;
	bool failed;
};

/* Appends to `out`. */
struct der der_to(struct buf *out);

/* An element with what is written until its end inside it. der_end_set_of puts the elements inside
 * into the order that DER wants of a SET OF (section 11.6), up to DER_SET_MAX of them. */
void der_begin(struct der *d, uint8_t tag);
void der_end(struct der *d);
void der_end_set_of(struct der *d);

/* A primitive element. */
void der_put(struct der *d, uint8_t tag, struct view octets);

/* What is DER already. */
void der_add(struct der *d, struct view der);

/* A value of OpenSSL's. */
void der_item(struct der *d, const void *value, const ASN1_ITEM *it);

/* INTEGER 0..127, and an OBJECT IDENTIFIER by its NID. */
void der_small(struct der *d, uint8_t n);
void der_oid(struct der *d, int nid);

/* AlgorithmIdentifier; its parameters NULL, or absent. */
enum der_params { DER_PARAMS_ABSENT, DER_PARAMS_NULL };
void der_alg(struct der *d, int nid, enum der_params params);

/* 0 when everything was written and every element ended. -1: memory, or a failure of the caller's;
 * what was appended is then gone again, so that nobody takes a part of it for the whole. */
int der_done(struct der *d) __attribute__((warn_unused_result));

#endif
