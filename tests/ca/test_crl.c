/* SPDX-License-Identifier: ISC
 *
 * Revocation lists: what is written is what OpenSSL reads, what is read is of this authority, and
 * nothing takes the place of a list that it does not continue.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "ca/crl.h"
#include "make.h"
#include "suites.h"

static struct authority ca;

static void
open_ca(void)
{
	make_authority(&ca, KEY_P256);
}

/* Serials in hexadecimal, "SERIAL REASON AT NOT_AFTER" a line, times from NOW on. */
static void
fill(struct crl_set *s, const char *lines)
{
	struct err e = ERR_INIT;
	char serial[48], reason[24];
	long at, not_after;
	int n;

	for (; sscanf(lines, "%47s %23s %ld %ld %n", serial, reason, &at, &not_after, &n) == 4;
	     lines += n)
		CU_ASSERT_EQUAL(crl_set_add(s, view_str(serial), view_str(reason), NOW + at,
		                    NOW + not_after, &e),
		    0);
}

/* Writes and signs; the DER is appended. */
static void
make_list(const struct crl_plan *p, EVP_PKEY *key, struct buf *der)
{
	struct err e = ERR_INIT;
	X509_CRL *list = crl_write(p, &e);

	CU_ASSERT_STRING_EQUAL(e.detail, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	CU_ASSERT(X509_CRL_sign(list, key, EVP_sha256()) > 0);
	CU_ASSERT_EQUAL(ossl_write(der, list, ASN1_ITEM_rptr(X509_CRL)), 0);
	X509_CRL_free(list);
}

/* A list of the authority with these entries. */
static void
make_simple(const char *lines, int64_t number, struct buf *der)
{
	struct crl_set s = {0};

	fill(&s, lines);
	make_list(&(struct crl_plan){.by = &ca,
	              .number = number,
	              .this_update = NOW,
	              .next_update = NOW + 7 * DAY,
	              .revoked = &s},
	    make_key(KEY_P256), der);
	crl_set_free(&s);
}

static void
text_of(struct view der, char *out, size_t size)
{
	const uint8_t *at = der.p;
	X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)der.n);
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	CU_ASSERT_EQUAL(X509_CRL_print(bio, list), 1);
	n = BIO_get_mem_data(bio, &p);
	snprintf(out, size, "%.*s", (int)n, p);
	BIO_free(bio);
	X509_CRL_free(list);
}

