/* SPDX-License-Identifier: ISC
 *
 * scepctl ca next: the CA that is to follow another one, and an RA of it for every profile, so that
 * devices can get to know it, and enrol with it, before it takes over. Whatever was begun is gone
 * on with when the command is given again.
 */
#include "ctl/ca_next.h"

#include <stdlib.h>
#include <string.h>

#include "conf/assemble.h"
#include "ctl/ca_files.h"
#include "ctl/ca_make.h"
#include "ctl/ceremony_log.h"
#include "ctl/dn.h"
#include "ctl/folder.h"
#include "ctl/hosts.h"
#include "ctl/operator.h"
#include "ctl/ra.h"
#include "ctl/ra_make.h"
#include "signer/ceremony.h"
#include "store/state.h"
#include "wire/csr.h"

/* "demo-2" behind "demo", "demo-3" behind "demo-2". Gives the number. */
static int
next_name(const char *name, char out[PROFILE_NAME_MAX + 1], struct err *e)
{
	const char *dash = strrchr(name, '-');
	size_t digits = dash != NULL ? strspn(dash + 1, "0123456789") : 0;
	bool numbered = digits > 0 && digits < 6 && dash[1 + digits] == '\0' && dash[1] != '0';
	int number = numbered ? atoi(dash + 1) + 1 : 2;
	size_t stem = numbered ? (size_t)(dash - name) : strlen(name);

	if ((size_t)snprintf(out, PROFILE_NAME_MAX + 1, "%.*s-%d", (int)stem, name, number) >
	    PROFILE_NAME_MAX)
		return err_set(e, ERR_USAGE, "the name would be too long: give --name");
	return number;
}

/* The root above a CA, when it is the only one there. */
static X509 *
root_above(const struct authority *ca)
{
	return sk_X509_num(ca->chain) == 1 ? sk_X509_value(ca->chain, 0) : NULL;
}

static EVP_PKEY *
open_root_key(struct ctl *c, const struct args *a, X509 *root, struct err *e)
{
	EVP_PKEY *key;

	if (root == NULL) {
		err_set(e, ERR_USAGE,
		    "--root-key: not exactly one root stands above the CA (scepctl ca csr makes a "
		    "request for somebody else's)");
		return NULL;
	}
	if ((key = open_key(c, a, a->root_key, NULL, e)) == NULL || key_fits(key, root))
		return key;
	err_set(e, ERR_KEY_FILE, "%s is not the key of the root", a->root_key);
	EVP_PKEY_free(key);
	return NULL;
}

/* A new CA of that name, unless there is one: it may have been made with ca csr or ca import. */
static int
make_ca(struct ctl *c, const struct args *a, const struct authority *old, const char *name,
    int number, struct err *e)
{
	struct ca_wish w = {.name = name};
	X509_NAME *subject = NULL;
	char *path = path_join(c->conf.ca_dir, name);
	struct buf done = {0};
	int rc = -1;

	if (path != NULL && path_exists(path)) {
		rc = 0;
		goto out;
	}
	if (path == NULL || buf_printf(&done, "ca next %s --name %s%s", old->name, name,
	                        a->root_key != NULL ? " --root-key" : "") != 0) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	subject = a->subject != NULL ? dn_read(a->subject, e)
	                             : dn_numbered(X509_get_subject_name(old->cert), number, e);
	if (subject == NULL)
		goto out;
	if (a->root_key != NULL) {
		w.root = root_above(old);
		if ((w.root_key = open_root_key(c, a, w.root, e)) == NULL)
			goto out;
	}
	w.subject = subject;
	w.done = buf_str(&done);
	rc = ca_make(c, a, &w, e);
out:
	EVP_PKEY_free(w.root_key);
	X509_NAME_free(subject);
	buf_free(&done);
	free(path);
	return rc;
}

