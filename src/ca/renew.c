/* SPDX-License-Identifier: ISC
 *
 * See ca/renew.h. The names of the new certificate are those of the old one whatever the request
 * says; it is compared all the same, so that a device that believes to have got other names learns
 * that it has not.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "ca/names.h"
#include "ca/renew.h"

static int
admit_time(const struct profile *p, const X509 *cert, time_t now, struct err *e)
{
	struct tm from = {0}, to = {0};
	time_t begin, end;

	if (ASN1_TIME_to_tm(X509_get0_notBefore(cert), &from) != 1 ||
	    ASN1_TIME_to_tm(X509_get0_notAfter(cert), &to) != 1)
		return err_set_ossl(e, ERR_RENEWAL_SIGNER, "dates of the signer");
	begin = timegm(&from);
	end = timegm(&to);
	if (now > end + p->renewal_grace)
		return err_set(
		    e, ERR_RENEWAL_EXPIRED, "expired %lld s ago", (long long)(now - end));
	if (now < begin)
		return err_set(e, ERR_RENEWAL_EARLY, "not yet valid");
	if (p->renewal_window > 0 && now < end - p->renewal_window)
		return err_set(e, ERR_RENEWAL_EARLY, "%lld s before the window",
		    (long long)(end - p->renewal_window - now));
	return 0;
}

/* Whether each line of `part` is a line of `whole`. */
static bool
lines_within(const char *part, const char *whole)
{
	while (*part != '\0') {
		size_t n = strcspn(part, "\n") + 1;
		const char *at = whole;

		while (at != NULL && *at != '\0' && strncmp(at, part, n) != 0)
			if ((at = strchr(at, '\n')) != NULL)
				at++;
		if (at == NULL || *at == '\0')
			return false;
		part += n;
	}
	return true;
}

static int
admit_sans(const X509 *cert, const struct csr *csr, struct err *e)
{
	struct buf asked = {0}, has = {0};
	int at = X509v3_get_ext_by_NID(csr->exts, NID_subject_alt_name, -1), rc = -1;
	const ASN1_OCTET_STRING *value;

	if (at < 0)
		return 0;
	value = X509_EXTENSION_get_data(X509v3_get_ext(csr->exts, at));
	if (san_lines(view_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)),
	        &asked, e) == 0 &&
	    san_lines(cert_san(cert), &has, e) == 0)
		rc = lines_within(buf_str(&asked), buf_str(&has))
		         ? 0
		         : err_set(e, ERR_RENEWAL_NAMES,
		               "alternative names that the certificate has not");
	buf_free(&asked);
	buf_free(&has);
	return rc;
}

int
renew_admit(const struct profile *p, const struct authority *a, const X509 *predecessor,
    const struct csr *csr, time_t now, struct err *e)
{
	X509 *cert = (X509 *)(uintptr_t)predecessor;

	if (!authority_issued(a, predecessor) || X509_check_ca(cert) != 0)
		return err_set(e, ERR_RENEWAL_SIGNER, "not issued to a device by this CA");
	if (!p->allow_renewal)
		return err_set(e, ERR_RENEWAL_OFF, "allow_renewal is false");
	if (admit_time(p, predecessor, now, e) != 0)
		return -1;
	if (p->renewal_new_key && csr_same_key(csr->spki, X509_get_X509_PUBKEY(cert)))
		return err_set(e, ERR_RENEWAL_KEY, "the same key again");
	if (X509_NAME_cmp(csr->subject, X509_get_subject_name(predecessor)) != 0)
		return err_set(e, ERR_RENEWAL_NAMES, "another subject");
	return admit_sans(predecessor, csr, e);
}
