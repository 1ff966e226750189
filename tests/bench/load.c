/* SPDX-License-Identifier: ISC
 *
 * load: prepares so many distinct requests, sends them to a running server, reads and checks every
 * answer, and prints one line of figures. What is prepared and checked takes no time of the run.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "blast.h"
#include "cpu.h"
#include "ctl/client.h"
#include "wire/csr.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__, &e))

static struct err e = ERR_INIT;

static void
need_failed(const char *what, int line, const struct err *why)
{
	fprintf(stderr, "load.c:%d: %s: %s\n", line, what, why->detail);
	exit(1);
}

/* What to do, from the command line. */
static struct {
	const char *to, *path, *mint_path, *kind, *challenge, *token;
	size_t n, connections;
	double rate;
	bool get, sealed;
} opt = {.kind = "enrol", .n = 1000, .connections = 16};

static struct client_ca ca;
static struct client_how how;
static EVP_PKEY *key;
static struct shot *shots;
static struct client_request *requests;
static struct client_signer *signers; /* of the requests; for a renewal its predecessor */
static char (*challenges)[64];        /* one-time ones, that were minted */

static void
http_head(struct buf *out, const char *method, const char *query, const char *extra, size_t body)
{
	NEED(buf_printf(out, "%s %s%s%s HTTP/1.1\r\nHost: bench\r\n%s", method, opt.path,
	         *query != '\0' ? "?" : "", query, extra) == 0);
	if (strcmp(method, "POST") == 0)
		NEED(buf_printf(out, "Content-Length: %zu\r\n", body) == 0);
	NEED(buf_add_str(out, "\r\n") == 0);
}

/* As many devices send a message: base64 in the query, percent-encoded. */
static void
message_by_get(struct buf *out, struct view der)
{
	struct buf text = {0}, query = {0};

	NEED(base64_write(&text, der) == 0);
	NEED(buf_add_str(&query, "operation=PKIOperation&message=") == 0);
	for (const char *c = buf_str(&text); *c != '\0'; c++)
		NEED((*c == '+'      ? buf_add_str(&query, "%2B")
		         : *c == '/' ? buf_add_str(&query, "%2F")
		         : *c == '=' ? buf_add_str(&query, "%3D")
		                     : buf_add(&query, c, 1)) == 0);
	http_head(out, "GET", buf_str(&query), "", 0);
	buf_free(&text);
	buf_free(&query);
}

static void
message(struct buf *out, struct view der)
{
	if (opt.get) {
		message_by_get(out, der);
		return;
	}
	http_head(out, "POST", "operation=PKIOperation",
	    "Content-Type: application/x-pki-message\r\n", der.n);
	NEED(buf_add(out, der.p, der.n) == 0);
}

/* One GET beforehand. */
static void
fetch(const struct target *t, const char *query, struct buf *body)
{
	struct shot s = {0};

	http_head(&s.request, "GET", query, "", 0);
	blast(t, &s, 1, 1, 0);
	if (s.status != 200) {
		fprintf(stderr, "%s: HTTP %d\n", query, s.status);
		exit(1);
	}
	NEED(buf_add(body, s.reply.p, s.reply.n) == 0);
	buf_free(&s.request);
	buf_free(&s.reply);
}

static void
learn(const struct target *t)
{
	struct buf caps = {0}, certs = {0};

	fetch(t, "operation=GetCACaps", &caps);
	fetch(t, "operation=GetCACert", &certs);
	NEED(client_ca_read(buf_view(&caps), buf_view(&certs), NULL, &ca, &e) == 0);
	how = client_how(&ca.caps);
	buf_free(&caps);
	buf_free(&certs);
}

/* A name of its own for every request of every run. */
static X509_NAME *
name_of(size_t i)
{
	X509_NAME *name = X509_NAME_new();
	char cn[64];

	snprintf(cn, sizeof cn, "bench-%d-%zu", (int)getpid(), i);
	NEED(name != NULL && X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	                         (const unsigned char *)"Bench", -1, -1, 0) == 1);
	NEED(X509_NAME_add_entry_by_txt(
	         name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1);
	return name;
}

