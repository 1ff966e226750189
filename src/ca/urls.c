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
static void
write_name(const struct authority *by, const char *url, struct der *d)
{
	der_begin(d, DER_CONTEXT(6)); /* uniformResourceIdentifier */
	for (const char *p = url; *p != '\0'; p++) {
		if (is_placeholder(p)) {
			der_add(d, view_str(by->name));
			p += strlen(URL_AUTHORITY) - 1;
		} else
			der_add(d, view_of(p, 1));
	}
	der_end(d);
}

/* One extension, not critical, with its value inside two SEQUENCEs. */
static void
begin(int nid, struct der *d)
{
	der_begin(d, DER_SEQUENCE);
	der_oid(d, nid);
	der_begin(d, DER_OCTET_STRING);
	der_begin(d, DER_SEQUENCE);
	der_begin(d, DER_SEQUENCE);
}

static void
end(struct der *d)
{
	for (int i = 0; i < 4; i++)
		der_end(d);
}

/* DistributionPoint, fullName. */
static void
write_crl(const struct authority *by, const char *url, struct der *d)
{
	begin(NID_crl_distribution_points, d);
	der_begin(d, DER_CONTEXT_CONSTRUCTED(0));
	der_begin(d, DER_CONTEXT_CONSTRUCTED(0));
	write_name(by, url, d);
	der_end(d);
	der_end(d);
	end(d);
}

/* AccessDescription. */
static void
write_issuer(const struct authority *by, const char *url, struct der *d)
{
	begin(NID_info_access, d);
	der_oid(d, NID_ad_ca_issuers);
	write_name(by, url, d);
	end(d);
}

void
urls_write(const struct authority *by, const char *crl_url, const char *ca_url, struct der *d)
{
	if (crl_url != NULL && *crl_url != '\0')
		write_crl(by, crl_url, d);
	if (ca_url != NULL && *ca_url != '\0')
		write_issuer(by, ca_url, d);
}
