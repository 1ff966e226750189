/* SPDX-License-Identifier: ISC
 *
 * See base/resolve.h.
 */
#include "base/resolve.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESSES_MAX 16

static int
add(struct addresses *a, char *text)
{
	char **more = text != NULL ? realloc(a->v, (a->n + 1) * sizeof *more) : NULL;

	if (more == NULL) {
		free(text);
		return -1;
	}
	a->v = more;
	a->v[a->n++] = text;
	return 0;
}

int
host_port_split(const char *text, char **host, char **port)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;

	*host = *port = NULL;
	if (n == 0 || colon[1] == '\0')
		return -1;
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']')
		*host = strndup(text + 1, n - 2);
	else
		*host = strndup(text, n);
	*port = strdup(colon + 1);
	if (*host != NULL && *port != NULL)
		return 0;
	free(*host);
	free(*port);
	*host = *port = NULL;
	return -1;
}

static int
add_numeric(struct addresses *a, const struct addrinfo *ai)
{
	char host[NI_MAXHOST], port[NI_MAXSERV], *text;

	if (getnameinfo(ai->ai_addr, ai->ai_addrlen, host, sizeof host, port, sizeof port,
	        NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return -1;
	if (asprintf(&text, ai->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port) < 0)
		return -1;
	return add(a, text);
}

int
resolve_add(struct addresses *a, const char *text, struct err *e)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char *host, *port;
	int why, rc = 0;

	if (*text == '/')
		return add(a, strdup(text)) == 0 ? 0 : err_set(e, ERR_MEMORY, "no memory");
	if (host_port_split(text, &host, &port) != 0)
		return err_set(e, ERR_CONFIG, "%s is no HOST:PORT", text);
	why = getaddrinfo(host, port, &hints, &found);
	if (why != 0)
		rc = err_set(e, ERR_CONFIG, "%s cannot be looked up: %s", host, gai_strerror(why));
	for (const struct addrinfo *ai = found; rc == 0 && ai != NULL && a->n < ADDRESSES_MAX;
	     ai = ai->ai_next)
		if (add_numeric(a, ai) != 0)
			rc = err_set(e, ERR_MEMORY, "no memory");
	if (found != NULL)
		freeaddrinfo(found);
	free(host);
	free(port);
	return rc;
}

void
addresses_free(struct addresses *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	free(a->v);
	*a = (struct addresses){0};
}
