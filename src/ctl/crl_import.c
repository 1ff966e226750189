/* SPDX-License-Identifier: ISC
 *
 * scepctl crl import: the last list of another software under the same CA. What is on it is revoked
 * here, and the next list of ours has a higher number.
 */
#include <string.h>

#include <openssl/pem.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ca/crl.h"
#include "ctl/ca_files.h"
#include "ctl/history.h"
#include "ctl/issued_log.h"
#include "ctl/operator.h"
#include "ctl/store.h"
#include "scep/revoke.h"
#include "store/crl.h"

/* DER of a list that is PEM or DER already. */
static int
read_list(const char *path, struct buf *der, struct err *e)
{
	struct buf text = {.max = CRL_MAX};
	X509_CRL *list = NULL;
	BIO *in = NULL;
	int rc = file_read(path, CRL_MAX, &text, e);

	if (rc == 0 && text.n > 0 && memmem(text.p, text.n, "-----BEGIN ", 11) == NULL) {
		rc = buf_add(der, text.p, text.n);
	} else if (rc == 0) {
		in = BIO_new_mem_buf(text.p, (int)text.n);
		list = in != NULL ? PEM_read_bio_X509_CRL(in, NULL, NULL, NULL) : NULL;
		rc = list != NULL ? ossl_write(der, list, ASN1_ITEM_rptr(X509_CRL))
		                  : err_set(e, ERR_USAGE, "%s is no revocation list", path);
	}
	X509_CRL_free(list);
	BIO_free(in);
	buf_free(&text);
	return rc;
}

/* How long a serial without a record stays on our lists: as long as the CA can have given it. */
static int64_t
end_of(const struct authority *a)
{
	time_t end;

	return ossl_seconds(X509_get0_notAfter(a->cert), &end) == 0 ? end : 0;
}

/* What an import has done so far. */
struct importing {
	struct ctl *c;
	struct store *store;
	struct journal *log;
	struct authority ca;
	char who[64];
	size_t fresh, known;
};

static int
revoke_entry(struct importing *in, const struct crl_entry *entry, struct err *e)
{
	char serial[2 * CRL_SERIAL_MAX + 1];
	const struct revocation r = {.authority = in->ca.name,
	    .serial = serial,
	    .reason = crl_reason_name(entry->reason),
	    .at = entry->at,
	    .not_after = end_of(&in->ca)};
	enum revoked_state state;

	hex_of(view_of(entry->serial, entry->n), serial);
	if (revoke_recorded(in->store, in->log, &r, in->who, &state, e) != 0)
		return -1;
	in->fresh += state == REVOKED_NOW;
	in->known += state == REVOKED_BEFORE;
	return 0;
}

static int
import_list(struct importing *in, struct view der, struct err *e)
{
	struct crl_set set = {0};
	struct crl list;
	int rc = crl_read(&in->ca, der, &list, e);

	if (rc == 0)
		rc = crl_entries(&list, &set, e);
	for (size_t i = 0; rc == 0 && i < set.n; i++)
		rc = revoke_entry(in, &set.v[i], e);
	/* The next one continues it. */
	if (rc == 0)
		rc = store_crl_keep(in->store, in->ca.name,
		         &(struct crl_publication){
		             .number = list.number, .from = list.from, .to = list.to, .der = der},
		         e) < 0
		         ? -1
		         : history_known(in->store, in->ca.name, e);
	if (rc == 0)
		fprintf(in->c->out,
		    "%zu serial numbers revoked, %zu were; the next list comes after number %lld\n",
		    in->fresh, in->known, (long long)list.number);
	crl_set_free(&set);
	crl_free(&list);
	return rc;
}

int
crl_import(struct ctl *c, const struct args *a, struct err *e)
{
	struct importing in = {.c = c};
	struct buf der = {.max = CRL_MAX};
	int rc = -1;

	operator_name(in.who);
	if (ctl_conf(c, e) == 0 && open_authority(c, a->ca, &in.ca, e) == 0 &&
	    read_list(a->operand, &der, e) == 0 && (in.store = ctl_store(c, e)) != NULL &&
	    issued_log_open(c, &in.log, e) == 0)
		rc = import_list(&in, buf_view(&der), e);
	buf_free(&der);
	journal_free(in.log);
	store_free(in.store);
	authority_free(&in.ca);
	return rc;
}
