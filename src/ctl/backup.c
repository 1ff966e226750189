/* SPDX-License-Identifier: ISC
 *
 * scepctl backup keeps what a bundle carries and the records of the store, and restore brings them
 * back, but nothing that may have ended since: no challenge, for one that was used would be alive
 * again, and no token, for one that was revoked would be, unless the operator asks for them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "ctl/bundle.h"
#include "ctl/carry.h"
#include "ctl/operator.h"
#include "ctl/store.h"
#include "store/rebuild.h"
#include "store/revoked.h"

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
	const char *hash, *ca; /* the one that is being saved */
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
	return bundle_add(save->to, json_pack("{s:o}", "record", record), e);
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

	if (bundle_add(save->to, line, e) != 0)
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

static int
save_revoked(void *context, const struct revoked_row *row, struct err *e)
{
	struct saving *save = context;
	json_t *line = json_pack("{s:{s:s,s:s%,s:s%,s:I,s:I}}", "revoked", "ca", save->ca, "serial",
	    (const char *)row->serial.p, row->serial.n, "reason", (const char *)row->reason.p,
	    row->reason.n, "at", (json_int_t)row->at, "not_after", (json_int_t)row->not_after);

	return bundle_add(save->to, line, e);
}

static int
save_ca(void *context, const char *ca, struct err *e)
{
	struct saving *save = context;

	save->ca = ca;
	return store_dump(save->s, ca, save_record, save, e) == 0
	           ? store_revoked_each(save->s, ca, save_revoked, save, e)
	           : -1;
}

static int
save_store(struct ctl *c, struct saving *save, struct err *e)
{
	static const char *const hashes[] = {"off", "word", "used", "tokens", "install"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof hashes / sizeof *hashes; i++)
		rc = save_hash(save, hashes[i], e);
	return rc == 0 ? operator_each_ca(c, NULL, save_ca, save, e) : rc;
}

static int
backup_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct saving save = {.to = bundle_create(c, a, "backup", e)};
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

/* A serial that is revoked, whether or not there is a record of it. */
static int
put_revoked(struct put *p, const json_t *line, struct err *e)
{
	const char *const text[] = {json_string_value(json_object_get(line, "ca")),
	    json_string_value(json_object_get(line, "serial")),
	    json_string_value(json_object_get(line, "reason"))};
	char at[24], not_after[24];

	if (text[0] == NULL || text[1] == NULL || text[2] == NULL)
		return err_set(e, ERR_REFUSED, "a revocation lacks something");
	snprintf(at, sizeof at, "%lld", (long long)json_integer_value(json_object_get(line, "at")));
	snprintf(not_after, sizeof not_after, "%lld",
	    (long long)json_integer_value(json_object_get(line, "not_after")));
	return put_add(p,
	    &(struct put_row){.what = view_str("revoked"),
	        .ca = view_str(text[0]),
	        .serial = view_str(text[1]),
	        .not_after = view_str(not_after),
	        .revoked = view_str(at),
	        .why = view_str(text[2])},
	    e);
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

/* What a restore has done so far. */
struct restoring {
	struct put put, revoked; /* certificates; revocations, which are counted apart */
	size_t tokens;
	struct buf names; /* of the tokens, with ", " between */
};

/* A token, which is a hash of its own, and its name. */
static bool
is_token(const char *hash)
{
	return strcmp(hash, "tokens") == 0 || strncmp(hash, "tk:", 3) == 0;
}

static int
count_token(struct restoring *r, const json_t *line, struct err *e)
{
	const char *field = json_string_value(json_object_get(line, "field"));
	struct buf name = {0};
	int rc = -1;

	if (base64_read(&name, view_str(field)) != 0)
		err_set(e, ERR_REFUSED, "a field is not base64");
	else if (buf_printf(&r->names, "%s%s", r->tokens > 0 ? ", " : "", buf_str(&name)) != 0)
		err_set(e, ERR_MEMORY, "no memory");
	else
		rc = 0;
	r->tokens++;
	buf_free(&name);
	return rc;
}

static int
restore_hash(
    struct restoring *r, const struct args *a, const json_t *line, const char *hash, struct err *e)
{
	if (strcmp(hash, "tokens") == 0 && count_token(r, line, e) != 0)
		return -1;
	return is_token(hash) && !a->tokens ? 0 : put_hash(r->put.s, line, e);
}

static int
restore_line(struct ctl *c, const struct args *a, const json_t *line, void *context, struct err *e)
{
	const char *hash = json_string_value(json_object_get(line, "hash"));
	struct restoring *r = context;

	(void)c;
	if (json_is_object(json_object_get(line, "record")))
		return put_record(&r->put, json_object_get(line, "record"), e);
	if (json_is_object(json_object_get(line, "revoked")))
		return put_revoked(&r->revoked, json_object_get(line, "revoked"), e);
	return hash != NULL ? restore_hash(r, a, line, hash, e) : 0;
}

static void
tell_restored(struct ctl *c, const struct args *a, const struct restoring *r)
{
	ctl_note(c,
	    "%lld certificates restored, %lld were there; challenges and requests do not come back",
	    (long long)r->put.new, (long long)r->put.known);
	if (r->tokens > 0 && a->tokens)
		ctl_note(c,
		    "%zu tokens come back unless their names are taken, also those that were "
		    "revoked "
		    "since the backup; revoke "
		    "what must not be good (token revoke): %s",
		    r->tokens, buf_str(&r->names));
	else if (r->tokens > 0)
		ctl_note(c,
		    "%zu tokens do not come back, since one may have been revoked since the "
		    "backup; make new ones (token create), or --tokens: %s",
		    r->tokens, buf_str(&r->names));
}

static int
restore_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret passphrase = {0};
	struct restoring r = {.tokens = 0};
	int rc = bundle_passphrase(c, a, false, &passphrase, e);

	if (rc == 0)
		rc = bundle_unpack(c, a, secret_view(&passphrase), "backup", e);
	if (rc == 0 && (r.put.s = ctl_patient_store(c, e)) == NULL)
		rc = -1;
	r.revoked.s = r.put.s;
	r.put.grace = r.revoked.grace = rc == 0 ? c->conf.record_grace : 0;
	if (rc == 0)
		rc = bundle_read(c, a, secret_view(&passphrase), "backup", restore_line, &r, e);
	if (rc == 0 && (rc = put_flush(&r.put, e)) == 0 && (rc = put_flush(&r.revoked, e)) == 0)
		tell_restored(c, a, &r);
	put_free(&r.put);
	put_free(&r.revoked);
	store_free(r.put.s);
	buf_free(&r.names);
	secret_free(&passphrase);
	return rc;
}

static const struct opt backup_options[] = {
    PASSPHRASE_OPTIONS,
    REPLACE_OPTION,
    OPT_FLAG("keys", keys, "private keys and their passphrases too"),
    OPT_END,
};

static const struct opt restore_options[] = {
    PASSPHRASE_OPTIONS,
    REPLACE_OPTION,
    OPT_FLAG("tokens", tokens, "the tokens too, also those that were revoked since"),
    OPT_END,
};

const struct command backup_commands[] = {
    {"", "backup", "FILE", "save configuration, certificates and records in one encrypted file",
        backup_options, backup_run},
    {"", "restore", "FILE", "bring back what a backup holds", restore_options, restore_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
