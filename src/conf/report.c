/* SPDX-License-Identifier: ISC
 *
 * What a host says of itself to the others: version, digest of the configuration, and fingerprints
 * of every CA and RA certificate, as JSON.
 */
#include <string.h>

#include "base/enc.h"
#include "conf/assemble.h"
#include "config.h"

static int
add_cert(struct buf *json, const char *kind, const char *name, const X509 *cert)
{
	unsigned char digest[32];
	unsigned n = sizeof digest;
	char hex[65];
	bool first = json->n > 0 && json->p[json->n - 1] == '{';

	if (X509_digest(cert, EVP_sha256(), digest, &n) != 1)
		return -1;
	hex_of(view_of(digest, sizeof digest), hex);
	/* Names of CAs and profiles are letters, digits and dots. */
	return buf_printf(json, "%s\"%s %s\":\"%s\"", first ? "" : ",", kind, name, hex);
}

int
conf_report(const struct conf *c, const struct service *s, struct buf *json, struct err *e)
{
	int rc = buf_printf(
	    json, "{\"version\":\"%s\",\"conf\":\"%s\",\"certs\":{", PACKAGE_VERSION, c->digest);

	for (size_t i = 0; rc == 0 && i < s->n_cas; i++)
		rc = add_cert(json, "ca", s->cas[i].authority.name, s->cas[i].authority.cert);
	for (size_t i = 0; rc == 0 && i < s->n_profiles; i++)
		for (size_t j = 0; rc == 0 && j < s->profiles[i].n_ras; j++) {
			const struct service_ra *ra = &s->profiles[i].ras[j];
			char name[80];

			snprintf(name, sizeof name, ra->number == 1 ? "%s" : "%s %d",
			    s->profiles[i].profile.name, ra->number);
			rc = add_cert(json, "ra", name, ra_key_cert(ra->key));
		}
	if (rc == 0)
		rc = buf_add_str(json, "}}");
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "no memory");
}
