/* SPDX-License-Identifier: ISC
 *
 * scepctl cert revoke: one certificate by its serial number or as a file, or all that fit. It is
 * for ever, so what is to be revoked is collected and counted first, and then confirmed.
 */
#include "ctl/revoke.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/ossl.h"
#include "ca/authority.h"
#include "ca/crl_set.h"
#include "ca/names.h"
#include "ctl/ask.h"
#include "ctl/ca_files.h"
#include "ctl/index_txt.h"
#include "ctl/issued_log.h"
#include "ctl/operator.h"
#include "ctl/show.h"
#include "scep/revoke.h"
#include "store/record.h"

#define CERT_FILE_MAX 65536u
#define FINAL_REASONS                                                                              \
	"unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation or "     \
	"privilegeWithdrawn"

/* A certificate that is to be revoked. */
struct target {
	char ca[PROFILE_NAME_MAX + 1], serial[2 * CRL_SERIAL_MAX + 1];
	int64_t not_after;
	char subject[100];
};

struct work {
	struct ctl *c;
	const struct args *a;
	struct store *store;
	struct target *targets; /* owned */
	size_t n, room;
	const char *serial; /* of one; NULL: all that fit */
	const char *profile;
	X509 *cert; /* as a file */
	bool revoked_before;
};

static int
check_reason(const char *reason, struct err *e)
{
	int code = crl_reason_read(view_str(reason));

	if (code < 0)
		return err_set(e, ERR_USAGE, "\"%.40s\" is no reason: " FINAL_REASONS, reason);
	return crl_reason_final(code)
	           ? 0
	           : err_set(e, ERR_USAGE,
	                 "%s is for the certificate of an authority, or could be taken back, and "
	                 "revoking is for ever: " FINAL_REASONS,
	                 reason);
}

static int
add_target(struct work *w, const char *ca, struct view serial, int64_t not_after,
    struct view subject, struct err *e)
{
	struct target *to;

	if (w->n == w->room) {
		size_t room = w->room == 0 ? 16 : 2 * w->room;
		struct target *more = reallocarray(w->targets, room, sizeof *more);

		if (more == NULL)
			return err_set(e, ERR_MEMORY, "no memory");
		w->targets = more;
		w->room = room;
	}
	to = &w->targets[w->n];
	*to = (struct target){.not_after = not_after};
	if (serial.n >= sizeof to->serial)
		return err_set(e, ERR_STORE, "a serial number of %zu digits", serial.n);
	snprintf(to->ca, sizeof to->ca, "%s", ca);
	snprintf(to->serial, sizeof to->serial, "%.*s", (int)serial.n, (const char *)serial.p);
	snprintf(to->subject, sizeof to->subject, "%.*s", (int)subject.n,
	    subject.n > 0 ? (const char *)subject.p : "");
	w->n++;
	return 0;
}

/* What is revoked already is left out, and what has expired where nobody asked for it by number. */
static int
add_record(void *arg, const struct record *r, struct err *e)
{
	struct work *w = arg;

	if (r->revoked) {
		w->revoked_before = true;
		return 0;
	}
	if (w->serial == NULL && r->not_after < (int64_t)time(NULL))
		return 0;
	return add_target(w, r->authority, r->serial, r->not_after, r->subject, e);
}

static int
find_in_ca(void *arg, const char *ca, struct err *e)
{
	struct work *w = arg;
	const struct record_filter filter = {.profile = w->profile, .subject = w->a->subject};
	int rc;

	if (w->serial == NULL)
		return store_certs(w->store, ca, &filter, add_record, NULL, w, e);
	rc = store_cert(w->store, ca, w->serial, add_record, w, e);
	return rc == 1 ? 0 : rc;
}

/* An intent to sign with this serial number, of which no certificate is known. When it would end
 * nobody knows, but not after its CA. */
static int
add_orphan(void *arg, const struct orphan *o, struct err *e)
{
	struct work *w = arg;
	struct authority a = {0};
	char ca[PROFILE_NAME_MAX + 1];
	time_t end;
	int rc = 0;

	if (!view_eq(o->serial, view_str(w->serial)) ||
	    (w->a->ca != NULL && !view_eq(o->authority, view_str(w->a->ca))))
		return 0;
	snprintf(ca, sizeof ca, "%.*s", (int)o->authority.n, (const char *)o->authority.p);
	if (open_authority(w->c, ca, &a, e) != 0)
		rc = -1;
	else if (ossl_seconds(X509_get0_notAfter(a.cert), &end) != 0)
		rc = err_set(e, ERR_CONFIG, "CA %s: an end that cannot be read", ca);
	else
		rc = add_target(w, ca, o->serial, end, view_str("(not known to be issued)"), e);
	authority_free(&a);
	return rc;
}

/* Whether this CA issued the certificate of the file. */
static int
issued_by(void *arg, const char *ca, struct err *e)
{
	struct work *w = arg;
	struct view serial = ossl_string_view(X509_get0_serialNumber(w->cert));
	struct authority a = {0};
	struct err ignored = ERR_INIT;
	char hex[2 * CRL_SERIAL_MAX + 1], subject[100];
	time_t end;
	int rc = 0;

	if (open_authority(w->c, ca, &a, &ignored) == 0 && authority_issued(&a, w->cert) &&
	    serial.n <= CRL_SERIAL_MAX && ossl_seconds(X509_get0_notAfter(w->cert), &end) == 0) {
		hex_of(serial, hex);
		name_text(X509_get_subject_name(w->cert), subject, sizeof subject);
		rc = add_target(w, ca, view_str(hex), end, view_str(subject), e);
	}
	authority_free(&a);
	return rc;
}