/* A long serial number, its first octet above 0x7f; one that has ended, and one that had. */
static void
a_list_says_what_was_decided(void)
{
	struct crl_set s = {0};
	struct buf der = {0};
	char text[4096];
	struct crl c;
	struct err e = ERR_INIT;

	open_ca();
	fill(&s, "ff0102030405060708090a0b0c0d0e0f10111213 keyCompromise -100 1000\n"
	         "05 unspecified -50 -10\n4c4d superseded -20 -11\n");
	make_list(&(struct crl_plan){.by = &ca,
	              .number = 4711,
	              .this_update = NOW,
	              .next_update = NOW + 7 * DAY,
	              .revoked = &s,
	              .since = NOW - 10},
	    make_key(KEY_P256), &der);
	text_of(buf_view(&der), text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Version 2 (0x1)"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "X509v3 CRL Number"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "4711"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "X509v3 Authority Key Identifier"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Last Update: Jan 15 08:00:00 2027 GMT"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Next Update: Jan 22 08:00:00 2027 GMT"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "FF0102030405060708090A0B0C0D0E0F10111213"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Revocation Date: Jan 15 07:58:20 2027 GMT"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Key Compromise"));
	CU_ASSERT_PTR_NULL(strstr(text, "Unspecified"));
	CU_ASSERT_PTR_NULL(strstr(text, "4C4D"));
	CU_ASSERT_EQUAL(crl_read(&ca, buf_view(&der), &c, &e), 0);
	CU_ASSERT_EQUAL(c.number, 4711);
	CU_ASSERT_EQUAL(c.from, NOW);
	CU_ASSERT_EQUAL(c.to, NOW + 7 * DAY);
	CU_ASSERT_EQUAL(c.n, 2);
	crl_free(&c);
	crl_set_free(&s);
	buf_free(&der);
	authority_free(&ca);
}

static void
an_empty_list_has_no_entries(void)
{
	struct buf der = {0};
	struct crl_set s = {0};
	struct crl c;
	struct err e = ERR_INIT;

	open_ca();
	make_simple("", 1, &der);
	CU_ASSERT_EQUAL(crl_read(&ca, buf_view(&der), &c, &e), 0);
	CU_ASSERT_EQUAL(c.n, 0);
	CU_ASSERT_PTR_NULL(X509_CRL_get_REVOKED(c.list));
	CU_ASSERT_EQUAL(crl_entries(&c, &s, &e), 0);
	CU_ASSERT_EQUAL(s.n, 0);
	crl_free(&c);
	buf_free(&der);
	authority_free(&ca);
}

static void
entries_are_read_back(void)
{
	struct buf der = {0};
	struct crl_set s = {0};
	struct crl c;
	struct err e = ERR_INIT;
	const struct crl_entry *one;

	open_ca();
	make_simple("80ff keyCompromise -100 1000\n05 unspecified -50 10\n", 1, &der);
	CU_ASSERT_EQUAL(crl_read(&ca, buf_view(&der), &c, &e), 0);
	CU_ASSERT_EQUAL(crl_entries(&c, &s, &e), 0);
	CU_ASSERT_EQUAL(s.n, 2);
	one = crl_set_find(&s, view_of("\x80\xff", 2));
	CU_ASSERT(one != NULL && one->at == NOW - 100 && one->reason == 1);
	one = crl_set_find(&s, view_of("\x05", 1));
	CU_ASSERT(one != NULL && one->at == NOW - 50 && one->reason == 0);
	crl_set_free(&s);
	crl_free(&c);
	buf_free(&der);
	authority_free(&ca);
}

static void
dates_and_number_are_in_order(void)
{
	struct crl_set s = {0};
	struct crl_plan p = {
	    .by = &ca, .number = 1, .this_update = NOW, .next_update = NOW, .revoked = &s};
	struct err e = ERR_INIT;

	open_ca();
	CU_ASSERT_PTR_NULL(crl_write(&p, &e));
	CU_ASSERT_EQUAL(e.code, ERR_CRL);
	p.next_update = NOW + 1;
	p.number = -1;
	err_clear(&e);
	CU_ASSERT_PTR_NULL(crl_write(&p, &e));
	CU_ASSERT_EQUAL(e.code, ERR_CRL);
	authority_free(&ca);
}

static void
allowed(unsigned flags, const char *usage, bool expected)
{
	X509 *cert = make_ca((struct make_ca){.cn = "ca", .key = KEY_P256, .flags = flags});
	struct authority a = {.name = "ca", .cert = cert};
	struct err e = ERR_INIT;

	if (usage != NULL) {
		X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, usage);

		X509_EXTENSION_free(
		    X509_delete_ext(cert, X509_get_ext_by_NID(cert, NID_key_usage, -1)));
		X509_add_ext(cert, ext, -1);
		X509_EXTENSION_free(ext);
	}
	CU_ASSERT_EQUAL(crl_allowed(&a, &e), expected ? 0 : -1);
	CU_ASSERT_EQUAL(e.code, expected ? ERR_OK : ERR_CRL);
	X509_free(cert);
}

