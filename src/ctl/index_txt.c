/* SPDX-License-Identifier: ISC
 *
 * See ctl/index_txt.h.
 */
#include "ctl/index_txt.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <openssl/asn1.h>
#include <openssl/txt_db.h>

/* Columns of the file. */
enum { STATUS, EXPIRES, REVOKED, SERIAL, NAME, SUBJECT, COLUMNS };

/* Reasons as OpenSSL writes them, in whatever case; two of its own lead to times after a comma. */
static const char *const reasons[][2] = {{"keyCompromise", "keyCompromise"},
    {"keyTime", "keyCompromise"}, {"CACompromise", "cACompromise"}, {"CAkeyTime", "cACompromise"},
    {"affiliationChanged", "affiliationChanged"}, {"superseded", "superseded"},
    {"cessationOfOperation", "cessationOfOperation"}, {"certificateHold", "certificateHold"},
    {"holdInstruction", "certificateHold"}};

int
serial_read(const char *given, char out[2 * SERIAL_LEN + 1], struct err *e)
{
	size_t n = strspn(given, "0:"), digits = 0;
	const char *p = given + n;
	char *to = out;

	for (n = 0; p[n] != '\0'; n++)
		digits += p[n] != ':';
	if (p[strspn(p, "0123456789abcdefABCDEF:")] != '\0' || digits > 2 * SERIAL_LEN)
		return err_set(
		    e, ERR_USAGE, "\"%.100s\" is no serial number in hexadecimal", given);
	/* Whole octets, at least one. */
	for (n = digits == 0 ? 2 : digits % 2; n > 0; n--)
		*to++ = '0';
	for (; *p != '\0'; p++)
		if (*p != ':')
			*to++ = (char)(*p >= 'A' && *p <= 'F' ? *p + 32 : *p);
	*to = '\0';
	return 0;
}

static int64_t
seconds_of(const char *text)
{
	ASN1_TIME *at = ASN1_TIME_new(), *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0, ok;

	ok = at != NULL && epoch != NULL && ASN1_TIME_set_string(at, text) == 1 &&
	     ASN1_TIME_diff(&days, &seconds, epoch, at) == 1;
	ASN1_TIME_free(at);
	ASN1_TIME_free(epoch);
	return ok ? (int64_t)days * 86400 + seconds : -1;
}

/* "YYMMDDHHMMSSZ", with a reason and more of it after commas. */
static int
read_revocation(char *text, struct index_row *row)
{
	char *reason = strchr(text, ','), *more;

	row->reason = "unspecified";
	if (reason != NULL) {
		*reason++ = '\0';
		if ((more = strchr(reason, ',')) != NULL)
			*more = '\0';
		for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
			if (strcasecmp(reason, reasons[i][0]) == 0)
				row->reason = reasons[i][1];
	}
	return (row->at = seconds_of(text)) < 0 ? -1 : 0;
}

static int
read_row(OPENSSL_STRING *text, struct index_row *row)
{
	struct err why = ERR_INIT;

	*row =
	    (struct index_row){.revoked = strcmp(text[STATUS], "R") == 0, .reason = "unspecified"};
	if (strlen(text[STATUS]) != 1 || strchr("VRE", *text[STATUS]) == NULL ||
	    serial_read(text[SERIAL], row->serial, &why) != 0)
		return -1;
	if (!row->revoked)
		return 0;
	return (row->expires = seconds_of(text[EXPIRES])) < 0 ? -1
	                                                      : read_revocation(text[REVOKED], row);
}

int
index_read(const char *path, int (*each)(void *arg, const struct index_row *row, struct err *e),
    void *arg, struct err *e)
{
	BIO *in = BIO_new_file(path, "r");
	TXT_DB *db = NULL;
	int rc = 0;

	if (in == NULL)
		return err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	if ((db = TXT_DB_read(in, COLUMNS)) == NULL)
		rc = err_set(e, ERR_MESSAGE, "%s is no index of six columns", path);
	for (int i = 0; rc == 0 && i < sk_OPENSSL_PSTRING_num(db->data); i++) {
		struct index_row row;

		if (read_row(sk_OPENSSL_PSTRING_value(db->data, i), &row) != 0)
			rc = err_set(e, ERR_MESSAGE,
			    "%s: certificate %d of the index has another form", path, i + 1);
		else
			rc = each(arg, &row, e);
	}
	TXT_DB_free(db);
	BIO_free(in);
	return rc;
}