static void
prepare_message(size_t i, int type)
{
	X509_NAME *name = name_of(i);
	struct csr_wish wish = {.subject = name, .digest = DIGEST_SHA256};
	struct buf csr = {0};

	if (type == TYPE_PKCS_REQ && challenges != NULL)
		wish.challenge = view_str(challenges[i]);
	else if (type == TYPE_PKCS_REQ && opt.challenge != NULL)
		wish.challenge = view_str(opt.challenge);
	if (signers[i].cert == NULL)
		NEED(client_signer_make(key, name, &signers[i], &e) == 0);
	NEED(csr_write(&wish, key, &csr, &e) == 0);
	requests[i] = (struct client_request){.type = type};
	NEED(client_request_make(&ca, &how, &signers[i], buf_view(&csr), &requests[i], &e) == 0);
	buf_cut(&shots[i].request, 0);
	message(&shots[i].request, buf_view(&requests[i].der));
	buf_free(&csr);
	X509_NAME_free(name);
}

/* A CertRep that is signed, for this request, and a SUCCESS; what is in it stays sealed, since the
 * peer answers with DES, which is not read here. */
static bool
is_success(size_t i)
{
	struct scep_msg m;
	struct err why = ERR_INIT;
	bool ok = scep_msg_read(buf_view(&shots[i].reply), &m, &why) == 0 &&
	          scep_msg_verify(&m, ALGS_ALL.digests, ca.issuer, &why) == 0 &&
	          m.attrs.status == STATUS_SUCCESS &&
	          view_eq(m.attrs.transaction_id, view_str(requests[i].transaction_id));

	scep_msg_free(&m);
	return ok;
}

/* Reads every answer: how many are not what they should be. With `keep` what was issued signs the
 * next request of its number. */
static size_t
check_messages(bool keep)
{
	size_t bad = 0;

	for (size_t i = 0; i < opt.n; i++) {
		struct client_reply reply = {0};
		struct err why = ERR_INIT;

		if (opt.sealed) {
			bad += shots[i].status != 200 || !is_success(i);
			continue;
		}
		if (shots[i].status != 200 ||
		    client_reply_read(&ca, &requests[i], &signers[i],
		        X509_get_X509_PUBKEY(signers[i].cert), buf_view(&shots[i].reply), &reply,
		        &why) != 0 ||
		    reply.status != STATUS_SUCCESS) {
			if (bad++ == 0)
				fprintf(stderr, "HTTP %d: %s %s\n", shots[i].status, why.detail,
				    reply.fail_text);
		} else if (keep) {
			X509_free(signers[i].cert);
			signers[i].cert = sk_X509_shift(reply.certs);
		}
		client_reply_free(&reply);
		buf_cut(&shots[i].reply, 0);
	}
	return bad;
}

static size_t
check_plain(void)
{
	size_t bad = 0;

	for (size_t i = 0; i < opt.n; i++) {
		bad += shots[i].status != 200 || shots[i].reply.n == 0;
		buf_cut(&shots[i].reply, 0);
	}
	return bad;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = ((const struct shot *)a)->us, y = ((const struct shot *)b)->us;

	return x < y ? -1 : x > y;
}

static void
report(double seconds, size_t bad)
{
	double of = (double)opt.n;

	qsort(shots, opt.n, sizeof *shots, by_time);
	printf("%-9s c=%-3zu n=%-6zu failed=%zu %8.1f/s p50=%.1f p95=%.1f p99=%.1f ms", opt.kind,
	    opt.connections, opt.n, bad, of / seconds, (double)shots[opt.n / 2].us / 1e3,
	    (double)shots[opt.n * 95 / 100].us / 1e3, (double)shots[opt.n * 99 / 100].us / 1e3);
	cpu_print(opt.n, seconds);
	printf("\n");
}

/* The measured part; gives the seconds that it took. */
static double
measure(const struct target *t, bool messages, bool keep)
{
	double seconds;
	size_t bad;

	cpu_begin();
	seconds = blast(t, shots, opt.n, opt.connections, opt.rate);
	cpu_end();
	bad = messages ? check_messages(keep) : check_plain();
	report(seconds, bad);
	if (bad > 0)
		exit(1);
	return seconds;
}

static void
prepare_mint(void)
{
	char auth[200];

	snprintf(auth, sizeof auth, "Authorization: Bearer %s\r\n", opt.token);
	for (size_t i = 0; i < opt.n; i++) {
		buf_cut(&shots[i].request, 0);
		http_head(&shots[i].request, "POST", "", auth, 0);
	}
}

/* What a management system does when it pushes profiles to its devices: it mints a challenge for
 * each, they enrol, and two fifths renew, by GET. */
