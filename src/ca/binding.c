/* SPDX-License-Identifier: ISC
 *
 * See ca/binding.h. A name that could never be issued is refused here: a challenge bound to it
 * would be good for nothing.
 */
#include "ca/binding.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "ca/names.h"
#include "ca/names_read.h"

#define UPN "UPN:"
#define OTHER_NAME "otherName"
#define OTHER_UPN "1.3.6.1.4.1.311.20.2.3;UTF8:"

int
binding_subject(struct binding *b, const char *dn, struct err *e)
{
	X509_NAME *name = dn_read(dn, e);
	struct err why = ERR_INIT;
	int rc = -1;

	if (name == NULL)
		return -1;
	if (names_admit_subject(name, &why) != 0)
		err_set(e, ERR_USAGE, "%s", why.detail);
	else {
		buf_free(&b->subject);
		rc = name_line(name, &b->subject, e);
	}
	X509_NAME_free(name);
	return rc;
}

/* One name from "KIND:VALUE"; NULL: none. */
static GENERAL_NAME *
read_one(const char *text)
{
	const char *colon = strchr(text, ':');
	CONF_VALUE v = {NULL, NULL, NULL};
	X509V3_CTX ctx = {0};
	GENERAL_NAME *one = NULL;

	if (colon == NULL || colon[1] == '\0')
		return NULL;
	X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, X509V3_CTX_TEST);
	if (strncmp(text, UPN, strlen(UPN)) == 0) {
		v.name = strdup(OTHER_NAME);
		if (asprintf(&v.value, OTHER_UPN "%s", colon + 1) < 0)
			v.value = NULL;
	} else {
		v.name = strndup(text, (size_t)(colon - text));
		v.value = strdup(colon + 1);
	}
	if (v.name != NULL && v.value != NULL)
		one = v2i_GENERAL_NAME(NULL, &ctx, &v);
	free(v.name);
	free(v.value);
	ERR_clear_error();
	return one;
}

/* Adds names that the profile would issue. */
static int
add_names(const struct profile *p, struct binding *b, const GENERAL_NAMES *names, struct err *e)
{
	struct buf der = {0};
	struct err why = ERR_INIT;
	int rc = -1;

	if (ossl_write(&der, names, ASN1_ITEM_rptr(GENERAL_NAMES)) != 0)
		err_set(e, ERR_MEMORY, "alternative name");
	else if (names_admit_san(p, buf_view(&der), &why) != 0)
		err_set(e, ERR_USAGE, "%s", why.detail);
	else
		rc = san_lines(buf_view(&der), &b->sans, e);
	buf_free(&der);
	return rc;
}

int
binding_san(const struct profile *p, struct binding *b, const char *san, struct err *e)
{
	GENERAL_NAME *one;
	GENERAL_NAMES *names;
	int rc = -1;

	if ((one = read_one(san)) == NULL)
		return err_set(e, ERR_USAGE,
		    "\"%.80s\" is no alternative name such as DNS:a.example, IP:192.0.2.1, "
		    "email:x@a.example, URI:urn:x or UPN:x@a.example",
		    san);
	if ((names = sk_GENERAL_NAME_new_null()) == NULL || sk_GENERAL_NAME_push(names, one) <= 0) {
		GENERAL_NAME_free(one);
		err_set(e, ERR_MEMORY, "alternative name");
	} else
		rc = add_names(p, b, names, e);
	sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
	return rc;
}

int
binding_sans(const struct profile *p, struct binding *b, const char *list, struct err *e)
{
	char *copy = strdup(list), *rest = copy, *one;
	int rc = copy == NULL ? err_set(e, ERR_MEMORY, "alternative names") : 0;

	while (rc == 0 && (one = strsep(&rest, ",")) != NULL) {
		one += strspn(one, " ");
		for (size_t n = strlen(one); n > 0 && one[n - 1] == ' '; n--)
			one[n - 1] = '\0';
		rc = binding_san(p, b, one, e);
	}
	free(copy);
	return rc;
}

bool
binding_any(const struct binding *b)
{
	return b->subject.n > 0 || b->sans.n > 0;
}

void
binding_free(struct binding *b)
{
	buf_free(&b->subject);
	buf_free(&b->sans);
}
