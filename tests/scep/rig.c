/* SPDX-License-Identifier: ISC
 *
 * See rig.h.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/log.h"
#include "base/ossl.h"
#include "store/token.h"
#include "support/redis.h"
#include "tmpdir.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

static struct tmpdir dir;
static char log_path[PATH_MAX];
static struct test_redis redis;

static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "rig.c:%d: %s\n", line, what);
	abort();
}

static void
add_challenge(struct profile *p)
{
	struct buf text = {0};
	struct err e = ERR_INIT;

	NEED(challenge_hash(view_str(RIG_CHALLENGE), NULL, &text, &e) == 0);
	NEED(challenge_add(&p->challenges, "first", buf_str(&text), 0, 0, &e) == 0);
	buf_free(&text);
}

static void
add_authority(struct rig *r)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct err e = ERR_INIT;
	char *pem;
	long n;

	PEM_write_bio_X509(out, r->ca);
	n = BIO_get_mem_data(out, &pem);
	NEED(r->service.cas = calloc(1, sizeof *r->service.cas));
	r->service.n_cas = 1;
	NEED(authority_read(&r->service.cas[0].authority, "ca", view_of(pem, (size_t)n),
	         (struct view){0}, &e) == 0);
	EVP_PKEY_up_ref(r->ca_key);
	NEED(r->service.cas[0].key = ca_key_new(r->ca_key, r->ca, &e));
	BIO_free(out);
}

void
rig_start(struct rig *r, EVP_PKEY *ca_key)
{
	struct err e = ERR_INIT;

	*r = (struct rig){0};
	NEED(tmpdir_make(&dir) == 0);
	snprintf(log_path, sizeof log_path, "%s", tmpdir_path(&dir, "log"));
	NEED(log_open(log_path, LOG_LOGFMT, LOG_LEVEL_INFO, &e) == 0);
	redis_start(&redis, dir.path, NULL);
	r->redis = &redis;
	r->service.store = redis_store_as(&redis, ACL_WORKER); /* as in production */
	r->operator= redis_store_as(&redis, ACL_OPERATOR);
	r->service.lease = 10;
	r->ca_key = ca_key != NULL ? ca_key : make_rsa(2048, 0);
	r->ca = make_cert(&(struct make_cert){.key = r->ca_key,
	    .cn = "CN=Test CA/O=Test",
	    .days = 900,
	    .exts = {"basicConstraints=critical,CA:TRUE,pathlen:0",
	        "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",
	        "subjectKeyIdentifier=hash"}});
	r->ra = make_cert(&(struct make_cert){.key = make_rsa(2048, 1),
	    .cn = "CN=Test RA",
	    .issuer = r->ca,
	    .issuer_key = r->ca_key,
	    .serial = 77,
	    .days = 800,
	    .exts = {"keyUsage=critical,digitalSignature,keyEncipherment",
	        "subjectKeyIdentifier=hash"}});
	r->signer = make_cert(
	    &(struct make_cert){.key = make_rsa(2048, 3), .cn = "CN=0AC9F026", .serial = 9});
	add_authority(r);
	NEED(r->service.profiles = calloc(1, sizeof *r->service.profiles));
	r->service.n_profiles = 1;
	r->sp = r->service.profiles;
	NEED(profile_init(&r->sp->profile, &e) == 0);
	snprintf(r->sp->profile.name, sizeof r->sp->profile.name, "%s", RIG_PROFILE);
	snprintf(r->sp->profile.id, sizeof r->sp->profile.id, "%s", RIG_ID);
	add_challenge(&r->sp->profile);
	r->sp->line[0].ca = &r->service.cas[0];
	r->sp->n_line = 1;
	EVP_PKEY_up_ref(make_rsa(2048, 1));
	NEED(r->sp->ras[0].key = ra_key_new(make_rsa(2048, 1), r->ra, &e));
	r->sp->n_ras = 1;
	rig_prepare(r);
}

void
rig_prepare(struct rig *r)
{
	struct err e = ERR_INIT;

	NEED(service_prepare(&r->service, &e) == 0);
}

void
rig_stop(struct rig *r)
{
	struct err e = ERR_INIT;

	store_free(r->operator);
	service_free(&r->service);
	redis_stop(&redis);
	X509_free(r->ca);
	X509_free(r->ra);
	X509_free(r->signer);
	NEED(log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &e) == 0);
	tmpdir_remove(&dir);
}

static void
field(const char *line, const char *key, char *out, size_t len)
{
	char pattern[64];
	const char *at;
	size_t n;

	snprintf(pattern, sizeof pattern, " %s=", key);
	at = strstr(line, pattern);
	at = at != NULL ? at + strlen(pattern) : "";
	n = strcspn(at, " \n");
	snprintf(out, len, "%.*s", (int)n, at);
}

static void
last_line(char *out, size_t len)
{
	FILE *f = fopen(log_path, "r");
	char line[4096];

	NEED(f != NULL);
	out[0] = '\0';
	while (fgets(line, sizeof line, f) != NULL)
		snprintf(out, len, "%s", line);
	fclose(f);
}

int
rig_logged(const char *text)
{
	FILE *f = fopen(log_path, "r");
	char line[4096];
	int n = 0;

	NEED(f != NULL);
	while (fgets(line, sizeof line, f) != NULL)
		n += strstr(line, text) != NULL;
	fclose(f);
	return n;
}

