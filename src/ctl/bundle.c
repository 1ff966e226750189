/* SPDX-License-Identifier: ISC
 *
 * scepctl bundle carries what makes a host one of the pool to the next host, in a sealed file whose
 * lines are JSON. A backup (backup.c) begins with the same lines.
 */
#include "ctl/bundle.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "ctl/ask.h"
#include "ctl/carry.h"

#define PASSPHRASE_MIN 8

int
bundle_passphrase(
    struct ctl *c, const struct args *a, bool twice, struct secret *out, struct err *e)
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

int
bundle_add(struct sealed *to, json_t *line, struct err *e)
{
	char *text = line != NULL ? json_dumps(line, JSON_COMPACT) : NULL;
	int rc =
	    text != NULL ? sealed_add(to, view_str(text), e) : err_set(e, ERR_MEMORY, "no memory");

	free(text);
	json_decref(line);
	return rc;
}

struct sealed *
bundle_create(struct ctl *c, const struct args *a, const char *kind, struct err *e)
{
	struct secret passphrase = {0};
	struct sealed *to = NULL;

	if (ctl_conf(c, e) == 0 && bundle_passphrase(c, a, true, &passphrase, e) == 0)
		to = sealed_create(a->operand, secret_view(&passphrase), a->replace, e);
	secret_free(&passphrase);
	if (to != NULL && bundle_add(to,
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
	struct sealed *to = bundle_create(c, a, "bundle", e);
	size_t n;
	int rc = -1;

	if (to != NULL && carry_pack(c, to, true, &n, e) == 0 && sealed_finish(to, e) == 0) {
		ctl_note(c, "%s: %zu files, private keys among them", a->operand, n);
		rc = CTL_OK;
	}
	sealed_free(to);
	return rc;
}

int
bundle_read(struct ctl *c, const struct args *a, struct view passphrase, const char *kind,
    bundle_each *each, void *context, struct err *e)
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

static enum carry_there
there(const struct args *a)
{
	return a->replace ? CARRY_REPLACE : a->add ? CARRY_KEEP : CARRY_REFUSE;
}

static int
check_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	(void)context;
	return carry_check(c, line, there(a), e);
}

static int
unpack_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	int n = carry_unpack(c, line, there(a), e);

	if (n > 0)
		*(size_t *)context += 1;
	return n;
}

int
bundle_unpack(
    struct ctl *c, const struct args *a, struct view passphrase, const char *kind, struct err *e)
{
	size_t n = 0;

	if (bundle_read(c, a, passphrase, kind, check_line, NULL, e) != 0 ||
	    bundle_read(c, a, passphrase, kind, unpack_line, &n, e) != 0)
		return -1;
	ctl_note(c, "%zu files written", n);
	return 0;
}

static int
bundle_import_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret passphrase = {0};
	int rc;

	if (a->add && a->replace)
		return err_set(e, ERR_USAGE, "--add and --replace exclude each other");
	rc = bundle_passphrase(c, a, false, &passphrase, e);
	if (rc == 0)
		rc = bundle_unpack(c, a, secret_view(&passphrase), "bundle", e);
	secret_free(&passphrase);
	return rc;
}

static const struct opt export_options[] = {PASSPHRASE_OPTIONS, REPLACE_OPTION, OPT_END};

static const struct opt import_options[] = {
    PASSPHRASE_OPTIONS,
    REPLACE_OPTION,
    OPT_FLAG("add", add, "write only what is not here"),
    OPT_END,
};

const struct command bundle_commands[] = {
    {"bundle", "export", "FILE", "put what the next host needs into one encrypted file",
        export_options, bundle_export_run},
    {"bundle", "import", "FILE", "make this host one of the pool", import_options,
        bundle_import_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