/* Two hosts that each make one would have two CAs of one name. */
static int
check_hosts(struct ctl *c, struct store *s, const char *name, struct err *e)
{
	char *path = path_join(c->conf.ca_dir, name), report[PROFILE_NAME_MAX + 4];
	bool here = path != NULL && path_exists(path);
	const char *node = NULL;
	struct hosts h = {0};
	int rc = here ? 0 : hosts_read(s, &h, e);

	snprintf(report, sizeof report, "ca %s", name);
	if (!here && rc == 0)
		node = hosts_reporting(&h, report);
	if (node != NULL)
		rc = err_set(e, ERR_USAGE,
		    "host %s has a CA %s, which is not here: bring it with scepctl bundle, or go "
		    "on there",
		    node, name);
	hosts_free(&h);
	free(path);
	return rc;
}

/* No circle, and none whose turn is over. */
static int
check_order(struct ctl *c, const char *old, const char *next, struct err *e)
{
	struct conf_line behind;

	if (conf_line_read(&c->conf, next, &behind, e) != 0)
		return -1;
	for (size_t i = 0; i < behind.n; i++)
		if (strcmp(behind.names[i], old) == 0)
			return err_set(
			    e, ERR_USAGE, "%s cannot follow %s, which follows it", next, old);
	return behind.followed[0]
	           ? err_set(e, ERR_USAGE, "%s was followed itself, by %s", next, behind.names[1])
	           : 0;
}

/* What one key signed is of one CA: the RAs of the next one would be taken for RAs of the old. */
static int
check_key(struct ctl *c, const struct authority *old, const char *name, struct err *e)
{
	struct authority next = {0};
	int rc = open_authority(c, name, &next, e);

	if (rc == 0 &&
	    csr_same_key(X509_get_X509_PUBKEY(old->cert), X509_get_X509_PUBKEY(next.cert)))
		rc = err_set(e, ERR_USAGE,
		    "%s has the key of %s: a new certificate for it is taken by scepctl ca install "
		    "%s --replace",
		    name, old->name, old->name);
	authority_free(&next);
	return rc;
}