static void
run_push(const struct target *t)
{
	const char *path = opt.path;
	double seconds, begin;

	opt.path = opt.mint_path;
	opt.kind = "mint";
	prepare_mint();
	cpu_begin();
	seconds = blast(t, shots, opt.n, opt.connections, 0);
	cpu_end();
	NEED(challenges = calloc(opt.n, sizeof *challenges));
	for (size_t i = 0; i < opt.n; i++) {
		NEED(shots[i].status == 200);
		snprintf(challenges[i], sizeof *challenges, "%s", buf_str(&shots[i].reply));
		buf_cut(&shots[i].reply, 0);
	}
	report(seconds, 0);
	opt.path = path;
	opt.kind = "enrol";
	for (size_t i = 0; i < opt.n; i++)
		prepare_message(i, TYPE_PKCS_REQ);
	seconds += measure(t, true, true);
	opt.kind = "renew";
	opt.get = true;
	opt.n = opt.n * 2 / 5;
	for (size_t i = 0; i < opt.n; i++) {
		buf_free(&requests[i].der);
		prepare_message(i, TYPE_RENEWAL_REQ);
	}
	begin = seconds;
	seconds += measure(t, true, false);
	printf("push: %.1f s, %.1f of them renewals\n", seconds, seconds - begin);
}

static void
run_enrol(const struct target *t)
{
	bool renew = strcmp(opt.kind, "renew") == 0, again = strcmp(opt.kind, "replay") == 0;

	for (size_t i = 0; i < opt.n; i++)
		prepare_message(i, TYPE_PKCS_REQ);
	if (renew || again) {
		blast(t, shots, opt.n, 8, 0);
		NEED(check_messages(renew) == 0);
	}
	for (size_t i = 0; renew && i < opt.n; i++) {
		buf_free(&requests[i].der);
		prepare_message(i, TYPE_RENEWAL_REQ);
	}
	measure(t, true, false);
}

static void
run_plain(const struct target *t)
{
	const char *query =
	    strcmp(opt.kind, "caps") == 0 ? "operation=GetCACaps" : "operation=GetCACert";

	if (strcmp(opt.kind, "mint") == 0)
		prepare_mint();
	for (size_t i = 0; *opt.kind != 'm' && i < opt.n; i++)
		http_head(&shots[i].request, "GET", query, "", 0);
	measure(t, false, false);
}

static const struct option options[] = {{"to", required_argument, NULL, 't'},
    {"path", required_argument, NULL, 'p'}, {"mint-path", required_argument, NULL, 'm'},
    {"kind", required_argument, NULL, 'k'}, {"requests", required_argument, NULL, 'n'},
    {"connections", required_argument, NULL, 'c'}, {"rate", required_argument, NULL, 'r'},
    {"challenge", required_argument, NULL, 's'}, {"token", required_argument, NULL, 'b'},
    {"cpu", required_argument, NULL, 'u'}, {"get", no_argument, NULL, 'g'},
    {"sealed", no_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: load --to unix:PATH|ADDRESS:PORT --path /scep/NAME\n"
	    "    [--kind enrol|renew|replay|push|caps|cacert|mint] [--mint-path "
	    "/scep/NAME/challenge] [--requests N] [--connections N]\n"
	    "    [--rate PER-SECOND] [--challenge TEXT] [--token TOKEN] [--get] [--sealed]\n"
	    "    [--cpu NAME=PID]...   (with its children; measured apart)\n");
	exit(2);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 't':
			opt.to = optarg;
			break;
		case 'p':
			opt.path = optarg;
			break;
		case 'm':
			opt.mint_path = optarg;
			break;
		case 'k':
			opt.kind = optarg;
			break;
		case 'n':
			opt.n = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			opt.connections = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			opt.rate = strtod(optarg, NULL);
			break;
		case 's':
			opt.challenge = optarg;
			break;
		case 'b':
			opt.token = optarg;
			break;
		case 'u':
			cpu_watch(optarg);
			break;
		case 'g':
			opt.get = true;
			break;
		case 'e':
			opt.sealed = true;
			break;
		default:
			usage();
		}
	if (opt.to == NULL || opt.path == NULL || opt.n == 0 || opt.connections == 0)
		usage();
}

int
main(int argc, char **argv)
{
	struct target t;
	bool plain;

	read_options(argc, argv);
	plain = strchr("cm", *opt.kind) != NULL;
	NEED(ossl_start(&e) == 0);
	target_read(opt.to, &t);
	shots = calloc(opt.n, sizeof *shots);
	requests = calloc(opt.n, sizeof *requests);
	signers = calloc(opt.n, sizeof *signers);
	NEED(shots != NULL && requests != NULL && signers != NULL);
	if (!plain) {
		learn(&t);
		NEED(key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048));
		(*opt.kind == 'p' ? run_push : run_enrol)(&t);
	} else
		run_plain(&t);
	return 0;
}
