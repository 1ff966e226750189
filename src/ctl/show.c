/* SPDX-License-Identifier: ISC
 *
 * One printer of JSON, one of tables, one of single objects.
 */
#include "ctl/show.h"

#include <string.h>

#include "base/ossl.h"
#include "ca/authority.h"
#include "ca/names.h"

#define COLUMN_MAX 60
#define COLUMNS_MAX 8
#define VALUE_MAX 512

void
show_time(const ASN1_TIME *at, char out[24])
{
	struct tm tm;

	out[0] = '\0';
	if (ASN1_TIME_to_tm(at, &tm) == 1)
		strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void
show_seconds(int64_t at, char out[24])
{
	time_t seconds = (time_t)at;
	struct tm tm;

	out[0] = '\0';
	if (at != 0 && gmtime_r(&seconds, &tm) != NULL)
		strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void
show_serial(const X509 *cert, char out[48])
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	int n = ASN1_STRING_length(serial);
	size_t at = 0;

	out[0] = '\0';
	for (int i = 0; i < n && at + 3 <= 48; i++)
		at += (size_t)snprintf(out + at, 48 - at, "%02x", ASN1_STRING_get0_data(serial)[i]);
}

static void
key_text(const X509 *cert, char out[32])
{
	struct key_facts facts = ossl_key_facts(X509_get_X509_PUBKEY(cert));

	if (facts.bits != 0)
		snprintf(out, 32, "%s %d", facts.name, facts.bits);
	else
		snprintf(out, 32, "%s", facts.name);
}

json_t *
show_cert(const X509 *cert)
{
	char subject[512], issuer[512], serial[48], from[24], to[24], key[32], sha256[96], sha1[96];

	name_text(X509_get_subject_name(cert), subject, sizeof(subject));
	name_text(X509_get_issuer_name(cert), issuer, sizeof(issuer));
	show_serial(cert, serial);
	show_time(X509_get0_notBefore(cert), from);
	show_time(X509_get0_notAfter(cert), to);
	key_text(cert, key);
	cert_fingerprint(cert, EVP_sha256(), sha256);
	cert_fingerprint(cert, EVP_sha1(), sha1);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "subject", subject, "issuer", issuer,
	    "serial", serial, "not_before", from, "not_after", to, "key", key, "sha256", sha256,
	    "sha1", sha1);
}

