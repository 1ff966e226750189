/* SPDX-License-Identifier: ISC
 *
 * A name made from another: that of a root from its CA's, of the next CA from the present one's.
 */
#include "ctl/dn.h"

#include <stdbool.h>
#include <string.h>

#define VALUE_MAX 512

/* How much of a text is left without a number behind a space at its end. */
static int
without_number(const char *text, int len)
{
	int n = len;

	while (n > 0 && text[n - 1] >= '0' && text[n - 1] <= '9')
		n--;
	return n < len && n > 1 && text[n - 1] == ' ' ? n - 1 : len;
}

/* A new commonName entry with the text of an old one and a suffix; NULL when it is too long. */
static X509_NAME_ENTRY *
longer_entry(const X509_NAME_ENTRY *old, const char *suffix, bool renumber)
{
	unsigned char *utf8 = NULL;
	char value[VALUE_MAX];
	int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(old)), n;

	if (len < 0)
		return NULL;
	if (renumber)
		len = without_number((char *)utf8, len);
	n = snprintf(value, sizeof(value), "%.*s%s", len, (char *)utf8, suffix);
	OPENSSL_free(utf8);
	if (n < 0 || (size_t)n >= sizeof(value))
		return NULL;
	return X509_NAME_ENTRY_create_by_NID(
	    NULL, NID_commonName, MBSTRING_UTF8, (unsigned char *)value, n);
}

static X509_NAME *
rename_cn(const X509_NAME *name, const char *suffix, bool renumber, struct err *e)
{
	int cn = X509_NAME_get_index_by_NID(name, NID_commonName, -1), before = -1;
	X509_NAME_ENTRY *longer;
	X509_NAME *copy;

	if (cn < 0) {
		err_set(e, ERR_USAGE, "the subject needs a CN");
		return NULL;
	}
	longer = longer_entry(X509_NAME_get_entry(name, cn), suffix, renumber);
	if (longer == NULL) {
		err_set_ossl(e, ERR_USAGE, "the CN of the subject is too long");
		return NULL;
	}
	copy = X509_NAME_new();
	for (int i = 0; copy != NULL && i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		int joined = X509_NAME_ENTRY_set(entry) == before ? -1 : 0;

		before = X509_NAME_ENTRY_set(entry);
		if (X509_NAME_add_entry(copy, i == cn ? longer : entry, -1, joined) == 1)
			continue;
		X509_NAME_free(copy);
		copy = NULL;
	}
	X509_NAME_ENTRY_free(longer);
	if (copy == NULL)
		err_set_ossl(e, ERR_INTERNAL, "cannot copy the name");
	return copy;
}

X509_NAME *
dn_with_suffix(const X509_NAME *name, const char *suffix, struct err *e)
{
	return rename_cn(name, suffix, false, e);
}

X509_NAME *
dn_numbered(const X509_NAME *name, int number, struct err *e)
{
	char suffix[16];

	snprintf(suffix, sizeof suffix, " %d", number);
	return rename_cn(name, suffix, true, e);
}
