/* SPDX-License-Identifier: ISC
 *
 * scepctl bundle carries what makes a host one of the pool to the next host; scepctl backup keeps
 * that and the records of the store, and restore brings them back. Both are sealed files. A restore
 * brings no challenge back: one that was used since would be alive again.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/enc.h"
#include "conf/line.h"
#include "config.h"
#include "ctl/ask.h"
#include "ctl/carry.h"
#include "ctl/store.h"
#include "store/rebuild.h"

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

/* Adds a line and frees it. */
static int
add_json(struct sealed *to, json_t *line, struct err *e)
{
	char *text = line != NULL ? json_dumps(line, JSON_COMPACT) : NULL;
	int rc =
	    text != NULL ? sealed_add(to, view_str(text), e) : err_set(e, ERR_MEMORY, "no memory");

	free(text);
	json_decref(line);
	return rc;
}

/* The members of a line that are octets go as base64. */
static json_t *
text_of(struct view v)
{
	struct buf text = {0};
	json_t *out = base64_write(&text, v) == 0 ? json_string(buf_str(&text)) : NULL;

	buf_free(&text);
	return out;
}

/* The fields of a record in the order of struct put_row, behind `what`. */
static const char *const fields[] = {"ca", "profile", "serial", "at", "not_after", "cert",
    "subject", "sans", "source", "by", "spki", "request", "tbs", "revoked", "why"};
#define FIELDS (sizeof fields / sizeof *fields)

static void
views_of(struct put_row *row, struct view *v[FIELDS])
{
	struct view *const all[FIELDS] = {&row->ca, &row->profile, &row->serial, &row->at,
	    &row->not_after, &row->cert, &row->subject, &row->sans, &row->source, &row->by,
	    &row->spki, &row->request, &row->tbs, &row->revoked, &row->why};

	memcpy(v, all, sizeof all);
}

struct saving {
	struct sealed *to;
	const char *hash; /* the name of the one that is being saved */
	struct store *s;
	int64_t records;
};

static int
save_record(void *context, const struct put_row *row, struct err *e)
{
	struct saving *save = context;
	struct put_row copy = *row;
	struct view *v[FIELDS];
	json_t *record = json_object();

	views_of(&copy, v);
	for (size_t i = 0; i < FIELDS; i++)
		if (v[i]->n > 0 && json_object_set_new(record, fields[i], text_of(*v[i])) != 0) {
			json_decref(record);
			return err_set(e, ERR_MEMORY, "no memory");
		}
	save->records++;
	return add_json(save->to, json_pack("{s:o}", "record", record), e);
}

static int save_hash(struct saving *save, const char *name, struct err *e);

static int
save_entry(void *context, const struct hash_entry *entry, struct err *e)
{
	struct saving *save = context;
	json_t *line =
	    json_pack("{s:s,s:I,s:o,s:o}", "hash", save->hash, "ends", (json_int_t)entry->ends,
	        "field", text_of(entry->field), "value", text_of(entry->value));
	char token[80];

	if (add_json(save->to, line, e) != 0)
		return -1;
	/* A name leads to its token, which is a hash of its own. */
	if (strcmp(save->hash, "tokens") != 0 || entry->value.n > 70)
		return 0;
	snprintf(token, sizeof token, "tk:%.*s", (int)entry->value.n, (const char *)entry->value.p);
	return save_hash(save, token, e);
}

static int
save_hash(struct saving *save, const char *name, struct err *e)
{
	struct saving inner = *save;

	inner.hash = name;
	return store_dump_hash(save->s, name, save_entry, &inner, e);
}

/* The records of a CA and of those that followed it. */
static int
save_line(struct ctl *c, struct saving *save, const char *first, json_t *seen, struct err *e)
{
	struct conf_line line;
	int rc = conf_line_read(&c->conf, first, &line, e);

	for (size_t i = 0; rc == 0 && i < line.n; i++) {
		if (json_object_get(seen, line.names[i]) != NULL)
			continue;
		if (json_object_set_new(seen, line.names[i], json_true()) != 0)
			rc = err_set(e, ERR_MEMORY, "no memory");
		else
			rc = store_dump(save->s, line.names[i], save_record, save, e);
	}
	return rc;
}