static int
print_json(FILE *out, const json_t *value, struct err *e)
{
	char *text = json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

	if (text == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	fprintf(out, "%s\n", text);
	free(text);
	return 0;
}

/* What could move the cursor or turn the direction of writing becomes a question mark: names come
 * from outside, and a terminal obeys. */
static void
plain(char *text)
{
	unsigned char *p = (unsigned char *)text;

	for (; *p != '\0'; p++) {
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
		bool turn =
		    p[0] == 0xe2 && ((p[1] == 0x80 && ((p[2] >= 0x8b && p[2] <= 0x8f) ||
		                                          (p[2] >= 0xa8 && p[2] <= 0xae))) ||
		                        (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));

		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		else if (c1 || turn)
			memset(p, '?', c1 ? 2 : 3);
	}
}

/* The value as a person reads it. */
static void
value_text(const json_t *v, char *out, size_t len)
{
	const json_t *item;
	size_t i, at = 0;

	out[0] = '\0';
	if (json_is_string(v)) {
		snprintf(out, len, "%s", json_string_value(v));
		plain(out);
	} else if (json_is_integer(v)) {
		snprintf(out, len, "%lld", (long long)json_integer_value(v));
	} else if (json_is_boolean(v)) {
		snprintf(out, len, "%s", json_is_true(v) ? "yes" : "no");
	} else if (json_is_array(v)) {
		json_array_foreach((json_t *)v, i, item)
		{
			char one[128];

			value_text(item, one, sizeof(one));
			if (at < len)
				at += (size_t)snprintf(
				    out + at, len - at, "%s%s", i > 0 ? ", " : "", one);
		}
	}
}

/* The cell of a row; a row of NULL is the heading. */
static void
cell_text(const json_t *row, const struct column *column, char *out, size_t len)
{
	if (row == NULL)
		snprintf(out, len, "%s", column->title);
	else
		value_text(json_object_get(row, column->key), out, len);
}

static int
column_width(const json_t *rows, const struct column *column)
{
	char text[VALUE_MAX];
	const json_t *row;
	size_t i, width = strlen(column->title);

	json_array_foreach((json_t *)rows, i, row)
	{
		cell_text(row, column, text, sizeof(text));
		if (strlen(text) > width)
			width = strlen(text);
	}
	return (int)(width < COLUMN_MAX ? width : COLUMN_MAX);
}

static void
print_row(FILE *out, const json_t *row, const struct column *columns, const int *widths)
{
	char text[VALUE_MAX];

	for (size_t c = 0; columns[c].key != NULL; c++) {
		cell_text(row, &columns[c], text, sizeof(text));
		if (columns[c + 1].key != NULL)
			fprintf(out, "%-*s  ", widths[c], text);
		else
			fprintf(out, "%s\n", text);
	}
}

int
show_rows(FILE *out, bool as_json, const json_t *rows, const struct column *columns, struct err *e)
{
	int widths[COLUMNS_MAX] = {0};
	const json_t *row;
	size_t i;

	if (rows == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (as_json)
		return print_json(out, rows, e);
	for (size_t c = 0; c < COLUMNS_MAX && columns[c].key != NULL; c++)
		widths[c] = column_width(rows, &columns[c]);
	print_row(out, NULL, columns, widths);
	json_array_foreach((json_t *)rows, i, row)
	{
		print_row(out, row, columns, widths);
	}
	return 0;
}

#define FIRST_ROWS 200 /* that settle the widths */

void
show_list_begin(struct show_list *l, FILE *out, bool as_json, const struct column *columns)
{
	*l = (struct show_list){.out = out, .as_json = as_json, .columns = columns};
	l->first = json_array();
}

/* Prints the first rows, once their number or the end of the list settles the widths. */
static void
list_settle(struct show_list *l)
{
	const json_t *row;
	size_t i;

	for (size_t c = 0; c < COLUMNS_MAX && l->columns[c].key != NULL; c++)
		l->widths[c] = column_width(l->first, &l->columns[c]);
	print_row(l->out, NULL, l->columns, l->widths);
	json_array_foreach(l->first, i, row)
	{
		print_row(l->out, row, l->columns, l->widths);
	}
	json_decref(l->first);
	l->first = NULL;
}

int
show_list_add(struct show_list *l, json_t *row, struct err *e)
{
	int rc = row != NULL ? 0 : -1;

	if (rc == 0 && l->as_json) {
		char *text = json_dumps(row, JSON_COMPACT | JSON_PRESERVE_ORDER);

		if ((rc = text != NULL ? 0 : -1) == 0)
			fprintf(l->out, "%s\n%s", l->n == 0 ? "[" : ",", text);
		free(text);
	} else if (rc == 0 && l->first != NULL) {
		rc = json_array_append(l->first, row);
		if (json_array_size(l->first) == FIRST_ROWS)
			list_settle(l);
	} else if (rc == 0)
		print_row(l->out, row, l->columns, l->widths);
	l->n++;
	json_decref(row);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

void
show_list_end(struct show_list *l, bool give_up)
{
	if (!give_up && l->as_json)
		fprintf(l->out, "%s]\n", l->n == 0 ? "[" : "\n");
	else if (!give_up && l->first != NULL)
		list_settle(l);
	json_decref(l->first);
	l->first = NULL;
}

static void
print_members(FILE *out, const json_t *object, int indent)
{
	const char *key;
	const json_t *value;
	char text[1024];

	json_object_foreach((json_t *)object, key, value)
	{
		if (json_is_object(value)) {
			fprintf(out, "%*s%s:\n", indent, "", key);
			print_members(out, value, indent + 2);
			continue;
		}
		value_text(value, text, sizeof(text));
		fprintf(out, "%*s%s: %s\n", indent, "", key, text);
	}
}

int
show_object(FILE *out, bool as_json, const json_t *object, struct err *e)
{
	if (object == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (as_json)
		return print_json(out, object, e);
	print_members(out, object, 0);
	return 0;
}
