/* SPDX-License-Identifier: ISC
 *
 * See conf/passphrase.h.
 */
#include "conf/passphrase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "conf/assemble.h"
#include "conf/line.h"
#include "conf/owner.h"
#include "signer/keyring.h"

#define PASSPHRASE_MAX 4096u
#define WHAT_LEN (4 + PROFILE_NAME_MAX)

static struct {
	char what[WHAT_LEN];
	struct secret passphrase;
} typed[PASSPHRASES_MAX];
static size_t n_typed;

static struct view
find_typed(const char *what)
{
	for (size_t i = 0; i < n_typed; i++)
		if (strcmp(typed[i].what, what) == 0)
			return secret_view(&typed[i].passphrase);
	return (struct view){0};
}

/* Keeps the first line only. */
static int
first_line(struct view text, struct secret *out)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r')
		n++;
	return secret_set(out, n > 0 ? text.p : (const uint8_t *)"", n);
}

/* systemd gives a credential its own access rules, an ACL among them, which the bits of its mode do
 * not show. */
static int
read_credential(const char *path, struct secret *out, struct err *e)
{
	struct buf text = {0};
	int rc = file_read(path, PASSPHRASE_MAX, &text, e);

	if (rc == 0 && first_line(buf_view(&text), out) != 0)
		rc = err_set(e, ERR_MEMORY, "no memory");
	if (text.p != NULL)
		OPENSSL_cleanse(text.p, text.n);
	buf_free(&text);
	return rc;
}

static int
read_passphrase(const char *path, uid_t service, struct secret *out, struct err *e)
{
	struct secret text = {0};
	int rc = file_read_secret(path, PASSPHRASE_MAX, service, &text, e);

	if (rc == 0 && first_line(secret_view(&text), out) != 0)
		rc = err_set(e, ERR_MEMORY, "no memory");
	secret_free(&text);
	return rc;
}

int
conf_passphrase(const struct conf *c, const char *what, struct secret *out, struct err *e)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	const char *folders[] = {credentials != NULL ? credentials : "", c->passphrase_dir};
	struct view said;

	*out = (struct secret){0};
	for (size_t i = 0; i < 2; i++) {
		char *path;
		int rc;

		if (*folders[i] == '\0')
			continue;
		if (asprintf(&path, "%s/%s", folders[i], what) < 0)
			return err_set(e, ERR_MEMORY, "no memory");
		if (access(path, F_OK) != 0 && errno == ENOENT) {
			free(path);
			continue;
		}
		rc = i == 0 ? read_credential(path, out, e)
		            : read_passphrase(path, conf_user(c), out, e);
		free(path);
		return rc;
	}
	said = find_typed(what);
	return said.n == 0 || secret_set(out, said.p, said.n) == 0
	           ? 0
	           : err_set(e, ERR_MEMORY, "no memory");
}

void
passphrase_forget(void)
{
	while (n_typed > 0)
		secret_free(&typed[--n_typed].passphrase);
}

struct asking {
	const struct conf *c;
	passphrase_ask *ask;
	void *arg;
};

static int
ask_one(const struct asking *k, const char *kind, const char *name, const char *path, struct err *e)
{
	struct secret have = {0};
	char what[WHAT_LEN];
	bool needed;

	if (!key_encrypted(path, conf_user(k->c)))
		return 0;
	snprintf(what, sizeof what, "%s-%s", kind, name);
	if (conf_passphrase(k->c, what, &have, e) != 0)
		return -1;
	needed = have.n == 0;
	secret_free(&have);
	if (!needed)
		return 0;
	if (n_typed == PASSPHRASES_MAX)
		return err_set(e, ERR_CONFIG,
		    "more than %d passphrases to type: use passphrase_dir", PASSPHRASES_MAX);
	memcpy(typed[n_typed].what, what, sizeof what);
	if (k->ask(k->arg, what, &typed[n_typed].passphrase, e) != 0)
		return -1;
	n_typed++;
	return 0;
}

static int
ask_line(const struct asking *k, const char *first, struct err *e)
{
	struct conf_line line;

	if (conf_line_read(k->c, first, &line, e) != 0)
		return -1;
	for (size_t i = 0; i < line.n; i++) {
		char *path = conf_ca_path(k->c, line.names[i], "ca.key");
		int rc = path != NULL ? ask_one(k, "ca", line.names[i], path, e)
		                      : err_set(e, ERR_MEMORY, "no memory");

		free(path);
		if (rc != 0)
			return -1;
	}
	return 0;
}

int
passphrase_ask_all(const struct conf *c, passphrase_ask *ask, void *arg, struct err *e)
{
	struct asking k = {c, ask, arg};

	for (size_t i = 0; i < c->n_profiles; i++) {
		const struct conf_profile *p = &c->profiles[i];

		if (ask_line(&k, p->profile.ca, e) != 0)
			return -1;
		for (size_t j = 0; j < p->n_ras; j++)
			if (ask_one(&k, "ra", p->profile.name, p->ras[j].key, e) != 0 ||
			    (p->ras[j].sign_key != NULL &&
			        ask_one(&k, "ra", p->profile.name, p->ras[j].sign_key, e) != 0))
				return -1;
	}
	return 0;
}