static void
an_authority_must_be_allowed_to(void)
{
	struct crl_set s = {0};
	struct err e = ERR_INIT;

	allowed(0, "critical,keyCertSign,cRLSign", true);
	allowed(0, "critical,keyCertSign", false);
	allowed(CA_NO_USAGE, NULL, true);
	allowed(CA_BAD_USAGE, NULL, false);
	open_ca();
	X509_free(ca.cert);
	ca.cert = make_ca((struct make_ca){.cn = "ca", .key = KEY_P256, .flags = CA_BAD_USAGE});
	CU_ASSERT_PTR_NULL(crl_write(
	    &(struct crl_plan){
	        .by = &ca, .number = 1, .this_update = NOW, .next_update = NOW + 1, .revoked = &s},
	    &e));
	authority_free(&ca);
}

static void
refused(struct view der, const char *why)
{
	struct crl c;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(crl_read(&ca, der, &c, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CRL);
	if (strstr(e.detail, why) == NULL)
		fprintf(stderr, "\n  \"%s\", not \"%s\"\n", e.detail, why);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, why));
	crl_free(&c);
}

/* Changes a list before it is signed. */
static void
refused_when(void (*change)(X509_CRL *list), const char *why)
{
	struct crl_set s = {0};
	struct buf der = {0};
	struct err e = ERR_INIT;
	X509_CRL *list = crl_write(
	    &(struct crl_plan){
	        .by = &ca, .number = 1, .this_update = NOW, .next_update = NOW + 1, .revoked = &s},
	    &e);

	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	change(list);
	CU_ASSERT(X509_CRL_sign(list, make_key(KEY_P256), EVP_sha256()) > 0);
	CU_ASSERT_EQUAL(ossl_write(&der, list, ASN1_ITEM_rptr(X509_CRL)), 0);
	refused(buf_view(&der), why);
	buf_free(&der);
	X509_CRL_free(list);
}

static void
drop_number(X509_CRL *list)
{
	X509_EXTENSION_free(
	    X509_CRL_delete_ext(list, X509_CRL_get_ext_by_NID(list, NID_crl_number, -1)));
}

static void
set_number(X509_CRL *list, const char *decimal)
{
	ASN1_INTEGER *n = s2i_ASN1_INTEGER(NULL, decimal);

	drop_number(list);
	X509_CRL_add1_ext_i2d(list, NID_crl_number, n, 0, 0);
	ASN1_INTEGER_free(n);
}

static void
huge_number(X509_CRL *list)
{
	set_number(list, "9007199254740993"); /* 2^53 + 1 */
}

static void
negative_number(X509_CRL *list)
{
	set_number(list, "-1");
}

static void
make_delta(X509_CRL *list)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	X509_CRL_add1_ext_i2d(list, NID_delta_crl, n, 1, 0);
	ASN1_INTEGER_free(n);
}

static void
other_issuer(X509_CRL *list)
{
	X509_NAME *name = X509_NAME_new();

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"other", -1, -1, 0);
	X509_CRL_set_issuer_name(list, name);
	X509_NAME_free(name);
}

static void
what_is_read_is_of_this_authority(void)
{
	struct crl_set s = {0};
	struct buf der = {0};

	open_ca();
	refused((struct view){0}, "not a revocation list");
	refused(view_str("rubbish"), "not a revocation list");
	make_simple("05 unspecified -50 10\n", 1, &der);
	CU_ASSERT_EQUAL(buf_add(&der, "x", 1), 0);
	refused(buf_view(&der), "not a revocation list");
	der.p[der.n - 2] ^= 1;
	refused(view_of(der.p, der.n - 1), "not signed by CA");
	buf_free(&der);
	make_list(
	    &(struct crl_plan){
	        .by = &ca, .number = 1, .this_update = NOW, .next_update = NOW + 1, .revoked = &s},
	    make_key(KEY_OTHER), &der);
	refused(buf_view(&der), "not signed by CA");
	refused_when(drop_number, "without a number");
	refused_when(huge_number, "without a number");
	refused_when(negative_number, "without a number");
	refused_when(make_delta, "not a complete list");
	refused_when(other_issuer, "not a list of CA");
	buf_free(&der);
	authority_free(&ca);
}

