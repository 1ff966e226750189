/* SPDX-License-Identifier: ISC
 *
 * See ctl/ra_make.h.
 */
#include "ctl/ra_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ossl.h"
#include "ca/profile.h"
#include "ctl/ceremony_log.h"
#include "ctl/folder.h"

#define CN_MAX 64

/* Windows lets whoever has the key of such a certificate enrol in the name of any user. */
static bool
is_request_agent(const ASN1_OBJECT *usage)
{
	char oid[80];

	return OBJ_obj2txt(oid, sizeof oid, usage, 1) > 0 &&
	       strcmp(oid, "1.3.6.1.4.1.311.20.2.1") == 0;
}

static void
warn_of_usage(struct ctl *c, const EXTENDED_KEY_USAGE *eku)
{
	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		if (is_request_agent(sk_ASN1_OBJECT_value(eku, i)))
			ctl_note(c,
			    "warning: with Certificate Request Agent the key of the RA "
			    "can enrol for any user of a Windows domain that trusts the CA");
}

/* "serverAuth,1.3.6.1.5.5.7.3.2", or "none". */
static EXTENDED_KEY_USAGE *
read_eku(const char *text, struct err *e)
{
	EXTENDED_KEY_USAGE *eku = sk_ASN1_OBJECT_new_null();
	char *copy = strdup(text), *rest = copy, *word;

	while (eku != NULL && copy != NULL && strcmp(text, "none") != 0 &&
	       (word = strsep(&rest, ",")) != NULL) {
		ASN1_OBJECT *obj = ext_key_usage_read(word);

		if (obj != NULL && sk_ASN1_OBJECT_push(eku, obj) > 0)
			continue;
		err_set(e, ERR_USAGE, "\"%s\" is not an extended key usage", word);
		ASN1_OBJECT_free(obj);
		EXTENDED_KEY_USAGE_free(eku);
		eku = NULL;
	}
	if (copy == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	free(copy);
	return eku;
}

/* That of a certificate; an empty one when it has none. */
static EXTENDED_KEY_USAGE *
eku_of(const X509 *cert)
{
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);

	return eku != NULL ? eku : sk_ASN1_OBJECT_new_null();
}

/* The kind of key that a certificate has. */
static int
spec_of(const X509 *cert, char out[24], struct err *e)
{
	EVP_PKEY *key = ossl_spki_key(X509_get_X509_PUBKEY(cert), e);

	if (key == NULL)
		return -1;
	key_spec_of(key, out);
	EVP_PKEY_free(key);
	return 0;
}

static int
plan_keys(struct ctl *c, const struct args *a, const char *profile, const struct ra_like *like,
    struct ra_wish *w, struct err *e)
{
	char def[24] = RA_DEFAULT_KEY;
	struct args second = *a;

	if (like != NULL && like->in_token && a->key == NULL)
		return err_set(e, ERR_USAGE,
		    "the present key is in a token: --key says where the new one is to be");
	if (like != NULL && spec_of(like->cert, def, e) != 0)
		return -1;
	if (new_key_plan(c, a, def, "ra", profile, false, &w->key, e) != 0)
		return -1;
	snprintf(w->text, sizeof w->text, "%s", w->key.text);
	if (!w->two)
		return 0;
	second.key = a->sign_key;
	if (a->sign_key == NULL || !token_is_uri(a->sign_key))
		second.key_type = NULL;
	if (new_key_plan(c, &second, def, "ra", profile, false, &w->sign_key, e) != 0)
		return -1;
	snprintf(w->text, sizeof w->text, "%s --ra-keys 2 --sign-%s", w->key.text,
	    w->sign_key.text + strlen("--"));
	return 0;
}

static int
read_number(const struct args *a, const struct ra_like *like, bool *two, struct err *e)
{
	*two = a->sign_key != NULL || (like != NULL && like->two);
	if (a->ra_keys == NULL)
		return 0;
	if (strcmp(a->ra_keys, "1") != 0 && strcmp(a->ra_keys, "2") != 0)
		return err_set(e, ERR_USAGE, "--ra-keys is 1 or 2, not %s", a->ra_keys);
	*two = *a->ra_keys == '2';
	return *two || a->sign_key == NULL
	           ? 0
	           : err_set(e, ERR_USAGE, "--sign-key is for an RA of two keys");
}

int
ra_wish_read(struct ctl *c, const struct args *a, const char *profile, const struct ra_like *like,
    struct ra_wish *w, struct err *e)
{
	*w = (struct ra_wish){.eku = NULL};
	if (read_number(a, like, &w->two, e) != 0 || plan_keys(c, a, profile, like, w, e) != 0)
		return -1;
	if (a->ra_eku == NULL && like != NULL)
		w->eku = eku_of(like->cert);
	else
		w->eku = read_eku(a->ra_eku != NULL ? a->ra_eku : RA_DEFAULT_EKU, e);
	if (w->eku == NULL)
		return e->code != ERR_OK ? -1 : err_set(e, ERR_MEMORY, "out of memory");
	warn_of_usage(c, w->eku);
	return 0;
}

