/* SPDX-License-Identifier: ISC
 *
 * scepctl cert import: what another CA software issued under the same CA becomes records of ours,
 * so that it can be renewed, revoked and listed. Certificates first, then the revocations that an
 * index tells of. Doing it twice changes nothing more.
 */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ctl/ca_files.h"
#include "ctl/folder.h"
#include "ctl/history.h"
#include "ctl/index_txt.h"
#include "ctl/issued_log.h"
#include "ctl/operator.h"
#include "ctl/store.h"
#include "scep/revoke.h"
#include "store/record.h"
#include "store/rebuild.h"

#define COMPLAINTS_MAX 20
#define PROGRESS 10000

/* An import under way. */
struct import {
	struct ctl *c;
	struct journal *log;
	struct put put;
	struct authority ca;
	const struct profile *profile;
	char who[64];
	bool dry;
	/* What became of it all; lost: revoked, and its certificate was not found. */
	int64_t seen, certs, revoked, known, over, foreign, others, lost;
	bool has_index;
};

static bool
ends_with(const char *name, const char *with)
{
	size_t n = strlen(name), m = strlen(with);

	return n >= m && strcmp(name + n - m, with) == 0;
}

/* For the log of the host, from which a lost store is rebuilt. */
static json_t *
log_line(const struct import *in, const struct put_cert *said, struct view der)
{
	struct buf text = {0};
	json_t *line = NULL;

	if (base64_write(&text, der) == 0)
		line = json_pack("{s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:s}", "what", "issued", "at",
		    (json_int_t)said->from, "not_after", (json_int_t)said->to, "ca", in->ca.name,
		    "profile", in->profile->id, "serial", said->serial, "by", "import", "cert",
		    buf_str(&text));
	buf_free(&text);
	return line;
}

static int
found(void *arg, const struct record *r, struct err *e)
{
	(void)e;
	*(bool *)arg = r->revoked;
	return 0;
}

/* 0: the store has it, and *revoked says whether it is; 1: it has not. -1: STORE. */
static int
look_up(struct import *in, const char *serial, bool *revoked, struct err *e)
{
	*revoked = false;
	return store_cert(in->put.s, in->ca.name, serial, found, revoked, e);
}

/* Puts down what is new. */
static int
put_row(struct import *in, const struct put_cert *said, struct view der, struct err *e)
{
	char at[24];
	struct put_row row = {.what = view_str("issued"),
	    .ca = view_str(in->ca.name),
	    .profile = view_str(in->profile->id),
	    .by = view_str("import")};

	snprintf(at, sizeof at, "%lld000", (long long)said->from);
	row.at = view_str(at);
	put_cert_fill(said, der, &row);
	in->certs++;
	if (in->dry)
		return 0;
	return issued_log_add(in->log, log_line(in, said, der), e) == 0 ? put_add(&in->put, &row, e)
	                                                                : -1;
}

static int
put_cert(struct import *in, X509 *cert, struct err *e)
{
	struct put_cert said = {0};
	struct buf der = {0};
	bool revoked;
	int rc = -1;

	if (ossl_write(&der, cert, ASN1_ITEM_rptr(X509)) != 0)
		err_set(e, ERR_MEMORY, "no memory");
	else if (put_cert_read(buf_view(&der), &said, e) == 0)
		rc = look_up(in, said.serial, &revoked, e);
	if (rc == 0) {
		in->known++;
	} else if (rc == 1 && said.to + in->put.grace <= (int64_t)time(NULL)) {
		in->over++;
		rc = 0;
	} else if (rc == 1) {
		rc = put_row(in, &said, buf_view(&der), e);
	}
	put_cert_free(&said);
	buf_free(&der);
	return rc;
}

static void
complain(struct import *in, const char *path, const char *why)
{
	if (++in->foreign <= COMPLAINTS_MAX)
		ctl_note(in->c, "%s: %s", path, why);
}

static int
take_cert(struct import *in, const char *path, X509 *cert, struct err *e)
{
	struct err why = ERR_INIT;

	if (++in->seen % PROGRESS == 0)
		ctl_note(in->c, "%lld certificates", (long long)in->seen);
	if (X509_check_ca(cert) != 0) {
		in->others++;
		return 0;
	}
	if (!authority_issued(&in->ca, cert)) {
		complain(in, path, "not issued by this CA");
		return 0;
	}
	if (put_cert(in, cert, &why) == 0)
		return 0;
	if (why.code != ERR_MESSAGE)
		return err_set(e, why.code, "%s", why.detail);
	complain(in, path, why.detail);
	return 0;
}

/* The certificates of a file, PEM or DER; NULL: none. */
static STACK_OF(X509) *
certs_of(struct view text)
{
	struct err ignored = ERR_INIT;
	STACK_OF(X509) *certs;
	X509 *one;

	if (memmem(text.p, text.n, "-----BEGIN ", 11) != NULL)
		return certs_read_pem(text, &ignored);
	if ((one = ossl_cert_read(text)) == NULL)
		return NULL;
	certs = sk_X509_new_null();
	if (certs == NULL || sk_X509_push(certs, one) <= 0) {
		X509_free(one);
		sk_X509_free(certs);
		return NULL;
	}
	return certs;
}

