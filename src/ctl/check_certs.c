/* SPDX-License-Identifier: ISC
 *
 * See ctl/check.h: the certificates of CAs and RAs and their keys. A key in a token is not tried,
 * for a wrong PIN that is shown to it every few minutes would lock it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ossl.h"
#include "conf/assemble.h"
#include "conf/keys.h"
#include "conf/owner.h"
#include "conf/passphrase.h"
#include "ctl/ca_files.h"
#include "ctl/check.h"
#include "ctl/folder.h"
#include "ctl/history.h"
#include "ctl/new_key.h"
#include "ctl/operator.h"
#include "ctl/ra.h"
#include "scep/ending.h"
#include "signer/ceremony.h"
#include "signer/keyring.h"

#define USED_SPAN (24 * 60 * 60) /* an RA that was used so lately is in use */

/* A certificate; `used`: seconds since 1970. */
static void
check_end(struct checkup *k, struct ending *x, const X509 *cert, int64_t used)
{
	char what[ENDING_TEXT], text[ENDING_TEXT];
	enum found state = FOUND_OK;

	ending_name(x, what);
	if (ossl_seconds(X509_get0_notAfter(cert), &x->ends) != 0) {
		check_find(k, FOUND_FAIL, what, "its end cannot be read");
		return;
	}
	if (!ending_near(x->ends, k->within, k->now))
		;
	else if (x->wanted)
		state = x->ends <= k->now ? FOUND_FAIL : FOUND_WARN;
	else if (x->ends > k->now && k->now - used < USED_SPAN)
		state = FOUND_WARN;
	if (state == FOUND_OK)
		ending_date(x, k->now, text);
	else
		ending_text(x, k->now, text);
	check_find(k, state, what, "%s", text);
}

static bool
is_encrypted_for_us(struct checkup *k, const char *path, const char *name)
{
	struct secret pass = {0};
	struct err ignored = ERR_INIT;
	bool missing = key_encrypted(path, k->c->owner.uid) &&
	               conf_passphrase(&k->c->conf, name, &pass, &ignored) == 0 && pass.n == 0;

	secret_free(&pass);
	return missing;
}

static void
check_file_key(struct checkup *k, const char *what, const char *path, const char *name, X509 *cert)
{
	struct err e = ERR_INIT;
	EVP_PKEY *key = conf_key(&k->c->conf, path, name, cert, &e);

	if (!check_step(k, key != NULL ? 0 : -1, what, &e))
		return;
	if (key_fits(key, cert))
		check_find(k, FOUND_OK, what, "%s fits the certificate", path);
	else
		check_find(k, FOUND_FAIL, what, "%s is not the key of the certificate", path);
	EVP_PKEY_free(key);
}

/* `name` is that of its passphrase: "ca-NAME" or "ra-NAME". */
static void
check_key(struct checkup *k, const char *what, const char *path, const char *name, X509 *cert)
{
	char title[ENDING_TEXT + 8];
	struct key_place place;
	struct err e = ERR_INIT;

	snprintf(title, sizeof title, "key of %s", what);
	if (!check_step(k, key_place_find(path, conf_user(&k->c->conf), &place, &e), title, &e))
		;
	else if (place.uri != NULL)
		check_find(k, FOUND_SKIP, title, "is in a token, which is not opened here");
	else if (is_encrypted_for_us(k, path, name))
		check_find(k, FOUND_SKIP, title,
		    "is encrypted, and its passphrase is not in passphrase_dir");
	else
		check_file_key(k, title, path, name, cert);
	key_place_free(&place);
}

/* Whether a CA stands in the line of a profile; only there its key and its list matter. */
static bool
is_served(struct checkup *k, const char *ca)
{
	struct err ignored = ERR_INIT;
	struct conf_line line;

	for (size_t i = 0; i < k->c->conf.n_profiles; i++) {
		if (conf_line_read(
		        &k->c->conf, k->c->conf.profiles[i].profile.ca, &line, &ignored) != 0)
			continue;
		for (size_t j = 0; j < line.n; j++)
			if (strcmp(line.names[j], ca) == 0)
				return true;
	}
	return false;
}