/* Every authority once, in whatever order. */
static int
save_store(struct ctl *c, struct saving *save, struct err *e)
{
	static const char *const hashes[] = {"off", "word", "used", "tokens", "install"};
	json_t *seen = json_object();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof hashes / sizeof *hashes; i++)
		rc = save_hash(save, hashes[i], e);
	for (size_t i = 0; rc == 0 && i < c->conf.n_profiles; i++)
		rc = save_line(c, save, c->conf.profiles[i].profile.ca, seen, e);
	json_decref(seen);
	return rc;
}

static struct sealed *
create(struct ctl *c, const struct args *a, const char *kind, struct err *e)
{
	struct secret passphrase = {0};
	struct sealed *to = NULL;

	if (ctl_conf(c, e) == 0 && take_passphrase(c, a, true, &passphrase, e) == 0)
		to = sealed_create(a->operand, secret_view(&passphrase), a->replace, e);
	secret_free(&passphrase);
	if (to != NULL && add_json(to,
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
	struct saving save = {.to = create(c, a, "backup", e)};
	size_t n;
	int rc = -1;

	if (save.to != NULL && carry_pack(c, save.to, a->keys, &n, e) == 0 &&
	    (save.s = ctl_patient_store(c, e)) != NULL && save_store(c, &save, e) == 0 &&
	    sealed_finish(save.to, e) == 0) {
		ctl_note(c, "%s: %zu files, %s, and %lld certificates of the store", a->operand, n,
		    a->keys ? "private keys among them" : "no private key",
		    (long long)save.records);
		rc = CTL_OK;
	}
	store_free(save.s);
	sealed_free(save.to);
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
put_record(struct put *p, const json_t *record, struct err *e)
{
	struct put_row row = {.what = view_str("issued")};
	struct buf data[FIELDS] = {{0}};
	struct put_cert cert = {0};
	struct view *v[FIELDS];
	int rc = 0;

	views_of(&row, v);
	for (size_t i = 0; rc == 0 && i < FIELDS; i++) {
		const char *text = json_string_value(json_object_get(record, fields[i]));

		if (text != NULL && base64_read(&data[i], view_str(text)) != 0)
			rc = err_set(e, ERR_REFUSED, "a record is not base64");
		*v[i] = buf_view(&data[i]);
	}
	/* The digest of what was signed, by which its intent is found. */
	if (rc == 0 && (rc = put_cert_read(row.cert, &cert, e)) == 0) {
		row.tbs = view_str(cert.tbs);
		rc = put_add(p, &row, e);
	}
	put_cert_free(&cert);
	for (size_t i = 0; i < FIELDS; i++)
		buf_free(&data[i]);
	return rc;
}

static int
put_hash(struct store *s, const json_t *line, struct err *e)
{
	struct buf field = {0}, value = {0};
	const char *name = json_string_value(json_object_get(line, "hash"));
	struct hash_entry entry = {.ends = json_integer_value(json_object_get(line, "ends"))};
	int rc = -1;

	if (base64_read(&field, view_str(json_string_value(json_object_get(line, "field")))) != 0 ||
	    base64_read(&value, view_str(json_string_value(json_object_get(line, "value")))) != 0)
		err_set(e, ERR_REFUSED, "a field is not base64");
	else {
		entry.field = buf_view(&field);
		entry.value = buf_view(&value);
		rc = store_put_hash(s, name, &entry, e);
	}
	buf_free(&field);
	buf_free(&value);
	return rc;
}

static int
restore_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	struct put *p = context;

	(void)c;
	(void)a;
	if (json_is_object(json_object_get(line, "record")))
		return put_record(p, json_object_get(line, "record"), e);
	return json_is_string(json_object_get(line, "hash")) ? put_hash(p->s, line, e) : 0;
}

static int
restore_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret passphrase = {0};
	struct put put = {0};
	int rc = take_passphrase(c, a, false, &passphrase, e);

	if (rc == 0)
		rc = unpack(c, a, secret_view(&passphrase), "backup", e);
	if (rc == 0 && (put.s = ctl_patient_store(c, e)) == NULL)
		rc = -1;
	put.grace = rc == 0 ? c->conf.record_grace : 0;
	if (rc == 0)
		rc = read_lines(c, a, secret_view(&passphrase), "backup", restore_line, &put, e);
	if (rc == 0 && (rc = put_flush(&put, e)) == 0)
		ctl_note(c,
		    "%lld certificates restored, %lld were there; challenges and requests do not "
		    "come back",
		    (long long)put.new, (long long)put.known);
	put_free(&put);
	store_free(put.s);
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
