/* SPDX-License-Identifier: ISC
 *
 * See ca/urls.h.
 */
#include "ca/urls.h"

#include <string.h>

#include <openssl/x509v3.h>

static bool
is_placeholder(const char *at)
{
	return strncmp(at, URL_AUTHORITY, strlen(URL_AUTHORITY)) == 0;
}

bool
url_ok(const char *url)
{
	static const char *const schemes[] = {"http://", "https://", "ldap://"};
	size_t n = 0;

	for (size_t i = 0; n == 0 && i < sizeof schemes / sizeof *schemes; i++)
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
			n = strlen(schemes[i]);
	if (n == 0 || url[n] == '\0' || url[n] == '/' || strlen(url) > URL_MAX)
		return false;
	for (const char *p = url; *p != '\0'; p++) {
		if (is_placeholder(p))
			p += strlen(URL_AUTHORITY) - 1;
		else if (*p <= ' ' || *p > '~' || strchr("{}\"<>\\^`|", *p) != NULL)
			return false;
	}
	return true;
}

/* The URL with the name in its place, as a GeneralName. */
static GENERAL_NAME *
name_of(const struct authority *by, const char *url)
{
	struct buf text = {0};
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *uri = ASN1_IA5STRING_new();
	int rc = name != NULL && uri != NULL ? 0 : -1;

	for (const char *p = url; rc == 0 && *p != '\0'; p++) {
		if (is_placeholder(p)) {
			rc = buf_add_str(&text, by->name);
			p += strlen(URL_AUTHORITY) - 1;
		} else
			rc = buf_add(&text, p, 1);
	}
	if (rc == 0 && ASN1_STRING_set(uri, text.p, (int)text.n) == 1) {
		GENERAL_NAME_set0_value(name, GEN_URI, uri);
		uri = NULL;
	} else {
		GENERAL_NAME_free(name);
		name = NULL;
	}
	ASN1_IA5STRING_free(uri);
	buf_free(&text);
	return name;
}

/* The parts that were made belong to what they were put into. */
static int
put_crl(X509 *cert, const struct authority *by, const char *url)
{
	CRL_DIST_POINTS *points = sk_DIST_POINT_new_null();
	DIST_POINT *point = DIST_POINT_new();
	DIST_POINT_NAME *where = DIST_POINT_NAME_new();
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = name_of(by, url);
	int rc = -1;

	if (points != NULL && point != NULL && where != NULL && names != NULL && name != NULL &&
	    sk_GENERAL_NAME_push(names, name) > 0) {
		name = NULL;
		where->type = 0; /* fullName */
		where->name.fullname = names;
		names = NULL;
		point->distpoint = where;
		where = NULL;
		if (sk_DIST_POINT_push(points, point) > 0) {
			point = NULL;
			rc = X509_add1_ext_i2d(cert, NID_crl_distribution_points, points, 0, 0) == 1
			         ? 0
			         : -1;
		}
	}
	GENERAL_NAME_free(name);
	GENERAL_NAMES_free(names);
	DIST_POINT_NAME_free(where);
	DIST_POINT_free(point);
	CRL_DIST_POINTS_free(points);
	return rc;
}

static int
put_issuer(X509 *cert, const struct authority *by, const char *url)
{
	AUTHORITY_INFO_ACCESS *all = AUTHORITY_INFO_ACCESS_new();
	ACCESS_DESCRIPTION *one = ACCESS_DESCRIPTION_new();
	GENERAL_NAME *name = name_of(by, url);
	int rc = -1;

	if (all != NULL && one != NULL && name != NULL) {
		ASN1_OBJECT_free(one->method);
		one->method = OBJ_nid2obj(NID_ad_ca_issuers);
		GENERAL_NAME_free(one->location);
		one->location = name;
		name = NULL;
		if (sk_ACCESS_DESCRIPTION_push(all, one) > 0) {
			one = NULL;
			rc = X509_add1_ext_i2d(cert, NID_info_access, all, 0, 0) == 1 ? 0 : -1;
		}
	}
	GENERAL_NAME_free(name);
	ACCESS_DESCRIPTION_free(one);
	AUTHORITY_INFO_ACCESS_free(all);
	return rc;
}

int
urls_put(X509 *cert, const struct authority *by, const char *crl_url, const char *ca_url)
{
	if (crl_url != NULL && *crl_url != '\0' && put_crl(cert, by, crl_url) != 0)
		return -1;
	return ca_url == NULL || *ca_url == '\0' ? 0 : put_issuer(cert, by, ca_url);
}