/* One that was followed may have lost its key; then it signs nothing any more. */
static void
check_ca_key(struct checkup *k, const struct authority *a, bool followed)
{
	char *path = conf_ca_path(&k->c->conf, a->name, "ca.key");
	char what[ENDING_TEXT], name[PROFILE_NAME_MAX + 8];

	snprintf(what, sizeof what, "CA %s", a->name);
	snprintf(name, sizeof name, "ca-%s", a->name);
	if (path != NULL && (!followed || key_exists(path)))
		check_key(k, what, path, name, a->cert);
	free(path);
}

static void
check_history(struct checkup *k, const char *ca)
{
	char what[ENDING_TEXT];
	struct err e = ERR_INIT;
	bool wanted;

	snprintf(what, sizeof what, "history of CA %s", ca);
	if (check_step(k, history_wanted(k->c, k->store, ca, &wanted, &e), what, &e) && wanted)
		check_find(k, k->store != NULL ? FOUND_FAIL : FOUND_SKIP, what,
		    "what it revoked elsewhere is not known, so it publishes no list: scepctl crl "
		    "import, cert import or crl publish --no-history");
}

static void
check_line(struct checkup *k, const struct ca_line *line)
{
	const struct authority *a = &line->cas[0];
	bool followed = line->current > 0;
	struct ending x = {
	    .kind = ENDING_CA, .name = a->name, .wanted = !followed, .followed = line->n > 1};

	check_end(k, &x, a->cert, 0);
	x.kind = ENDING_CHAIN;
	for (int i = 0; i < sk_X509_num(a->chain); i++) {
		x.number = i + 1;
		check_end(k, &x, sk_X509_value(a->chain, i), 0);
	}
	if (!is_served(k, a->name))
		return;
	check_ca_key(k, a, followed);
	check_history(k, a->name);
	check_list(k, a);
}

static int
check_ca(void *arg, const char *ca, struct err *e)
{
	struct checkup *k = arg;
	struct err why = ERR_INIT;
	struct ca_line line;
	char what[ENDING_TEXT];
	int rc = ca_line_read(k->c, k->store, ca, &line, &why);

	(void)e;
	snprintf(what, sizeof what, "CA %s", ca);
	if (rc == 0)
		check_line(k, &line);
	else if (why.code == ERR_USAGE && !is_served(k, ca))
		check_find(k, FOUND_SKIP, what, "%s", why.detail);
	else
		check_find(k, FOUND_FAIL, what, "%s", why.detail);
	ca_line_free(&line);
	return 0;
}

void
check_cas(struct checkup *k)
{
	struct err e = ERR_INIT;

	(void)check_step(k, operator_each_ca(k->c, NULL, check_ca, k, &e), "CAs", &e);
}

static void
check_ra(struct checkup *k, const struct ra_states *s, struct ra_state *ra)
{
	struct ending x = {.kind = ENDING_RA,
	    .name = s->profile->profile.name,
	    .number = ra->files->number,
	    .presented = ra->presented,
	    .wanted = ra->presented};
	char what[ENDING_TEXT], name[PROFILE_NAME_MAX + 8];

	snprintf(name, sizeof name, "ra-%s", x.name);
	check_end(k, &x, ra->cert, ra->used);
	ending_name(&x, what);
	check_key(k, what, ra->files->key, name, ra->cert);
	if (ra->sign_cert == NULL)
		return;
	x.kind = ENDING_RA_SIGN;
	check_end(k, &x, ra->sign_cert, ra->used);
	ending_name(&x, what);
	check_key(k, what, ra->files->sign_key, name, ra->sign_cert);
}

void
check_profiles(struct checkup *k)
{
	for (size_t i = 0; i < k->c->conf.n_profiles; i++) {
		const struct conf_profile *p = &k->c->conf.profiles[i];
		struct ra_states states;
		struct err e = ERR_INIT;
		char what[ENDING_TEXT];

		snprintf(what, sizeof what, "profile %s", p->profile.name);
		if (check_step(k, ra_states_read(k->c, k->store, p, &states, &e), what, &e))
			for (size_t j = 0; j < states.n; j++)
				check_ra(k, &states, &states.v[j]);
		ra_states_free(&states);
	}
}
