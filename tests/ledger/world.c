/* SPDX-License-Identifier: ISC
 *
 * What all processes of the ledger share.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/ossl.h"
#include "ledger.h"

void
ledger_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s (%s)\n", file, line, what, strerror(errno));
	_exit(1);
}

static int
open_log(const struct world *w, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", w->dir, name);
	NEED((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) >= 0);
	return fd;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	NEED(fd >= 0 && strlen(path) < sizeof at.sun_path);
	memcpy(at.sun_path, path, strlen(path) + 1);
	NEED(bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 512) == 0);
	return fd;
}

void
world_start(struct world *w, const char *dir, long challenges)
{
	static char none[] = "", prefix[] = "scepd";
	struct err e = ERR_INIT;
	char path[256];

	*w = (struct world){.challenges = challenges};
	NEED((size_t)snprintf(w->dir, sizeof w->dir, "%s", dir) < 60);
	snprintf(w->address, sizeof w->address, "%s/primary", dir);
	snprintf(w->socket, sizeof w->socket, "%s/workers", dir);
	snprintf(path, sizeof path, "%s/log", dir);
	NEED(log_open(path, LOG_LOGFMT, LOG_LEVEL_ERROR, &e) == 0);
	w->conf = (struct store_conf){.server = w->address,
	    .primary = none,
	    .user = none,
	    .password_file = none,
	    .pepper_file = none,
	    .prefix = prefix,
	    .tls_ca_file = none,
	    .tls_name = none,
	    .timeout_ms = 5000,
	    .durability = DURABILITY_FSYNC};
	issuer_start(&w->issuer);
	for (int i = 0; i < RIVALS; i++)
		device_make(&w->rivals[i], "CN=device");
	w->shared = mmap(
	    NULL, sizeof *w->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	NEED(w->shared != MAP_FAILED);
	w->listener = listen_at(w->socket);
	w->clients_log = open_log(w, "clients");
	w->signers_log = open_log(w, "signers");
	signal(SIGPIPE, SIG_IGN);
}

void
world_stop(struct world *w)
{
	for (int i = 0; i < RIVALS; i++)
		device_free(&w->rivals[i]);
	issuer_stop(&w->issuer);
	munmap(w->shared, sizeof *w->shared);
	close(w->listener);
	close(w->clients_log);
	close(w->signers_log);
}

void
world_line(int log, const char *format, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof line - 1, format, ap);
	va_end(ap);
	NEED(n > 0 && n < (int)sizeof line - 1);
	line[n++] = '\n';
	NEED(write(log, line, (size_t)n) == n);
}

void
world_challenge(long n, char out[33])
{
	char text[40], digest[65];

	snprintf(text, sizeof text, "challenge %ld", n);
	world_digest(view_str(text), digest);
	snprintf(out, 33, "%.32s", digest);
}

struct store *
world_store(const struct world *w)
{
	struct err e = ERR_INIT;
	struct store *s =
	    store_new(&w->conf, (struct view){0}, view_of(test_pepper, sizeof test_pepper), &e);

	NEED(s != NULL);
	return s;
}

void
world_digest(struct view data, char out[65])
{
	uint8_t digest[32];

	ossl_sha256(data, digest);
	hex_of(view_of(digest, sizeof digest), out);
}

void
world_serial(struct view cert, char out[2 * SERIAL_LEN + 1])
{
	X509 *x = ossl_cert_read(cert);
	const ASN1_INTEGER *serial;

	NEED(x != NULL);
	serial = X509_get0_serialNumber(x);
	NEED(ASN1_STRING_length(serial) == SERIAL_LEN);
	hex_of(view_of(ASN1_STRING_get0_data(serial), SERIAL_LEN), out);
	X509_free(x);
}
