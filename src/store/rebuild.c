/* SPDX-License-Identifier: ISC
 *
 * See store/rebuild.h and src/store/lua/rebuild.lua.
 */
#include "store/rebuild.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ca/authority.h"
#include "ca/names.h"
#include "store/call.h"

/* So many that a round trip and a sync of the disk weigh little, and so few that workers, whom a
 * function keeps waiting, notice nothing. */
#define BATCH_ROWS 50
#define BATCH_OCTETS (256u << 10)
#define PAGE_ROWS 50
#define RECORD_FIELDS 12 /* RECORD of record.lua */

static int
key_hex(const X509 *cert, char hex[65], struct err *e)
{
	struct buf spki = {0};
	uint8_t digest[32];

	if (ossl_spki_write(&spki, X509_get_X509_PUBKEY(cert)) != 0)
		return err_set(e, ERR_MEMORY, "no memory");
	ossl_sha256(buf_view(&spki), digest);
	hex_of(view_of(digest, sizeof digest), hex);
	buf_free(&spki);
	return 0;
}

static bool
serial_fits(const ASN1_INTEGER *serial)
{
	int n = ASN1_STRING_length(serial);

	return ASN1_STRING_type(serial) == V_ASN1_INTEGER && n > 0 && n <= SERIAL_LEN;
}

int
put_cert_read(struct view der, struct put_cert *c, struct err *e)
{
	X509 *cert = ossl_cert_read(der);
	const ASN1_INTEGER *serial = cert != NULL ? X509_get0_serialNumber(cert) : NULL;
	uint8_t digest[32];
	time_t from, to;
	int rc = -1;

	*c = (struct put_cert){0};
	if (cert == NULL || ossl_seconds(X509_get0_notBefore(cert), &from) != 0 ||
	    ossl_seconds(X509_get0_notAfter(cert), &to) != 0 || tbs_digest(cert, digest) != 0) {
		err_set(e, ERR_MESSAGE, "cert is no certificate");
		goto out;
	}
	if (!serial_fits(serial)) {
		err_set(e, ERR_MESSAGE, "the serial number is negative or has more than 20 octets");
		goto out;
	}
	c->from = from;
	c->to = to;
	snprintf(c->not_after, sizeof c->not_after, "%lld", (long long)c->to);
	hex_of(view_of(digest, sizeof digest), c->tbs);
	hex_of(
	    view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)), c->serial);
	if (name_line(X509_get_subject_name(cert), &c->subject, e) == 0 &&
	    san_lines(cert_san(cert), &c->sans, e) == 0)
		rc = key_hex(cert, c->spki, e);
out:
	X509_free(cert);
	return rc;
}

void
put_cert_free(struct put_cert *c)
{
	buf_free(&c->subject);
	buf_free(&c->sans);
}

void
put_cert_fill(const struct put_cert *c, struct view der, struct put_row *row)
{
	row->cert = der;
	row->serial = view_str(c->serial);
	row->not_after = view_str(c->not_after);
	row->spki = view_str(c->spki);
	row->tbs = view_str(c->tbs);
	row->subject = buf_view(&c->subject);
	row->sans = buf_view(&c->sans);
}

static int
add_field(struct buf *batch, struct view v)
{
	const uint8_t len[4] = {
	    (uint8_t)(v.n >> 24), (uint8_t)(v.n >> 16), (uint8_t)(v.n >> 8), (uint8_t)v.n};

	return buf_add(batch, len, sizeof len) == 0 && (v.n == 0 || buf_add(batch, v.p, v.n) == 0)
	           ? 0
	           : -1;
}

int
put_add(struct put *p, const struct put_row *row, struct err *e)
{
	const struct view fields[] = {row->what, row->ca, row->profile, row->serial, row->at,
	    row->not_after, row->cert, row->subject, row->sans, row->source, row->by, row->spki,
	    row->request, row->tbs, row->revoked, row->why};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (add_field(&p->batch, fields[i]) != 0)
			return err_set(e, ERR_MEMORY, "no memory");
	p->rows++;
	return p->rows < BATCH_ROWS && p->batch.n < BATCH_OCTETS ? 0 : put_flush(p, e);
}

