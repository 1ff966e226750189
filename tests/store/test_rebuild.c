/* SPDX-License-Identifier: ISC
 *
 * Records put back into a store that lost them: every one, once, and no challenge.
 */
#include "store/rebuild.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server.h"
#include "suites.h"
#include "support/make.h"

/* A certificate with a serial number as scepd gives them, that ends in `last`. */
static void
make_der(const char *subject, uint8_t last, long days, struct buf *der)
{
	uint8_t serial[SERIAL_LEN] = {1};
	X509 *cert = make_cert(&(struct make_cert){.key = make_ec("P-256"),
	    .cn = subject,
	    .days = days,
	    .exts = {"subjectAltName=DNS:a"}});
	unsigned char *out = NULL;
	int n;

	serial[SERIAL_LEN - 1] = last;
	ASN1_STRING_set(X509_get_serialNumber(cert), serial, SERIAL_LEN);
	X509_sign(cert, make_ec("P-256"), EVP_sha256());
	n = i2d_X509(cert, &out);
	CU_ASSERT(n > 0 && buf_add(der, out, (size_t)n) == 0);
	OPENSSL_free(out);
	X509_free(cert);
}

struct made {
	struct buf der;
	struct put_cert cert;
	struct put_row row;
};

static void
make_row(struct made *m, const char *subject, uint8_t last, long days, const char *at)
{
	struct err e = ERR_INIT;

	*m = (struct made){0};
	make_der(subject, last, days, &m->der);
	CU_ASSERT_EQUAL_FATAL(put_cert_read(buf_view(&m->der), &m->cert, &e), 0);
	m->row = (struct put_row){.what = view_str("issued"),
	    .ca = view_str("ca"),
	    .profile = view_str("p"),
	    .at = view_str(at),
	    .source = view_str("192.0.2.1"),
	    .by = view_str("challenge"),
	    .request = view_str("req")};
	put_cert_fill(&m->cert, buf_view(&m->der), &m->row);
}

static void
free_row(struct made *m)
{
	put_cert_free(&m->cert);
	buf_free(&m->der);
}

/* Puts one row; the numbers of what became of it as "new known over unknown". */
static void
put(const struct put_row *row, const char *expected)
{
	struct put p = {.s = redis_store(&redis), .grace = 3600};
	struct err e = ERR_INIT;
	char numbers[40];

	CU_ASSERT_EQUAL(put_add(&p, row, &e), 0);
	CU_ASSERT_EQUAL(put_flush(&p, &e), 0);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	snprintf(numbers, sizeof numbers, "%d %d %d %d", (int)p.new, (int)p.known, (int)p.over,
	    (int)p.unknown);
	CU_ASSERT_STRING_EQUAL(numbers, expected);
	put_free(&p);
	store_free(p.s);
}

static void
text_of(char *out, size_t len, const char *command, const char *key, const char *field)
{
	redisReply *r = redis_do(&redis, field != NULL ? "%s %s %s" : "%s %s", command, key, field);

	snprintf(out, len, "%s", r->type == REDIS_REPLY_STRING ? r->str : "(none)");
	freeReplyObject(r);
}