/* The certificate of --cert, in PEM or DER. */
static int
read_file(struct work *w, struct err *e)
{
	struct buf data = {0};
	struct err ignored = ERR_INIT;
	STACK_OF(X509) *certs = NULL;
	int rc = file_read(w->a->cert, CERT_FILE_MAX, &data, e);

	if (rc == 0 && (w->cert = ossl_cert_read(buf_view(&data))) == NULL &&
	    (certs = certs_read_pem(buf_view(&data), &ignored)) != NULL)
		w->cert = sk_X509_shift(certs);
	if (rc == 0 && w->cert == NULL)
		rc = err_set(e, ERR_USAGE, "%s: no certificate", w->a->cert);
	sk_X509_pop_free(certs, X509_free);
	buf_free(&data);
	return rc;
}

static int
collect(struct work *w, struct err *e)
{
	if (w->a->cert != NULL) {
		if (read_file(w, e) != 0 || operator_each_ca(w->c, w->a->ca, issued_by, w, e) != 0)
			return -1;
		return w->n > 0 ? 0
		                : err_set(e, ERR_USAGE, "%s: not issued by a CA of this host",
		                      w->a->cert);
	}
	if (operator_each_ca(w->c, w->a->ca, find_in_ca, w, e) != 0)
		return -1;
	if (w->n == 0 && w->serial != NULL && !w->revoked_before &&
	    store_orphans(w->store, 0, add_orphan, w, e) != 0)
		return -1;
	if (w->n == 0 && w->serial != NULL && !w->revoked_before)
		return err_set(e, ERR_USAGE,
		    "there is no record of a certificate %s (--cert revokes one as a file)",
		    w->serial);
	if (w->serial != NULL && w->n > 1)
		return err_set(e, ERR_USAGE,
		    "more than one CA has issued a certificate %s: say --ca", w->serial);
	return 0;
}

/* Many are confirmed, with their number and one of them by name. */
static int
confirm(struct work *w, struct err *e)
{
	char question[240];

	if (w->serial != NULL || w->cert != NULL || w->n == 0 || w->a->yes)
		return 0;
	snprintf(question, sizeof question,
	    "Revoke %zu certificate%s for ever, among them %s (%s)? (y/n)", w->n,
	    w->n == 1 ? "" : "s", w->targets[0].serial, w->targets[0].subject);
	return ask_yes(w->c, question, e);
}

static int
revoke_one(struct work *w, struct journal *j, const struct target *t, struct show_list *list,
    const char *who, struct err *e)
{
	const struct revocation r = {.authority = t->ca,
	    .serial = t->serial,
	    .reason = w->a->reason,
	    .at = time(NULL),
	    .not_after = t->not_after};
	enum revoked_state state;
	json_t *row;

	if (revoke_recorded(w->store, j, &r, who, &state, e) != 0)
		return -1;
	row = json_pack("{s:s,s:s,s:s,s:s}", "serial", t->serial, "ca", t->ca, "state",
	    state == REVOKED_BEFORE ? "was revoked" : "revoked", "subject", t->subject);
	return show_list_add(list, row, e);
}

static int
revoke_all(struct work *w, struct err *e)
{
	static const struct column columns[] = {{"serial", "SERIAL"}, {"ca", "CA"},
	    {"state", "STATE"}, {"subject", "SUBJECT"}, {NULL, NULL}};
	struct show_list list;
	struct journal *j;
	char who[64];
	int rc = issued_log_open(w->c, &j, e);

	operator_name(who);
	show_list_begin(&list, w->c->out, w->a->json, columns);
	for (size_t i = 0; rc == 0 && i < w->n; i++)
		rc = revoke_one(w, j, &w->targets[i], &list, who, e);
	show_list_end(&list, false);
	journal_free(j);
	return rc;
}

/* One by its number, one as a file, or all that fit: exactly one of them. */
static int
check_args(const struct args *a, struct err *e)
{
	bool filters = a->profile != NULL || a->subject != NULL;

	if ((a->operand != NULL) + (a->cert != NULL) + filters != 1)
		return err_set(
		    e, ERR_USAGE, "say which: a serial number, --cert, or --profile and --subject");
	return check_reason(a->reason, e);
}

int
cert_revoke(struct ctl *c, const struct args *a, struct err *e)
{
	struct work w = {.c = c, .a = a};
	char serial[2 * SERIAL_LEN + 1];
	int rc = -1;

	if (check_args(a, e) != 0 ||
	    (a->operand != NULL && serial_read(a->operand, serial, e) != 0) ||
	    operator_profile(c, a, &w.profile, e) != 0 || (w.store = ctl_store(c, e)) == NULL)
		goto out;
	w.serial = a->operand != NULL ? serial : NULL;
	if (collect(&w, e) != 0 || confirm(&w, e) != 0 || revoke_all(&w, e) != 0)
		goto out;
	if (w.n == 0)
		ctl_note(c,
		    w.serial != NULL ? "%s was revoked before: it stays so"
		                     : "there is no certificate to revoke",
		    serial);
	rc = 0;
out:
	X509_free(w.cert);
	store_free(w.store);
	free(w.targets);
	return rc;
}

const struct opt cert_revoke_options[] = {
    OPT_NEED("reason", reason, "REASON", FINAL_REASONS),
    OPT("ca", ca, "NAME", "of this CA"),
    OPT("cert", cert, "FILE", "the certificate in a file, whether or not there is a record of it"),
    OPT("profile", profile, "NAME", "all of one profile"),
    OPT("subject", subject, "TEXT", "all with this text in a name"),
    OPT_FLAG("yes", yes, "do not ask"),
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};