/* Whether a list of number 10 with "0a" (ends in 100 s) and "0b" (in 200 s) may be followed. */
struct follow {
	int64_t number;
	long from, since;
	const char *has, *before;
	bool loss;
	const char *why; /* NULL: it may */
};

static void
follow(const struct follow *f)
{
	struct crl_set has = {0}, before = {0};
	struct buf der = {0};
	struct crl last;
	struct err e = ERR_INIT;
	int rc;

	make_simple("0a superseded -50 100\n0b superseded -50 200\n", 10, &der);
	CU_ASSERT_EQUAL_FATAL(crl_read(&ca, buf_view(&der), &last, &e), 0);
	fill(&has, f->has);
	fill(&before, f->before);
	rc = crl_follows(&last,
	    &(struct crl_next){.number = f->number,
	        .from = NOW + f->from,
	        .since = NOW + f->since,
	        .has = &has,
	        .before = &before,
	        .loss = f->loss},
	    &e);
	CU_ASSERT_EQUAL(rc, f->why == NULL ? 0 : -1);
	if (f->why != NULL && strstr(e.detail, f->why) == NULL)
		fprintf(stderr, "\n  \"%s\", not \"%s\"\n", e.detail, f->why);
	CU_ASSERT(f->why == NULL || strstr(e.detail, f->why) != NULL);
	crl_free(&last);
	crl_set_free(&has);
	crl_set_free(&before);
	buf_free(&der);
}

#define A "0a superseded -50 100\n"
#define B "0b superseded -50 200\n"

static void
a_list_is_followed_by_one_that_continues_it(void)
{
	static const struct follow all[] = {
	    {.number = 11, .from = 10, .since = -9, .has = A B, .before = A B},
	    {.number = 10, .from = 10, .has = A B, .before = A B, .why = "does not come after 10"},
	    {.number = 9, .from = 10, .has = A B, .before = A B, .why = "does not come after 10"},
	    /* Missing. */
	    {.number = 11,
	        .from = 10,
	        .has = A,
	        .before = A B,
	        .why = "1 serial numbers of list 10"},
	    {.number = 11, .from = 10, .has = A, .before = A B, .why = "among them 0b"},
	    {.number = 11, .from = 10, .has = "", .before = A B, .why = "2 serial numbers"},
	    {.number = 11, .from = 10, .has = "", .before = "", .why = "2 serial numbers"},
	    /* Ended since, as was remembered; not a second earlier. */
	    {.number = 11, .from = 101, .has = B, .before = A B},
	    {.number = 11, .from = 100, .has = B, .before = A B, .why = "among them 0a"},
	    {.number = 11, .from = 300, .has = B, .before = "", .why = "among them 0a"},
	    /* Left out because it had ended; also where nothing was remembered. */
	    {.number = 11, .from = 150, .since = 120, .has = A B, .before = ""},
	    {.number = 11, .from = 150, .since = 120, .has = A B, .before = A B},
	    /* What was remembered goes before what the store says now. */
	    {.number = 11,
	        .from = 50,
	        .since = 0,
	        .has = A "0b superseded -50 -1\n",
	        .before = A B,
	        .why = "among them 0b"},
	    /* The operator accepts it; a number never is. */
	    {.number = 11, .from = 10, .has = "", .before = A B, .loss = true},
	    {.number = 10,
	        .from = 10,
	        .has = "",
	        .before = A B,
	        .loss = true,
	        .why = "does not come after"},
	};

	open_ca();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		follow(&all[i]);
	authority_free(&ca);
}

CU_TestInfo crl_tests[] = {
    T(a_list_says_what_was_decided),
    T(an_empty_list_has_no_entries),
    T(entries_are_read_back),
    T(dates_and_number_are_in_order),
    T(an_authority_must_be_allowed_to),
    T(what_is_read_is_of_this_authority),
    T(a_list_is_followed_by_one_that_continues_it),
    CU_TEST_INFO_NULL,
};