int
put_flush(struct put *p, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc = 0;

	if (p->rows == 0)
		return 0;
	arg_view(&a, buf_view(&p->batch));
	arg_int(&a, p->grace);
	if ((r = store_call(p->s, "put", &a, true, e)) == NULL)
		return -1;
	if (reply_is(r, "PUT")) {
		p->new += reply_int(r, 1);
		p->known += reply_int(r, 2);
		p->over += reply_int(r, 3);
		p->unknown += reply_int(r, 4);
		buf_cut(&p->batch, 0);
		p->rows = 0;
	} else
		rc = reply_strange(r, "put", e);
	freeReplyObject(r);
	return rc;
}

void
put_free(struct put *p)
{
	buf_free(&p->batch);
}

/* serial, then the fields of RECORD: der p sub san na at src by spki req rev why. */
static int
tell_row(const redisReply *row, const char *ca, row_each *each, void *context, struct err *e)
{
	if (row == NULL || row->elements != RECORD_FIELDS + 1)
		return err_set(e, ERR_STORE, "dump: a record of another shape");
	return each(context,
	    &(struct put_row){.what = view_str("issued"),
	        .ca = view_str(ca),
	        .serial = reply_view(row, 0),
	        .cert = reply_view(row, 1),
	        .profile = reply_view(row, 2),
	        .subject = reply_view(row, 3),
	        .sans = reply_view(row, 4),
	        .not_after = reply_view(row, 5),
	        .at = reply_view(row, 6),
	        .source = reply_view(row, 7),
	        .by = reply_view(row, 8),
	        .spki = reply_view(row, 9),
	        .request = reply_view(row, 10),
	        .revoked = reply_view(row, 11),
	        .why = reply_view(row, 12)},
	    e);
}

int
store_dump(struct store *s, const char *ca, row_each *each, void *context, struct err *e)
{
	char score[32] = "";
	int64_t skip = 0;
	int rc = 0;

	do {
		struct args a = {0};
		struct view next;
		redisReply *r;

		arg_str(&a, ca);
		arg_str(&a, score);
		arg_int(&a, skip);
		arg_int(&a, PAGE_ROWS);
		if ((r = store_call(s, "dump", &a, false, e)) == NULL)
			return -1;
		if (!reply_is(r, "PAGE"))
			rc = reply_strange(r, "dump", e);
		for (size_t i = 3; rc == 0 && i < r->elements; i++)
			rc = tell_row(reply_array(r, i), ca, each, context, e);
		next = reply_view(r, 1);
		skip = reply_int(r, 2);
		snprintf(score, sizeof score, "%.*s", (int)next.n,
		    next.n > 0 ? (const char *)next.p : "");
		freeReplyObject(r);
	} while (rc == 0 && *score != '\0');
	return rc;
}

int
store_dump_hash(struct store *s, const char *name, hash_each *each, void *context, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	int rc = 0;

	arg_str(&a, name);
	if ((r = store_call(s, "dump_hash", &a, false, e)) == NULL)
		return -1;
	if (!reply_is(r, "HASH"))
		rc = reply_strange(r, "dump_hash", e);
	for (size_t i = 2; rc == 0 && i + 1 < r->elements; i += 2)
		rc = each(context,
		    &(struct hash_entry){.ends = reply_int(r, 1),
		        .field = reply_view(r, i),
		        .value = reply_view(r, i + 1)},
		    e);
	freeReplyObject(r);
	return rc;
}

int
store_put_hash(struct store *s, const char *name, const struct hash_entry *entry, struct err *e)
{
	struct args a = {0};
	redisReply *r;

	arg_str(&a, name);
	arg_int(&a, entry->ends);
	arg_view(&a, entry->field);
	arg_view(&a, entry->value);
	if ((r = store_call(s, "put_hash", &a, false, e)) == NULL)
		return -1;
	freeReplyObject(r);
	return 0;
}
