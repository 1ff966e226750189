/* SPDX-License-Identifier: ISC
 *
 * scepctl bundle carries what makes a host one of the pool to the next host; scepctl backup keeps
 * that and the records of the store, and restore brings them back. Both are sealed files. A restore
 * brings no challenge back: one that was used since would be alive again.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "ctl/ask.h"
#include "ctl/carry.h"
#include "ctl/saved.h"
#include "ctl/store.h"

#define PASSPHRASE_MIN 8

static int
take_passphrase(struct ctl *c, const struct args *a, bool twice, struct secret *out, struct err *e)
{
	struct ask ask = {.prompt = "Passphrase",
	    .option = "passphrase",
	    .file = a->passphrase_file,
	    .from_stdin = a->passphrase_stdin,
	    .twice = twice};

	if (ask_secret(c, &ask, out, e) != 0)
		return -1;
	return !twice || out->n >= PASSPHRASE_MIN
	           ? 0
	           : err_set(
	                 e, ERR_USAGE, "a passphrase has %d characters or more", PASSPHRASE_MIN);
}

static struct sealed *
create(struct ctl *c, const struct args *a, const char *kind, struct err *e)
{
	struct secret passphrase = {0};
	struct sealed *to = NULL;

	if (ctl_conf(c, e) == 0 && take_passphrase(c, a, true, &passphrase, e) == 0)
		to = sealed_create(a->operand, secret_view(&passphrase), a->replace, e);
	secret_free(&passphrase);
	if (to != NULL && save_line(to,
	                      json_pack("{s:s,s:s,s:I}", "scepd", kind, "version", PACKAGE_VERSION,
	                          "at", (json_int_t)time(NULL)),
	                      e) != 0) {
		sealed_free(to);
		to = NULL;
	}
	return to;
}

static int
bundle_export_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct sealed *to = create(c, a, "bundle", e);
	size_t n;
	int rc = -1;

	if (to != NULL && carry_pack(c, to, true, &n, e) == 0 && sealed_finish(to, e) == 0) {
		ctl_note(c, "%s: %zu files, private keys among them", a->operand, n);
		rc = CTL_OK;
	}
	sealed_free(to);
	return rc;
}

static int
backup_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct sealed *to = create(c, a, "backup", e);
	struct store *s = NULL;
	int64_t records = 0;
	size_t n;
	int rc = -1;

	if (to != NULL && carry_pack(c, to, a->keys, &n, e) == 0 &&
	    (s = ctl_patient_store(c, e)) != NULL && save_store(c, s, to, &records, e) == 0 &&
	    sealed_finish(to, e) == 0) {
		ctl_note(c, "%s: %zu files, %s, and %lld certificates of the store", a->operand, n,
		    a->keys ? "private keys among them" : "no private key", (long long)records);
		rc = CTL_OK;
	}
	store_free(s);
	sealed_free(to);
	return rc;
}

/* What is done with each line. */
typedef int each_line(
    struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e);

static int
read_lines(struct ctl *c, const struct args *a, struct view passphrase, const char *kind,
    each_line *each, void *context, struct err *e)
{
	struct sealed *from = sealed_open(a->operand, passphrase, e);
	struct view text;
	bool first = true;
	int rc = from != NULL ? 1 : -1;

	while (rc == 1 && (rc = sealed_line(from, &text, e)) == 1) {
		json_t *line = json_loadb((const char *)text.p, text.n, 0, NULL);
		const char *said = json_string_value(json_object_get(line, "scepd"));

		if (!json_is_object(line))
			rc = err_set(e, ERR_REFUSED, "%s: a line is not JSON", a->operand);
		else if (first && (said == NULL || strcmp(said, kind) != 0))
			rc = err_set(e, ERR_REFUSED, "%s: not a %s but a %s", a->operand, kind,
			    said != NULL ? said : "file of another kind");
		else if (!first && each(c, a, line, context, e) < 0)
			rc = -1;
		first = false;
		json_decref(line);
	}
	sealed_free(from);
	return rc;
}

static int
check_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	(void)context;
	return carry_check(c, line, a->replace, e);
}

static int
unpack_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	int n = carry_unpack(c, line, a->replace, e);

	if (n > 0)
		*(size_t *)context += 1;
	return n;
}

/* The whole file is read, and so found to be complete and unchanged, before anything is written. */
static int
unpack(struct ctl *c, const struct args *a, struct view passphrase, const char *kind, struct err *e)
{
	size_t n = 0;

	if (read_lines(c, a, passphrase, kind, check_line, NULL, e) != 0 ||
	    read_lines(c, a, passphrase, kind, unpack_line, &n, e) != 0)
		return -1;
	ctl_note(c, "%zu files written", n);
	return 0;
}

static int
bundle_import_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret passphrase = {0};
	int rc = take_passphrase(c, a, false, &passphrase, e);

	if (rc == 0)
		rc = unpack(c, a, secret_view(&passphrase), "bundle", e);
	secret_free(&passphrase);
	return rc;
}

static int
restore_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	(void)c;
	(void)a;
	return saved_line(context, line, e);
}

static int
restore_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret passphrase = {0};
	struct restoring to = {.certs = {.s = NULL}};
	int rc = take_passphrase(c, a, false, &passphrase, e);

	if (rc == 0)
		rc = unpack(c, a, secret_view(&passphrase), "backup", e);
	if (rc == 0 && (to.certs.s = ctl_patient_store(c, e)) == NULL)
		rc = -1;
	to.revoked.s = to.certs.s;
	to.certs.grace = to.revoked.grace = rc == 0 ? c->conf.record_grace : 0;
	if (rc == 0)
		rc = read_lines(c, a, secret_view(&passphrase), "backup", restore_line, &to, e);
	if (rc == 0 && (rc = put_flush(&to.certs, e)) == 0 && (rc = put_flush(&to.revoked, e)) == 0)
		ctl_note(c,
		    "%lld certificates restored, %lld were there; challenges and requests do not "
		    "come back",
		    (long long)to.certs.new, (long long)to.certs.known);
	put_free(&to.certs);
	put_free(&to.revoked);
	store_free(to.certs.s);
	secret_free(&passphrase);
	return rc;
}

#define PASSPHRASE_OPTIONS                                                                         \
	OPT("passphrase-file", passphrase_file, "FILE", "whose first line is the passphrase"),     \
	    OPT_FLAG("passphrase-stdin", passphrase_stdin, "the first line of stdin is it")
#define REPLACE_OPTION OPT_FLAG("replace", replace, "overwrite what exists")

static const struct opt plain_options[] = {PASSPHRASE_OPTIONS, REPLACE_OPTION, OPT_END};
static const struct opt backup_options[] = {
    PASSPHRASE_OPTIONS,
    REPLACE_OPTION,
    OPT_FLAG("keys", keys, "private keys and their passphrases too"),
    OPT_END,
};

const struct command bundle_commands[] = {
    {"bundle", "export", "FILE", "put what the next host needs into one encrypted file",
        plain_options, bundle_export_run},
    {"bundle", "import", "FILE", "make this host one of the pool", plain_options,
        bundle_import_run},
    {"", "backup", "FILE", "save configuration, certificates and records in one encrypted file",
        backup_options, backup_run},
    {"", "restore", "FILE", "bring back what a backup holds", plain_options, restore_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