static void
has(const char *serial, const char *field, const char *expected)
{
	char key[100], text[200];

	snprintf(key, sizeof key, "{scepd}:crt:ca:%s", serial);
	text_of(text, sizeof text, "HGET", key, field);
	if (strcmp(text, expected) != 0)
		fprintf(stderr, "\n  %s is %s, not %s\n", field, text, expected);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void
clean(void)
{
	freeReplyObject(redis_do(&redis, "FLUSHALL"));
}

static void
a_certificate_comes_back_once(void)
{
	struct made m;

	clean();
	make_row(&m, "CN=router", 1, 10, "1700000000000");
	put(&m.row, "1 0 0 0");
	has(m.cert.serial, "sub", "CN=router");
	has(m.cert.serial, "san", "DNS:a\n");
	has(m.cert.serial, "na", m.cert.not_after);
	has(m.cert.serial, "at", "1700000000000");
	has(m.cert.serial, "src", "192.0.2.1");
	has(m.cert.serial, "by", "challenge");
	has(m.cert.serial, "p", "p");
	has(m.cert.serial, "spki", m.cert.spki);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:exp:ca"), 1);
	CU_ASSERT(redis_int(&redis, "TTL {scepd}:crt:ca:%s", m.cert.serial) > 10 * 86400);
	put(&m.row, "0 1 0 0");
	free_row(&m);
}

/* Whatever the order of the logs, the newest certificate of a subject is the newest. */
static void
the_newest_stays_the_newest(void)
{
	struct made old, new;
	char first[100], second[100];
	redisReply *keys;

	make_row(&old, "CN=router", 1, 10, "1700000000000");
	make_row(&new, "CN=router", 2, 20, "1700000009000");
	for (int turn = 0; turn < 2; turn++) {
		clean();
		put(turn ? &new.row : &old.row, "1 0 0 0");
		put(turn ? &old.row : &new.row, "1 0 0 0");
		keys = redis_do(&redis, "KEYS {scepd}:own:*");
		CU_ASSERT_EQUAL_FATAL(keys->elements, 1);
		text_of(turn ? second : first, 100, "GET", keys->element[0]->str, NULL);
		CU_ASSERT(redis_int(&redis, "TTL %s", keys->element[0]->str) > 19 * 86400);
		freeReplyObject(keys);
	}
	CU_ASSERT_STRING_EQUAL(first + strlen("ca:"), new.cert.serial);
	CU_ASSERT_STRING_EQUAL(second, first);
	free_row(&old);
	free_row(&new);
}

static void
an_intent_without_a_certificate_is_an_orphan(void)
{
	struct made m;
	struct put_row intent;

	clean();
	make_row(&m, "CN=router", 1, 10, "1700000000000");
	intent = m.row;
	intent.what = view_str("intent");
	put(&intent, "1 0 0 0");
	put(&intent, "0 1 0 0");
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:int"), 1);
	/* The log of another host has the certificate. */
	put(&m.row, "1 0 0 0");
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:int"), 0);
	put(&intent, "0 1 0 0");
	CU_ASSERT_EQUAL(redis_int(&redis, "ZCARD {scepd}:int"), 0);
	free_row(&m);
}

static void
what_is_over_stays_away(void)
{
	struct made m;

	clean();
	make_row(&m, "CN=router", 1, -1, "1600000000000");
	put(&m.row, "0 0 1 0");
	m.row.what = view_str("intent");
	put(&m.row, "0 0 1 0");
	CU_ASSERT_EQUAL(redis_int(&redis, "DBSIZE"), 1); /* the proof of the pepper */
	free_row(&m);
}

/* Revoked at 1700000100 for keyCompromise, and a new list is due. */
static void
in_the_set(const struct made *m)
{
	redisReply *r = redis_do(&redis, "HGET {scepd}:rvk:ca %s", m->cert.serial);

	CU_ASSERT_STRING_EQUAL(
	    r->type == REDIS_REPLY_STRING ? r->str : "", "1700000100 keyCompromise");
	freeReplyObject(r);
	CU_ASSERT_EQUAL(redis_int(&redis, "ZSCORE {scepd}:rev:ca %s", m->cert.serial),
	    atoll(m->cert.not_after));
	CU_ASSERT_EQUAL(redis_int(&redis, "HGET {scepd}:crl:ca version"), 1);
}

static void
a_revocation_comes_back(void)
{
	struct made m;
	struct put_row revoked;

	clean();
	make_row(&m, "CN=router", 1, 10, "1700000000000");
	revoked = m.row;
	revoked.what = view_str("revoked");
	revoked.revoked = view_str("1700000100");
	revoked.why = view_str("keyCompromise");
	revoked.not_after = view_str("0");
	put(&revoked, "0 0 0 1");
	put(&m.row, "1 0 0 0");
	put(&revoked, "1 0 0 0");
	put(&revoked, "0 1 0 0");
	has(m.cert.serial, "rev", "1700000100");
	has(m.cert.serial, "why", "keyCompromise");
	in_the_set(&m);
	/* From a backup it comes with the certificate, also when that is known already. */
	clean();
	put(&m.row, "1 0 0 0");
	m.row.revoked = revoked.revoked;
	m.row.why = revoked.why;
	put(&m.row, "1 0 0 0");
	has(m.cert.serial, "rev", "1700000100");
	in_the_set(&m);
	clean();
	put(&m.row, "1 0 0 0");
	in_the_set(&m);
	free_row(&m);
}

/* Its certificate may be in no log at all. */
static void
a_revocation_comes_back_alone(void)
{
	struct made m;
	struct put_row revoked = {.what = view_str("revoked"),
	    .ca = view_str("ca"),
	    .revoked = view_str("1700000100"),
	    .why = view_str("keyCompromise")};

	clean();
	make_row(&m, "CN=router", 1, 10, "1700000000000");
	revoked.serial = m.row.serial;
	revoked.not_after = m.row.not_after;
	put(&revoked, "1 0 0 0");
	in_the_set(&m);
	put(&revoked, "0 1 0 0");
	/* And when it turns up, it is marked. */
	put(&m.row, "1 0 0 0");
	has(m.cert.serial, "rev", "1700000100");
	has(m.cert.serial, "why", "keyCompromise");
	clean();
	revoked.not_after = view_str("1500000000");
	put(&revoked, "0 0 1 0");
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:rev:ca"), 0);
	free_row(&m);
}

static void
what_is_no_certificate_is_refused(void)
{
	struct buf der = {0};
	struct put_cert c;
	struct err e = ERR_INIT;
	X509 *cert = make_cert(&(struct make_cert){.key = make_ec("P-256"), .cn = "CN=x"});
	unsigned char *out = NULL;
	uint8_t serial[SERIAL_LEN + 1] = {1};
	int n;

	ASN1_STRING_set(X509_get_serialNumber(cert), serial, sizeof serial);
	X509_sign(cert, make_ec("P-256"), EVP_sha256());
	n = i2d_X509(cert, &out);
	CU_ASSERT_EQUAL(put_cert_read(view_str("garbage"), &c, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_MESSAGE);
	put_cert_free(&c);
	err_clear(&e);
	CU_ASSERT_EQUAL(put_cert_read(view_of(out, (size_t)n), &c, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "serial"));
	put_cert_free(&c);
	err_clear(&e);
	make_der("CN=x", 1, 1, &der);
	CU_ASSERT_EQUAL(put_cert_read(view_of(der.p, der.n - 1), &c, &e), -1);
	put_cert_free(&c);
	buf_free(&der);
	OPENSSL_free(out);
	X509_free(cert);
}

struct seen {
	int rows;
	bool same;
	const struct made *m;
};

static int
see(void *context, const struct put_row *row, struct err *e)
{
	struct seen *s = context;

	(void)e;
	s->rows++;
	if (view_eq(row->serial, view_str(s->m->cert.serial)))
		s->same =
		    view_eq(row->cert, s->m->row.cert) &&
		    view_eq(row->subject, s->m->row.subject) &&
		    view_eq(row->sans, s->m->row.sans) && view_eq(row->spki, s->m->row.spki) &&
		    view_eq(row->profile, s->m->row.profile) &&
		    view_eq(row->request, s->m->row.request) &&
		    view_eq(row->not_after, s->m->row.not_after) &&
		    view_eq(row->at, s->m->row.at) && view_eq(row->source, s->m->row.source) &&
		    view_eq(row->by, s->m->row.by) && row->revoked.n == 0;
	return 0;
}

/* More than a page, and most of them expire in the same second. */
static void
a_walk_meets_every_record(void)
{
	struct put p = {.s = redis_store(&redis), .grace = 3600};
	struct err e = ERR_INIT;
	struct made m;
	struct seen seen = {.m = &m};
	char serial[64], after[24];

	clean();
	make_row(&m, "CN=router", 1, 10, "1700000000000");
	CU_ASSERT_EQUAL(put_add(&p, &m.row, &e), 0);
	for (int i = 0; i < 1000; i++) {
		struct put_row other = m.row;

		snprintf(serial, sizeof serial, "02%038d", i);
		snprintf(after, sizeof after, "%lld", (long long)time(NULL) + 86400 + (i % 7 == 0));
		other.serial = view_str(serial);
		other.not_after = view_str(after);
		CU_ASSERT_EQUAL(put_add(&p, &other, &e), 0);
	}
	CU_ASSERT_EQUAL(put_flush(&p, &e), 0);
	CU_ASSERT_EQUAL(p.new, 1001);
	CU_ASSERT_EQUAL(store_dump(p.s, "ca", see, &seen, &e), 0);
	CU_ASSERT_EQUAL(seen.rows, 1001);
	CU_ASSERT_TRUE(seen.same);
	CU_ASSERT_STRING_EQUAL(e.detail, "");
	put_free(&p);
	store_free(p.s);
	free_row(&m);
}

static int
see_entry(void *context, const struct hash_entry *entry, struct err *e)
{
	(void)e;
	CU_ASSERT(entry->ends <= 0);
	if (view_eq(entry->field, view_str("p")) && view_eq(entry->value, view_str("why")))
		*(int *)context += 1;
	return 0;
}

static void
hashes_come_back_but_no_challenge(void)
{
	struct store *s = redis_store(&redis);
	struct err e = ERR_INIT;
	struct hash_entry entry = {.ends = -1, .field = view_str("p"), .value = view_str("why")};
	int seen = 0;
	char text[40];

	clean();
	CU_ASSERT_EQUAL(store_put_hash(s, "off", &entry, &e), 0);
	entry.value = view_str("another");
	CU_ASSERT_EQUAL(store_put_hash(s, "off", &entry, &e), 0);
	CU_ASSERT_EQUAL(store_dump_hash(s, "off", see_entry, &seen, &e), 0);
	CU_ASSERT_EQUAL(seen, 1);
	entry.ends = 1;
	CU_ASSERT_EQUAL(store_put_hash(s, "tk:x", &entry, &e), 0);
	CU_ASSERT_EQUAL(redis_int(&redis, "EXISTS {scepd}:tk:x"), 0);
	CU_ASSERT_EQUAL(store_put_hash(s, "ch:x", &entry, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_STORE);
	err_clear(&e);
	CU_ASSERT_EQUAL(store_put_hash(s, "rq:x", &entry, &e), -1);
	err_clear(&e);
	CU_ASSERT_EQUAL(store_dump_hash(s, "ch:x", see_entry, &seen, &e), -1);
	text_of(text, sizeof text, "HGET", "{scepd}:off", "p");
	CU_ASSERT_STRING_EQUAL(text, "why");
	store_free(s);
}

static CU_TestInfo tests[] = {
    T(a_certificate_comes_back_once),
    T(the_newest_stays_the_newest),
    T(an_intent_without_a_certificate_is_an_orphan),
    T(what_is_over_stays_away),
    T(a_revocation_comes_back),
    T(a_revocation_comes_back_alone),
    T(what_is_no_certificate_is_refused),
    T(a_walk_meets_every_record),
    T(hashes_come_back_but_no_challenge),
    CU_TEST_INFO_NULL,
};

const CU_SuiteInfo rebuild_suite = {"rebuild", server_start, server_stop, NULL, NULL, tests};