static int
take_file(struct import *in, const char *path, struct err *e)
{
	struct buf text = {0};
	STACK_OF(X509) *certs = NULL;
	int rc = 0;

	/* A private key is none of our business. */
	if (ends_with(path, ".key"))
		return 0;
	if (file_read(path, PEM_MAX, &text, e) != 0)
		return -1;
	if (text.n == 0 || (certs = certs_of(buf_view(&text))) == NULL)
		in->others++;
	for (int i = 0; rc == 0 && i < sk_X509_num(certs); i++)
		rc = take_cert(in, path, sk_X509_value(certs, i), e);
	sk_X509_pop_free(certs, X509_free);
	if (text.p != NULL)
		OPENSSL_cleanse(text.p, text.n);
	buf_free(&text);
	return rc;
}

/* Revoked whether or not its certificate was found: whoever holds it must not be forgotten. */
static int
take_index_row(void *arg, const struct index_row *row, struct err *e)
{
	struct import *in = arg;
	const struct revocation r = {.authority = in->ca.name,
	    .serial = row->serial,
	    .reason = row->reason,
	    .at = row->at,
	    .not_after = row->expires};
	enum revoked_state state = REVOKED_NOW;
	bool revoked;
	int rc;

	in->has_index = true;
	if (!row->revoked)
		return 0;
	if (row->expires + in->put.grace <= (int64_t)time(NULL)) {
		in->over++;
		return 0;
	}
	if ((rc = look_up(in, row->serial, &revoked, e)) < 0)
		return -1;
	in->lost += rc == 1;
	if (revoked)
		return 0;
	if (!in->dry && revoke_recorded(in->put.s, in->log, &r, in->who, &state, e) != 0)
		return -1;
	in->revoked += in->dry || state == REVOKED_NOW;
	return 0;
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The indexes among the files named, or all others; a folder is walked whole. */
static int
walk(struct import *in, const struct args *a, bool index, struct err *e)
{
	char *paths[OPERANDS_MAX + 1] = {NULL};
	FTSENT *entry;
	FTS *fts;
	int rc = 0;

	for (size_t i = 0; i < a->n_operands; i++)
		paths[i] = (char *)(uintptr_t)a->operands[i];
	if ((fts = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name)) == NULL)
		return err_set(e, ERR_FILE, "%s: %s", a->operand, strerror(errno));
	while (rc == 0 && (entry = fts_read(fts)) != NULL) {
		bool is_index = ends_with(entry->fts_path, "index.txt");

		if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR ||
		    entry->fts_info == FTS_NS)
			rc = err_set(
			    e, ERR_FILE, "%s: %s", entry->fts_path, strerror(entry->fts_errno));
		else if (entry->fts_info == FTS_F && is_index == index)
			rc = index ? index_read(entry->fts_path, take_index_row, in, e)
			           : take_file(in, entry->fts_path, e);
	}
	fts_close(fts);
	return rc;
}

static int
open_import(struct ctl *c, const struct args *a, struct import *in, struct err *e)
{
	const struct conf_profile *p;

	if (ctl_conf(c, e) != 0)
		return -1;
	if ((p = conf_profile(&c->conf, a->profile)) == NULL)
		return err_set(e, ERR_USAGE, "there is no profile %s", a->profile);
	in->profile = &p->profile;
	operator_name(in->who);
	in->put.grace = c->conf.record_grace;
	if (open_authority(c, p->profile.ca, &in->ca, e) != 0 ||
	    (in->put.s = ctl_patient_store(c, e)) == NULL)
		return -1;
	return in->dry ? 0 : issued_log_open(c, &in->log, e);
}

static void
sum_up(const struct import *in)
{
	FILE *out = in->c->out;

	fprintf(out, "%lld certificates and %lld revocations %s, %lld were there\n",
	    (long long)in->certs, (long long)in->revoked, in->dry ? "to import" : "imported",
	    (long long)in->known);
	if (in->over > 0)
		fprintf(out, "%lld expired too long ago to be kept\n", (long long)in->over);
	if (in->foreign > 0)
		fprintf(out, "%lld left out: not of CA %s, or damaged\n", (long long)in->foreign,
		    in->ca.name);
	if (in->others > 0)
		fprintf(out, "%lld CA certificates and files without a certificate passed over\n",
		    (long long)in->others);
	if (in->lost > 0)
		fprintf(out, "%lld of the revoked serial numbers have no certificate here\n",
		    (long long)in->lost);
}

int
cert_import_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct import in = {.c = c, .dry = a->dry_run};
	int rc = -1;

	if (open_import(c, a, &in, e) == 0 && walk(&in, a, false, e) == 0 &&
	    put_flush(&in.put, e) == 0 && walk(&in, a, true, e) == 0) {
		sum_up(&in);
		rc = in.has_index && !in.dry ? history_known(in.put.s, in.ca.name, e) : CTL_OK;
	}
	put_free(&in.put);
	store_free(in.put.s);
	journal_free(in.log);
	authority_free(&in.ca);
	return rc;
}
