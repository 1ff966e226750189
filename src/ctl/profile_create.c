/* SPDX-License-Identifier: ISC
 *
 * scepctl profile create: the RA's key and certificate, then the profile's file. The file is read
 * back as the service will read it; a fault takes everything back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "base/span.h"
#include "ca/urls.h"
#include "conf/line.h"
#include "ctl/ca_files.h"
#include "ctl/ceremony_log.h"
#include "ctl/challenge.h"
#include "ctl/folder.h"
#include "ctl/new_key.h"
#include "ctl/profile.h"
#include "ctl/ra_make.h"
#include "ctl/show.h"

#define PUBLIC_URL_UNSET "http://localhost" /* the default */

/* Where the files of the RA go. */
struct new_folder {
	struct ctl *c;
	struct folder f;
};

/* What is being made. */
struct creation {
	struct profile_text text;
	char id[37];
	struct secret challenge;
	struct buf hash;
	struct authority ca;
	struct ra_wish wish;
	char *crl_url, *ca_url;
	char *ra_dir, *ra_path, *file; /* conf.dir/ra, conf.dir/ra/NAME, profiles.d/NAME.conf */
};

static void
creation_free(struct creation *n)
{
	secret_free(&n->challenge);
	buf_free(&n->hash);
	authority_free(&n->ca);
	free(n->crl_url);
	free(n->ca_url);
	free(n->ra_dir);
	free(n->ra_path);
	free(n->file);
}

/* RFC 9562 section 5.4: 122 random bits. */
static int
make_uuid(char out[37], struct err *e)
{
	uint8_t b[16];

	if (RAND_bytes(b, sizeof(b)) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "cannot draw random octets");
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
	    b[14], b[15]);
	return 0;
}

static int
read_kind(struct ctl *c, const struct args *a, struct creation *n, struct err *e)
{
	if (strcmp(a->challenge, "static") == 0) {
		n->text.challenge = CHALLENGE_STATIC;
		if (challenge_take(c, a, &n->challenge, e) != 0 ||
		    challenge_hash(secret_view(&n->challenge), NULL, &n->hash, e) != 0)
			return -1;
		n->text.hash = buf_str(&n->hash);
		return 0;
	}
	if (strcmp(a->challenge, "dynamic") != 0)
		return err_set(
		    e, ERR_USAGE, "--challenge is static or dynamic, not %s", a->challenge);
	n->text.challenge = CHALLENGE_DYNAMIC;
	if (a->generate || a->challenge_stdin || a->challenge_file != NULL)
		return err_set(
		    e, ERR_USAGE, "a profile with dynamic challenges has none of its own");
	return 0;
}

/* Where certificates say that their revocation list and their issuer are: here, once it is known
 * where that is. */
