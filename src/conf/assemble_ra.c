/* SPDX-License-Identifier: ISC
 *
 * The RAs of a profile, of every generation, with their keys.
 */
#include "load.h"

static EVP_PKEY *
key_of(const struct conf *c, const struct conf_profile *from, const char *path, X509 *cert,
    struct err *e)
{
	struct err why = ERR_INIT;
	EVP_PKEY *key = load_key(c, path, "ra", from->profile.name, cert, &why);

	if (key == NULL)
		load_fault(path, &why, e);
	return key;
}

/* Clients follow the chain from the RA to the CA: *at is its place in the line, which must be
 * `wanted` unless that is the length of the line. */
static X509 *
cert_of(
    const struct service_profile *to, const char *path, size_t wanted, size_t *at, struct err *e)
{
	X509 *cert = load_cert(path, e);

	for (*at = 0; cert != NULL && *at < to->n_line; ++*at)
		if ((wanted == to->n_line || wanted == *at) &&
		    authority_issued(&to->line[*at].ca->authority, cert))
			return cert;
	if (cert != NULL)
		err_set(e, ERR_CONFIG, "%s: not issued by CA %s%s", path,
		    to->line[wanted % to->n_line].ca->authority.name,
		    wanted == to->n_line && to->n_line > 1 ? " or one that follows it" : "");
	X509_free(cert);
	return NULL;
}

static struct ra_key *
load_two(const struct conf *c, const struct conf_profile *from, const struct service_profile *to,
    const struct conf_ra *files, size_t at, X509 *cert, EVP_PKEY *key, struct err *e)
{
	struct err why = ERR_INIT;
	struct ra_key *ra = NULL;
	X509 *seal_cert = cert_of(to, files->sign_cert, at, &at, e);
	EVP_PKEY *seal_key =
	    seal_cert != NULL ? key_of(c, from, files->sign_key, seal_cert, e) : NULL;

	if (seal_key == NULL)
		EVP_PKEY_free(key);
	else if ((ra = ra_key_new_two(key, cert, seal_key, seal_cert, &why)) == NULL)
		err_set(e, why.code, "%s, %s: %s", files->key, files->sign_key, why.detail);
	X509_free(seal_cert);
	return ra;
}

static struct ra_key *
load_ra(const struct conf *c, const struct conf_profile *from, const struct service_profile *to,
    const struct conf_ra *files, size_t *at, struct err *e)
{
	struct err why = ERR_INIT;
	struct ra_key *ra = NULL;
	X509 *cert = cert_of(to, files->cert, to->n_line, at, e);
	EVP_PKEY *key = cert != NULL ? key_of(c, from, files->key, cert, e) : NULL;

	if (key != NULL && files->sign_cert != NULL)
		ra = load_two(c, from, to, files, *at, cert, key, e);
	else if (key != NULL && (ra = ra_key_new(key, cert, &why)) == NULL)
		load_fault(files->key, &why, e);
	X509_free(cert);
	return ra;
}

int
load_ras(const struct conf *c, const struct conf_profile *from, struct service_profile *to,
    struct err *e)
{
	for (; to->n_ras < from->n_ras; to->n_ras++) {
		/* The first of a list is the one to be used from now on. */
		size_t i = from->ras_listed ? from->n_ras - 1 - to->n_ras : to->n_ras, at;
		const struct conf_ra *files = &from->ras[i];
		struct ra_key *key = load_ra(c, from, to, files, &at, e);

		if (key == NULL)
			return -1;
		to->ras[to->n_ras] = (struct service_ra){
		    .key = key, .at = at, .number = files->number, .staged = files->staged};
	}
	return 0;
}
