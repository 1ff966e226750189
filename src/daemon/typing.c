/* SPDX-License-Identifier: ISC
 *
 * Started at a terminal, scepd asks there for the passphrases that it finds nowhere else.
 */
#include "daemon/typing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/tty.h"
#include "conf/passphrase.h"
#include "daemon/priv.h"

static int
ask(void *arg, const char *what, struct secret *out, struct err *e)
{
	char prompt[PROFILE_NAME_MAX + 32], line[TTY_LINE_MAX];
	const int *fd = arg;
	size_t n = 0;
	int rc = 0;

	snprintf(prompt, sizeof prompt, "Passphrase of the key %s", what);
	if (priv_conceal(e) != 0)
		return -1;
	if (tty_ask(*fd, prompt, false, line, &n) != 0)
		rc = err_set(e, ERR_KEY_FILE, "passphrase of %s: %s", what, strerror(errno));
	else if (secret_set(out, line, n) != 0)
		rc = err_set(e, ERR_MEMORY, "no memory");
	OPENSSL_cleanse(line, sizeof line);
	return rc;
}

int
typing_ask(const struct conf *c, struct err *e)
{
	int fd = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1, rc;

	if (fd < 0)
		return 0;
	rc = passphrase_ask_all(c, ask, &fd, e);
	close(fd);
	return rc;
}