static int
plan_urls(struct ctl *c, struct creation *n, struct err *e)
{
	if (strcmp(c->conf.public_url, PUBLIC_URL_UNSET) == 0) {
		ctl_note(c,
		    "public_url is not set: certificates will not say where their revocation "
		    "list is (crl_url)");
		return 0;
	}
	n->crl_url = profile_plain_url(c->conf.public_url, "/crl/" URL_AUTHORITY ".crl");
	n->ca_url = profile_plain_url(c->conf.public_url, "/ca/" URL_AUTHORITY ".cer");
	if (n->crl_url == NULL || n->ca_url == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	n->text.crl_url = n->crl_url;
	n->text.ca_url = n->ca_url;
	return 0;
}

/* A profile begins with the CA that issues now. */
static int
check_current(struct ctl *c, const char *ca, struct err *e)
{
	struct conf_line line;

	if (conf_line_read(&c->conf, ca, &line, e) != 0)
		return -1;
	if (strcmp(conf_line_current(&line), ca) != 0)
		return err_set(
		    e, ERR_USAGE, "the CA %s was followed: --ca %s", ca, conf_line_current(&line));
	if (line.n > 1)
		ctl_note(c, "%s is to follow %s: give scepctl ca next %s again for an RA of it.",
		    line.names[1], ca, ca);
	return 0;
}

/* Everything that can be refused without a key. */
static int
plan_creation(struct ctl *c, const struct args *a, struct creation *n, struct err *e)
{
	char *dir = NULL;
	int rc = -1;

	n->text = (struct profile_text){.name = a->operand,
	    .id = n->id,
	    .ca = a->ca,
	    .paths = a->path,
	    .validity = a->validity,
	    .modern = a->modern};
	if (check_name(a->operand, e) != 0 || check_name(a->ca, e) != 0 ||
	    make_uuid(n->id, e) != 0 || plan_urls(c, n, e) != 0 ||
	    ra_wish_read(c, a, a->operand, NULL, &n->wish, e) != 0)
		return -1;
	if (a->validity != NULL && span_read(a->validity) <= 0)
		return err_set(
		    e, ERR_USAGE, "--validity %s is not a duration such as 90d", a->validity);
	n->ra_dir = path_join(c->conf.dir, "ra");
	n->ra_path = n->ra_dir != NULL ? path_join(n->ra_dir, a->operand) : NULL;
	if (asprintf(&dir, "%s/profiles.d/%s.conf", c->conf.dir, a->operand) >= 0)
		n->file = dir;
	if (n->ra_path == NULL || n->file == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (path_exists(n->ra_path) || path_exists(n->file))
		return err_set(e, ERR_USAGE, "%s exists already; nothing is overwritten",
		    path_exists(n->file) ? n->file : n->ra_path);
	rc = check_current(c, a->ca, e) == 0 ? open_authority(c, a->ca, &n->ca, e) : -1;
	return rc == 0 ? read_kind(c, a, n, e) : -1;
}

static int
put_file(void *to, enum ra_file file, struct view data, mode_t mode, struct err *e)
{
	struct new_folder *at = to;
	char *name = conf_ra_file(1, file);
	int rc = name != NULL ? folder_add(at->c, &at->f, name, data, mode, e)
	                      : err_set(e, ERR_MEMORY, "out of memory");

	free(name);
	return rc;
}

/* The transcript first: what was signed is on record even when writing it down fails. */
static int
write_ra(struct ctl *c, const struct args *a, struct creation *n, const struct ra_made *ra,
    struct err *e)
{
	struct new_folder to = {.c = c};
	struct buf entry = {0};
	int rc = -1;

	if (transcript_begin(
	        &entry, e, "profile create %s --ca %s %s", a->operand, a->ca, n->wish.text) == 0 &&
	    ra_transcript(ra, &entry, e) == 0 && transcript_append(c, a->ca, &entry, e) == 0 &&
	    folder_begin(c, n->ra_dir, a->operand, &to.f, e) == 0 &&
	    ra_files(&n->wish, ra, put_file, &to, e) == 0)
		rc = folder_keep(&to.f, e);
	folder_close(&to.f);
	buf_free(&entry);
	return rc;
}

static int
make_ra(struct ctl *c, const struct args *a, struct creation *n, struct err *e)
{
	EVP_PKEY *ca_key = open_ca_key(c, a, &n->ca, e);
	struct ra_made ra = {0};
	int rc = -1;

	if (ca_key != NULL && ra_make(a->operand, &n->wish, &n->ca, ca_key, &ra, e) == 0)
		rc = write_ra(c, a, n, &ra, e);
	EVP_PKEY_free(ca_key);
	ra_made_free(&ra);
	return rc;
}

/* The service reads the file by its group; only root, or who made it, may change it. */
static int
write_profile(struct ctl *c, const struct creation *n, struct err *e)
{
	const struct file_owner owner = {(uid_t)-1, c->owner.gid};
	struct buf text = {0};
	char *dir = path_join(c->conf.dir, "profiles.d");
	int rc = -1;

	if (dir == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	else if (dir_make(dir, 0755, owner, e) == 0 && profile_text_write(&n->text, &text, e) == 0)
		rc = file_write(n->file, buf_view(&text), 0640, owner, true, e);
	buf_free(&text);
	free(dir);
	return rc;
}

static int
check_read_back(struct ctl *c, const struct creation *n, struct err *e)
{
	struct conf again;
	int rc = conf_read(c->conf_file, &again, e);

	if (rc == 0 && conf_profile(&again, n->text.name) == NULL)
		rc = err_set(e, ERR_CONFIG, "%s is not read by %s", n->file, c->conf_file);
	if (rc != 0) {
		conf_free(&again);
		return -1;
	}
	conf_free(&c->conf);
	c->conf = again;
	return 0;
}

static int
report(struct ctl *c, const struct args *a, const struct creation *n, struct err *e)
{
	json_t *facts = profile_facts(c, conf_profile(&c->conf, a->operand), e);
	int rc;

	if (facts == NULL)
		return -1;
	rc = show_object(a->generate ? c->err : c->out, false, facts, e);
	json_decref(facts);
	if (rc == 0 && a->generate)
		fprintf(c->out, "%.*s\n", (int)n->challenge.n, (const char *)n->challenge.p);
	ctl_note(c, "A running service reads the profile when it is reloaded (SIGHUP).");
	return rc;
}

int
profile_create(struct ctl *c, const struct args *a, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct creation n = {0};
	bool made = false;
	int rc = -1;

	if (ctl_conf(c, e) != 0 || plan_creation(c, a, &n, e) != 0 || make_ra(c, a, &n, e) != 0)
		goto out;
	rc = write_profile(c, &n, e);
	if (rc == 0 && (rc = check_read_back(c, &n, e)) != 0)
		unlink(n.file);
	if (rc != 0 && folder_remove(n.ra_path, &ignored) != 0)
		ctl_note(c, "scepctl: %s", ignored.detail);
	made = rc == 0;
	if (made)
		rc = report(c, a, &n, e);
out:
	ra_wish_end(c, &n.wish, made);
	creation_free(&n);
	return rc;
}

const struct opt profile_create_options[] = {
    OPT_NEED("ca", ca, "NAME", "the CA that issues"),
    OPT_NEED("challenge", challenge, "static|dynamic", "how clients are authorised"),
    CHALLENGE_SOURCE_OPTIONS,
    OPT_FLAG("generate", generate, "make a random challenge; it alone goes to stdout"),
    OPT_FLAG("modern", modern, "accept neither triple DES nor SHA-1"),
    OPT("validity", validity, "SPAN", "of the certificates, such as 90d"),
    OPT("path", path, "LIST", "further paths of the profile, such as /cgi-bin/pkiclient.exe"),
    RA_MAKE_OPTIONS,
    PASSPHRASE_OPTIONS,
    OPT_END,
};