/* The client's half of an envelope, by OpenSSL's CMS: an independent reader. */
static void
open_reply(struct view der, EVP_PKEY *key, struct seen *s)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	BIO *out = BIO_new(BIO_s_mem());
	STACK_OF(X509) *certs;
	struct scep_env env;
	struct err e = ERR_INIT;
	char *data;
	long n;

	NEED(cms != NULL);
	s->transport = memmem(der.p, der.n, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07", 9) != NULL
	                   ? KEY_TRANSPORT_OAEP
	                   : KEY_TRANSPORT_PKCS1;
	(void)!scep_env_read(der, ALGS_ALL.ciphers, &env, &e);
	s->cipher = env.cipher;
	scep_env_free(&env);
	NEED(CMS_decrypt(cms, key, NULL, NULL, out, CMS_BINARY) == 1);
	n = BIO_get_mem_data(out, &data);
	certs = certs_only_read(view_of(data, (size_t)n), &s->crl, &e);
	NEED(certs != NULL);
	s->n_certs = sk_X509_num(certs);
	s->cert = sk_X509_shift(certs);
	s->above = sk_X509_shift(certs);
	sk_X509_pop_free(certs, X509_free);
	BIO_free(out);
	CMS_ContentInfo_free(cms);
}

static void
read_certrep(struct rig *r, struct view body, EVP_PKEY *key, struct seen *s)
{
	struct scep_msg m;
	struct err e = ERR_INIT;

	NEED(scep_msg_read(body, &m, &e) == 0);
	s->verified = scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e) == 0 &&
	              X509_cmp(m.signer, r->ra) == 0 && m.attrs.type == TYPE_CERT_REP &&
	              m.attrs.sender_nonce.n == NONCE_LEN && m.attrs.signing_time != 0 &&
	              !view_eq(m.attrs.sender_nonce, m.attrs.recipient_nonce) && m.has_content;
	s->status = m.attrs.status;
	s->fail_info = m.attrs.fail_info;
	s->digest = m.digest;
	snprintf(s->text, sizeof s->text, "%.*s", (int)m.attrs.fail_text.n,
	    (const char *)m.attrs.fail_text.p);
	if (m.attrs.status == STATUS_SUCCESS)
		open_reply(m.content, key, s);
	scep_msg_free(&m);
}

void
rig_handle(struct rig *r, const struct http_request *in, struct http_reply *out, struct seen *s)
{
	*s = (struct seen){.status = STATUS_NONE,
	    .fail_info = FAIL_NONE,
	    .cipher = CIPHER_NONE,
	    .digest = DIGEST_NONE};
	if (!r->remember)
		freeReplyObject(redis_do(r->redis, "FLUSHALL"));
	service_handle(&r->service, in, out);
	last_line(s->line, sizeof s->line);
	field(s->line, "outcome", s->slug, sizeof s->slug);
	s->http = out->status;
	s->type = out->type;
	s->length = out->body.n;
	s->retry_after = out->retry_after;
}

void
rig_post(struct rig *r, struct view message, EVP_PKEY *key, struct seen *s)
{
	const struct http_request in = {.method = HTTP_POST,
	    .path = view_str("/scep/" RIG_ID "/pkiclient.exe"),
	    .query = view_str("operation=PKIOperation"),
	    .body = message,
	    .remote = view_str("192.0.2.7"),
	    .user_agent = view_str("test")};
	struct http_reply out;

	rig_handle(r, &in, &out, s);
	if (out.type != NULL && strcmp(out.type, "application/x-pki-message") == 0)
		read_certrep(r, buf_view(&out.body), key, s);
	else
		snprintf(s->text, sizeof s->text, "%s", buf_str(&out.body));
	http_reply_free(&out);
}

void
rig_get(struct rig *r, const char *path, const char *query, struct http_reply *out, struct seen *s)
{
	const struct http_request in = {
	    .method = HTTP_GET, .path = view_str(path), .query = view_str(query)};

	rig_handle(r, &in, out, s);
}

void
rig_token(struct rig *r, const char *name, const char *profiles, int64_t ttl, char out[72])
{
	struct secret token = {0};
	struct err e = ERR_INIT;
	char digest[65];
	int64_t expires;

	NEED(token_draw(&token, &e) == 0);
	token_digest(secret_view(&token), digest);
	NEED(store_token_add(r->operator, name, digest, profiles, ttl, &expires, &e) == 0);
	snprintf(out, 72, "%.*s", (int)token.n, (const char *)token.p);
	secret_free(&token);
}

void
rig_msg(struct rig *r, struct make_msg m, struct buf *out)
{
	struct buf csr = {0};

	if (m.key == NULL)
		m.key = make_rsa(2048, 3);
	if (m.cert == NULL)
		m.cert = r->signer;
	if (m.ra == NULL)
		m.ra = r->ra;
	if (m.inner.n == 0) {
		make_csr(m.key, "CN=device/O=Test", RIG_CHALLENGE, "DNS:device.example", &csr);
		m.inner = buf_view(&csr);
	}
	make_msg(&m, out);
	buf_free(&csr);
}

void
rig_enrol_csr(struct rig *r, struct view csr, struct seen *s)
{
	struct buf der = {0};

	rig_msg(r, (struct make_msg){.inner = csr}, &der);
	rig_post(r, buf_view(&der), make_rsa(2048, 3), s);
	buf_free(&der);
}

X509 *
rig_start_enrolled(struct rig *r)
{
	struct buf der = {0};
	struct seen s;

	rig_start(r, NULL);
	r->remember = true;
	rig_msg(r, (struct make_msg){0}, &der);
	rig_post(r, buf_view(&der), make_rsa(2048, 3), &s);
	buf_free(&der);
	return s.cert;
}

void
seen_free(struct seen *s)
{
	X509_free(s->cert);
	X509_free(s->above);
	X509_CRL_free(s->crl);
	s->cert = s->above = NULL;
	s->crl = NULL;
}