static int
write_link(struct ctl *c, const char *ca, const char *next, struct err *e)
{
	char *path = conf_ca_path(&c->conf, ca, LINK_NEXT), line[PROFILE_NAME_MAX + 2];
	struct buf entry = {0};
	int rc = -1;

	snprintf(line, sizeof line, "%s\n", next);
	if (path == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	else if (transcript_begin(&entry, e, "ca next %s: %s is to follow", ca, next) == 0 &&
	         transcript_append(c, ca, &entry, e) == 0)
		rc = file_write(path, view_str(line), 0644, c->owner, true, e);
	buf_free(&entry);
	free(path);
	return rc;
}

/* What is to follow, in `name`; it is made and entered when nothing is. */
static int
prepare_ca(struct ctl *c, const struct args *a, struct store *s, const struct ca_line *line,
    char name[PROFILE_NAME_MAX + 1], struct err *e)
{
	const struct authority *old = &line->cas[0];
	int number;

	if (line->n > 1) {
		snprintf(name, PROFILE_NAME_MAX + 1, "%s", line->files.names[1]);
		return a->name == NULL || strcmp(a->name, name) == 0
		           ? 0
		           : err_set(e, ERR_USAGE, "%s is prepared already to follow %s", name,
		                 old->name);
	}
	if ((number = next_name(old->name, name, e)) < 0 && a->name == NULL)
		return -1;
	err_clear(e);
	if (a->name != NULL && check_name(a->name, e) != 0)
		return -1;
	if (a->name != NULL)
		snprintf(name, PROFILE_NAME_MAX + 1, "%s", a->name);
	if (check_order(c, old->name, name, e) != 0)
		return -1;
	return check_hosts(c, s, name, e) == 0 &&
	               make_ca(c, a, old, name, number > 0 ? number : 2, e) == 0 &&
	               check_key(c, old, name, e) == 0
	           ? write_link(c, old->name, name, e)
	           : -1;
}

/* An RA of the next CA for a profile that has none. 1: made; 0: there was one. */
static int
make_ra(struct ctl *c, const struct args *a, struct store *s, const struct conf_profile *p,
    struct err *e)
{
	struct ra_states states;
	int rc = ra_states_read(c, s, p, &states, e);

	for (size_t i = 0; rc == 0 && i < states.n; i++)
		if (states.v[i].at == states.current + 1) {
			ra_states_free(&states);
			return 0;
		}
	if (rc == 0)
		rc = ra_make_next(c, a, s, &states, e) == 0 ? 1 : -1;
	ra_states_free(&states);
	return rc;
}

static bool
is_of(const struct ctl *c, const struct conf_profile *p, const char *ca)
{
	struct err ignored = ERR_INIT;
	struct conf_line line;

	if (conf_line_read(&c->conf, p->profile.ca, &line, &ignored) != 0)
		return false;
	for (size_t i = 0; i < line.n; i++)
		if (strcmp(line.names[i], ca) == 0)
			return true;
	return false;
}

/* One that cannot have it now must not keep the others from it. */
static int
make_ras(struct ctl *c, const struct args *a, struct store *s, const char *ca, size_t *missing)
{
	const struct args plain = {
	    .passphrase_file = a->passphrase_file, .passphrase_stdin = a->passphrase_stdin};
	int made = 0;

	for (size_t i = 0; i < c->conf.n_profiles; i++) {
		const struct conf_profile *p = &c->conf.profiles[i];
		struct err why = ERR_INIT;
		int rc;

		if (!is_of(c, p, ca))
			continue;
		rc = p->ras_listed ? err_set(&why, ERR_USAGE,
		                         "its profile lists its RAs (ra): add one of the next CA")
		                   : make_ra(c, &plain, s, p, &why);
		made += rc > 0;
		if (rc >= 0)
			continue;
		++*missing;
		ctl_note(c, "%s has no RA of the next CA yet: %s", p->profile.name, why.detail);
	}
	return made;
}

static int
prepare(struct ctl *c, const struct args *a, struct store *s, struct err *e)
{
	struct ca_line line;
	char name[PROFILE_NAME_MAX + 1];
	size_t missing = 0;
	int rc = -1;

	if (ca_line_read(c, s, a->operand, &line, e) != 0)
		goto out;
	if (line.current > 0) {
		err_set(e, ERR_USAGE, "%s was followed by %s: scepctl ca next %s", a->operand,
		    line.cas[line.current].name, line.cas[line.current].name);
		goto out;
	}
	if (prepare_ca(c, a, s, &line, name, e) != 0)
		goto out;
	make_ras(c, a, s, a->operand, &missing);
	ctl_note(c,
	    "%s is to follow %s. On several hosts carry it there (scepctl bundle export here, "
	    "bundle "
	    "import --add there); reload scepd on each (systemctl reload scepd). From then on "
	    "devices "
	    "learn "
	    "of it by GetNextCACert. When they have had the time: scepctl ca switch %s",
	    name, a->operand, a->operand);
	rc = missing == 0 ? CTL_OK : CTL_PENDING;
out:
	ca_line_free(&line);
	return rc;
}

int
ca_next(struct ctl *c, const struct args *a, struct err *e)
{
	struct store *s = NULL;
	int rc = -1;

	if (ctl_conf(c, e) == 0 && check_name(a->operand, e) == 0 &&
	    (s = ctl_store(c, e)) != NULL && store_refresh(s, e) == 0)
		rc = prepare(c, a, s, e);
	store_free(s);
	return rc;
}

const struct opt ca_next_options[] = {
    OPT("name", name, "NAME", "of the next CA (default: NAME-2, and so on)"),
    OPT("subject", subject, "DN", "its name (default: as the present one's, with a number)"),
    KEY_OPTION(KEY_SPECS " (default " CA_DEFAULT_KEY ")"),
    OPT("root-key", root_key, "FILE", "key of the root above the CA, which signs the next one too"),
    OPT_FLAG("single", single, "one self-signed CA instead of a root and an issuing CA"),
    OPT_FLAG("encrypt", encrypt, "encrypt the private keys under a passphrase"),
    PASSPHRASE_OPTIONS,
    OPT_END,
};
