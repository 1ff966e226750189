/* SPDX-License-Identifier: ISC
 *
 * scepctl getca: what a server says of its CA (RFC 8894 section 4.2), or of the one that is to
 * follow (section 4.7). Nothing of the configuration is used.
 */
#include <stdlib.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "ctl/enroll.h"
#include "ctl/folder.h"
#include "ctl/show.h"

static int
write_ca_files(const struct args *a, const struct client_ca *ca, struct err *e)
{
	char *ra_path = prefix_path(a->out, ".ra.pem"), *ca_path = prefix_path(a->out, ".ca.pem");
	struct buf ras = {0}, cas = {0};
	int rc = ra_path != NULL && ca_path != NULL ? 0 : err_set(e, ERR_MEMORY, "out of memory");

	for (int i = 0; rc == 0 && i < sk_X509_num(ca->certs); i++) {
		X509 *cert = sk_X509_value(ca->certs, i);

		rc = pem_add(X509_check_ca(cert) > 0 ? &cas : &ras, cert, e);
	}
	if (rc == 0 && ras.n > 0)
		rc = file_write(ra_path, buf_view(&ras), 0644, NOBODY_ELSE, false, e);
	if (rc == 0 && cas.n > 0)
		rc = file_write(ca_path, buf_view(&cas), 0644, NOBODY_ELSE, false, e);
	buf_free(&ras);
	buf_free(&cas);
	free(ra_path);
	free(ca_path);
	return rc;
}

static json_t *
ca_rows(const struct client_ca *ca)
{
	json_t *rows = json_array();

	for (int i = 0; i < sk_X509_num(ca->certs); i++) {
		X509 *cert = sk_X509_value(ca->certs, i);
		json_t *row = show_cert(cert);

		json_object_set_new(
		    row, "role", json_string(X509_check_ca(cert) > 0 ? "CA" : "RA"));
		json_array_append_new(rows, row);
	}
	return rows;
}

/* What the server has now, or what it will have. */
static int
fetch_ca(const struct args *a, struct client_ca *ca, struct err *e)
{
	struct client_server server = {.url = a->url, .tls_ca = a->tls_ca};
	struct client_ca present;
	int rc = client_ca_get(&server, a->fingerprint, a->next ? &present : ca, e);

	if (rc == 0 && a->next) {
		rc = client_next_get(&server, &present, ca, e);
		client_ca_free(&present);
	}
	return rc;
}

int
getca(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"role", "ROLE"}, {"key", "KEY"},
	    {"not_after", "NOT AFTER"}, {"subject", "SUBJECT"}, {"sha256", "SHA-256"},
	    {NULL, NULL}};
	struct client_ca ca = {0};
	json_t *rows = NULL;
	int rc = -1;

	if (fetch_ca(a, &ca, e) != 0)
		return -1;
	if (a->out == NULL || write_ca_files(a, &ca, e) == 0) {
		rows = ca_rows(&ca);
		rc = show_rows(c->out, a->json, rows, columns, e);
		json_decref(rows);
	}
	if (rc == 0 && a->fingerprint == NULL)
		ctl_note(c, "No --fingerprint was given: compare the SHA-256 of the CA with what "
		            "its operator says.");
	/* Anybody's certificate of that CA is as good as that of an RA (client_next_read). */
	if (rc == 0 && a->next && strncasecmp(a->url, "https:", 6) != 0)
		ctl_note(c, "Whoever has a certificate of the present CA and stands between could "
		            "have given this answer: compare the SHA-256 of the next CA with what "
		            "its operator says, or ask by https.");
	client_ca_free(&ca);
	return rc;
}

const struct opt getca_options[] = {
    SERVER_OPTIONS,
    OPT_FLAG("next", next, "those of the CA that is to follow, which the present one vouches for"),
    OPT("out", out, "PREFIX", "write PREFIX.ca.pem and PREFIX.ra.pem"),
    OPT_FLAG("json", json, "as JSON"),
    OPT_END,
};
