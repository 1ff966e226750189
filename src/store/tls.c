/* SPDX-License-Identifier: ISC
 *
 * TLS to the store, where hiredis brings it (1.0 and later).
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "connection.h"

#ifdef HAVE_HIREDIS_SSL
#include <hiredis/hiredis_ssl.h>

int
tls_new(struct store *s, struct err *e)
{
	redisSSLContextError why = REDIS_SSL_CTX_NONE;
	const char *ca = *s->conf.tls_ca_file != '\0' ? s->conf.tls_ca_file : NULL;

	if (!s->conf.tls)
		return 0;
	(void)redisInitOpenSSL();
	s->tls = redisCreateSSLContext(ca, ca == NULL ? "/etc/ssl/certs" : NULL, NULL, NULL,
	    *s->conf.tls_name != '\0' ? s->conf.tls_name : NULL, &why);
	return s->tls != NULL
	           ? 0
	           : err_set(e, ERR_CONFIG, "TLS of the store: %s", redisSSLContextGetError(why));
}

/* The handshake is done on a blocking socket with a time limit; afterwards it blocks no more. */
int
tls_start(struct store *s, const char *host, struct err *e)
{
	struct timeval limit = {
	    .tv_sec = s->conf.timeout_ms / 1000, .tv_usec = s->conf.timeout_ms % 1000 * 1000};
	int flags = fcntl(s->c->fd, F_GETFL), rc;

	(void)host;
	(void)fcntl(s->c->fd, F_SETFL, flags & ~O_NONBLOCK);
	s->c->flags |= REDIS_BLOCK;
	(void)setsockopt(s->c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	(void)setsockopt(s->c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	rc = redisInitiateSSLWithContext(s->c, s->tls);
	s->c->flags &= ~REDIS_BLOCK;
	(void)fcntl(s->c->fd, F_SETFL, flags | O_NONBLOCK);
	return rc == REDIS_OK ? 0 : err_set(e, ERR_STORE, "TLS with the store: %s", s->c->errstr);
}

void
tls_free(struct store *s)
{
	if (s->tls != NULL)
		redisFreeSSLContext(s->tls);
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
