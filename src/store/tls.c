/* SPDX-License-Identifier: ISC
 *
 * TLS to the store, where hiredis brings it (1.0 and later). The session is made here and handed
 * over, because hiredis by itself does not compare the name in the certificate.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "config.h"
#include "connection.h"

#ifdef HAVE_HIREDIS_SSL
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>

int
tls_new(struct store *s, struct err *e)
{
	SSL_CTX *ctx;

	if (!s->conf.tls)
		return 0;
	if ((s->tls = ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
		return err_set_ossl(e, ERR_MEMORY, "TLS of the store");
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (*s->conf.tls_ca_file == '\0')
		return SSL_CTX_set_default_verify_paths(ctx) == 1
		           ? 0
		           : err_set_ossl(e, ERR_CONFIG, "TLS of the store: the CAs of the system");
	return SSL_CTX_load_verify_locations(ctx, s->conf.tls_ca_file, NULL) == 1
	           ? 0
	           : err_set_ossl(e, ERR_CONFIG, s->conf.tls_ca_file);
}

/* Who must be at the other end: a name or an address. */
static int
expect(SSL *ssl, const char *name)
{
	uint8_t address[16];

	if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name);
	return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

/* "HOST:PORT" without the port and without brackets. */
static void
host_of(const char *address, char host[300])
{
	const char *colon = strrchr(address, ':');
	size_t n = colon != NULL ? (size_t)(colon - address) : strlen(address);

	if (*address == '[' && n > 1 && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	snprintf(host, 300, "%.*s", (int)n, address);
}

/* The handshake is done on a blocking socket with a time limit; afterwards it blocks no more. */
static int
handshake(struct store *s, SSL *ssl)
{
	struct timeval limit = {
	    .tv_sec = s->conf.timeout_ms / 1000, .tv_usec = s->conf.timeout_ms % 1000 * 1000};
	int flags = fcntl(s->c->fd, F_GETFL), rc;

	(void)fcntl(s->c->fd, F_SETFL, flags & ~O_NONBLOCK);
	s->c->flags |= REDIS_BLOCK;
	(void)setsockopt(s->c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	(void)setsockopt(s->c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	rc = redisInitiateSSL(s->c, ssl);
	s->c->flags &= ~REDIS_BLOCK;
	(void)fcntl(s->c->fd, F_SETFL, flags | O_NONBLOCK);
	return rc == REDIS_OK ? 0 : -1;
}

int
tls_start(struct store *s, const char *address, struct err *e)
{
	char host[300];
	SSL *ssl = SSL_new(s->tls);

	host_of(address, host);
	if (ssl == NULL || !expect(ssl, *s->conf.tls_name != '\0' ? s->conf.tls_name : host)) {
		SSL_free(ssl);
		return err_set_ossl(e, ERR_STORE, "TLS with the store");
	}
	/* It belongs to the connection from here on. */
	if (handshake(s, ssl) == 0)
		return 0;
	return err_set(e, ERR_STORE, "TLS with the store: %s", s->c->errstr);
}

void
tls_free(struct store *s)
{
	SSL_CTX_free(s->tls);
	s->tls = NULL;
}

#else

int
tls_new(struct store *s, struct err *e)
{
	return s->conf.tls ? err_set(e, ERR_CONFIG,
	                         "store.tls: this build's hiredis has no TLS; set it to false and "
	                         "let stunnel "
	                         "carry the connection")
	                   : 0;
}

int
tls_start(struct store *s, const char *host, struct err *e)
{
	(void)s;
	(void)host;
	return err_set(e, ERR_STORE, "no TLS");
}

void
tls_free(struct store *s)
{
	(void)s;
}

#endif
