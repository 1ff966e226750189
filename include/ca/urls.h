/* SPDX-License-Identifier: ISC
 *
 * What a certificate says of where to learn more: its revocation list (RFC 5280 section 4.2.1.13)
 * and the certificate of its issuer (section 4.2.2.1).
 */
#ifndef CA_URLS_H
#define CA_URLS_H

#include "ca/authority.h"
#include "wire/der.h"

#define URL_AUTHORITY "{authority}" /* stands for the name of the authority that issues */
#define URL_MAX 500

/* Whether a text may be such a URL: http, https or ldap, printable ASCII without spaces, braces
 * only as URL_AUTHORITY. */
bool url_ok(const char *url);

/* The Extensions for those that are given (NULL or "": none). */
void urls_write(const struct authority *by, const char *crl_url, const char *ca_url, struct der *d);

#endif
