/* SPDX-License-Identifier: ISC
 *
 * Secrets from the terminal, a file or stdin.
 */
#include "ctl/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/tty.h"

static int
open_terminal(struct ctl *c)
{
	return open(c->tty, O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static int
type_secret(struct ctl *c, const struct ask *ask, struct secret *out, struct err *e)
{
	char first[TTY_LINE_MAX], second[TTY_LINE_MAX], again[128];
	size_t n = 0, m = 0;
	int rc = -1, fd = open_terminal(c);

	if (fd < 0)
		return err_set(e, ERR_USAGE,
		    "there is no terminal to ask at: use --%s-file FILE or --%s-stdin", ask->option,
		    ask->option);
	snprintf(again, sizeof(again), "%s again", ask->prompt);
	if (tty_ask(fd, ask->prompt, false, first, &n) != 0 ||
	    (ask->twice && tty_ask(fd, again, false, second, &m) != 0)) {
		err_set(e, ERR_FILE, "%s: %s", c->tty, strerror(errno));
		goto out;
	}
	if (ask->twice && (n != m || CRYPTO_memcmp(first, second, n) != 0)) {
		err_set(e, ERR_USAGE, "the two are not the same");
		goto out;
	}
	if (secret_set(out, first, n) != 0) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	rc = 0;
out:
	close(fd);
	OPENSSL_cleanse(first, sizeof(first));
	OPENSSL_cleanse(second, sizeof(second));
	return rc;
}

static int
secret_from_stdin(struct ctl *c, struct secret *out, struct err *e)
{
	char line[TTY_LINE_MAX];
	size_t n = 0;
	int rc = -1;

	if (tty_line(fileno(c->in), line, &n) != 0)
		err_set(e, ERR_FILE, "stdin: %s", strerror(errno));
	else if (secret_set(out, line, n) != 0)
		err_set(e, ERR_MEMORY, "out of memory");
	else
		rc = 0;
	OPENSSL_cleanse(line, sizeof(line));
	return rc;
}

static int
secret_from_file(const char *path, uid_t service, struct secret *out, struct err *e)
{
	struct secret whole = {0};
	const uint8_t *end;
	size_t n;
	int rc = -1;

	if (file_read_secret(path, TTY_LINE_MAX, service, &whole, e) != 0)
		return -1;
	end = whole.n > 0 ? memchr(whole.p, '\n', whole.n) : NULL;
	n = end != NULL ? (size_t)(end - whole.p) : whole.n;
	if (n > 0 && whole.p[n - 1] == '\r')
		n--;
	rc = secret_set(out, whole.p, n);
	if (rc != 0)
		err_set(e, ERR_MEMORY, "out of memory");
	secret_free(&whole);
	return rc;
}

int
ask_secret(struct ctl *c, const struct ask *ask, struct secret *out, struct err *e)
{
	int rc;

	if (ask->file != NULL && ask->from_stdin)
		return err_set(e, ERR_USAGE, "--%s-file and --%s-stdin exclude each other",
		    ask->option, ask->option);
	if (ask->from_stdin || (ask->file != NULL && strcmp(ask->file, "-") == 0))
		rc = secret_from_stdin(c, out, e);
	else if (ask->file != NULL)
		rc = secret_from_file(ask->file, c->owner.uid, out, e);
	else
		rc = type_secret(c, ask, out, e);
	if (rc == 0 && out->n == 0 && !ask->allow_empty) {
		secret_free(out);
		return err_set(e, ERR_USAGE, "the %s is empty", ask->option);
	}
	return rc;
}

int
ask_yes(struct ctl *c, const char *question, struct err *e)
{
	char line[TTY_LINE_MAX];
	size_t n = 0;
	int rc, fd = open_terminal(c);

	if (fd < 0)
		return err_set(e, ERR_USAGE, "there is no terminal to ask at: use --yes");
	rc = tty_ask(fd, question, true, line, &n);
	close(fd);
	if (rc != 0)
		return err_set(e, ERR_FILE, "%s: %s", c->tty, strerror(errno));
	if (strcmp(line, "y") != 0 && strcmp(line, "yes") != 0)
		return err_set(e, ERR_USAGE, "not confirmed: nothing was changed");
	return 0;
}