void
ra_wish_end(struct ctl *c, struct ra_wish *w, bool keep)
{
	EXTENDED_KEY_USAGE_free(w->eku);
	if (keep) {
		new_key_tell(c, &w->key);
		if (w->two && w->sign_key.place.uri != NULL && w->key.place.uri == NULL)
			new_key_tell(c, &w->sign_key);
	}
	new_key_end(c, &w->key, keep);
	new_key_end(c, &w->sign_key, keep);
	w->eku = NULL;
}

/* C and O of the CA, then a commonName that tells the RA from its CA. */
static X509_NAME *
ra_name(const char *profile, const char *what, const X509_NAME *ca)
{
	static const int copied[] = {NID_countryName, NID_organizationName};
	X509_NAME *name = X509_NAME_new();
	char cn[CN_MAX + 1];

	snprintf(cn, sizeof(cn), "%.*s %s", (int)(CN_MAX - 1 - strlen(what)), profile, what);
	for (size_t i = 0; i < 2 && name != NULL; i++) {
		int at = X509_NAME_get_index_by_NID(ca, copied[i], -1);

		if (at < 0 || X509_NAME_add_entry(name, X509_NAME_get_entry(ca, at), -1, 0) == 1)
			continue;
		X509_NAME_free(name);
		name = NULL;
	}
	if (name != NULL && X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
	                        (unsigned char *)cn, -1, -1, 0) != 1) {
		X509_NAME_free(name);
		name = NULL;
	}
	return name;
}

/* What one key of an RA is made from. */
struct half {
	const char *profile, *what;
	enum ceremony_role role;
	const struct authority *ca;
	EVP_PKEY *ca_key;
};

static X509 *
make_cert(const struct half *h, EVP_PKEY *key, const EXTENDED_KEY_USAGE *eku, struct err *e)
{
	X509_NAME *name = ra_name(h->profile, h->what, X509_get_subject_name(h->ca->cert));
	struct ceremony ra = {.role = h->role,
	    .subject = name,
	    .key = key,
	    .issuer = h->ca->cert,
	    .issuer_key = h->ca_key,
	    .ext_key_usage = eku,
	    .now = clock_now()};
	X509 *cert = NULL;

	if (name == NULL)
		err_set(e, ERR_MEMORY, "out of memory");
	else
		cert = ceremony_cert(&ra, e);
	X509_NAME_free(name);
	return cert;
}

int
ra_make(const char *profile, struct ra_wish *w, const struct authority *ca, EVP_PKEY *ca_key,
    struct ra_made *out, struct err *e)
{
	struct half h = {.profile = profile,
	    .what = "RA",
	    .role = w->two ? CEREMONY_RA_ENCRYPT : CEREMONY_RA,
	    .ca = ca,
	    .ca_key = ca_key};

	*out = (struct ra_made){.cert = NULL};
	if (new_key_make(&w->key, e) != 0 ||
	    (out->cert = make_cert(&h, w->key.key, w->eku, e)) == NULL)
		return -1;
	if (!w->two)
		return 0;
	h.role = CEREMONY_RA_SIGN;
	h.what = "RA signing";
	if (new_key_make(&w->sign_key, e) != 0)
		return -1;
	out->sign_cert = make_cert(&h, w->sign_key.key, w->eku, e);
	return out->sign_cert != NULL ? 0 : -1;
}

void
ra_made_free(struct ra_made *m)
{
	X509_free(m->cert);
	X509_free(m->sign_cert);
	*m = (struct ra_made){.cert = NULL};
}

int
ra_transcript(const struct ra_made *m, struct buf *entry, struct err *e)
{
	if (m->sign_cert != NULL &&
	    transcript_cert(entry, "RA certificate that signs", m->sign_cert, e) != 0)
		return -1;
	return transcript_cert(entry, "RA certificate", m->cert, e);
}

static int
put_cert(const X509 *cert, enum ra_file file, ra_put *put, void *to, struct err *e)
{
	struct buf pem = {0};
	int rc = pem_add(&pem, cert, e) == 0 ? put(to, file, buf_view(&pem), 0644, e) : -1;

	buf_free(&pem);
	return rc;
}

/* The key, or where it is in a token. */
static int
put_key(const struct new_key *key, enum ra_file file, enum ra_file uri_file, ra_put *put, void *to,
    struct err *e)
{
	struct secret pem = {0};
	char line[TOKEN_URI_MAX + 2];
	int rc;

	if (key->place.uri != NULL) {
		snprintf(line, sizeof line, "%s\n", key->place.uri);
		return put(to, uri_file, view_str(line), 0644, e);
	}
	rc = key_pem(key->key, NULL, &pem, e) == 0 ? put(to, file, secret_view(&pem), 0600, e) : -1;
	secret_free(&pem);
	return rc;
}

int
ra_files(const struct ra_wish *w, const struct ra_made *m, ra_put *put, void *to, struct err *e)
{
	int rc = put_key(&w->key, RA_KEY, RA_KEY_URI, put, to, e);

	if (rc == 0 && w->two)
		rc = put_key(&w->sign_key, RA_SIGN_KEY, RA_SIGN_KEY_URI, put, to, e);
	if (rc == 0 && w->two)
		rc = put_cert(m->sign_cert, RA_SIGN_CERT, put, to, e);
	return rc == 0 ? put_cert(m->cert, RA_CERT, put, to, e) : rc;
}
