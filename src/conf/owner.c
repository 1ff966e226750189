/* SPDX-License-Identifier: ISC
 *
 * Whoever can write the configuration, or put another folder in the place of one with keys, decides
 * who gets certificates, and whoever can write where revocation lists are filed what may be missing
 * from the next one; so nobody else may be able to.
 */
#include "conf/owner.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "conf/assemble.h"
#include "conf/folder.h"
#include "conf/line.h"
#include "signer/token.h"

uid_t
conf_user(const struct conf *c)
{
	const struct passwd *pw = *c->user != '\0' ? getpwnam(c->user) : NULL;

	return pw != NULL ? pw->pw_uid : OWNER_NONE;
}

static int
judge_in(const char *dir, const char *name, uid_t service, struct err *e)
{
	char *path = NULL;
	int rc;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return err_set(e, ERR_MEMORY, "no memory");
	rc = file_judge(path, service, e);
	free(path);
	return rc;
}

/* The folder that the folder of `file` stands in: reading a key judges its own folder, but not
 * whether that can be replaced. */
static int
judge_above(const char *file, uid_t service, struct err *e)
{
	char *folder = conf_folder(file), *above = folder != NULL ? conf_folder(folder) : NULL;
	int rc;

	if (above == NULL)
		rc = err_set(e, ERR_MEMORY, "no memory");
	else
		rc = file_judge(above, service, e);
	free(above);
	free(folder);
	return rc;
}

/* Of a key in a token it is the certificate that stands in a folder. */
static int
judge_key(const char *key, const char *cert, uid_t service, struct err *e)
{
	return judge_above(token_is_uri(key) ? cert : key, service, e);
}

/* Whoever can write in the folder of a CA can say which one follows it. */
static int
judge_line(const struct conf *c, const struct conf_profile *p, uid_t service, struct err *e)
{
	struct conf_line line;

	if (conf_line_read(c, p->profile.ca, &line, e) != 0)
		return -1;
	for (size_t i = 0; i < line.n; i++) {
		char *path;
		int rc;

		if (judge_in(c->ca_dir, line.names[i], service, e) != 0)
			return -1;
		if (i + 1 == line.n)
			break;
		path =
		    conf_ca_path(c, line.names[i], line.followed[i] ? LINK_SUCCESSOR : LINK_NEXT);
		rc = path != NULL ? file_judge(path, service, e)
		                  : err_set(e, ERR_MEMORY, "no memory");
		free(path);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static int
judge_profile(const struct conf *c, const struct conf_profile *p, uid_t service, struct err *e)
{
	if (file_judge(p->file, service, e) != 0 || judge_line(c, p, service, e) != 0)
		return -1;
	for (size_t i = 0; i < p->n_ras; i++)
		if (judge_key(p->ras[i].key, p->ras[i].cert, service, e) != 0 ||
		    (p->ras[i].sign_key != NULL &&
		        judge_key(p->ras[i].sign_key, p->ras[i].sign_cert, service, e) != 0))
			return -1;
	return 0;
}

int
conf_judge(const struct conf *c, struct err *e)
{
	uid_t service = conf_user(c);

	if (file_judge(c->file, service, e) != 0 || file_judge(c->dir, service, e) != 0 ||
	    judge_in(c->dir, "profiles.d", service, e) != 0 ||
	    file_judge(c->ca_dir, service, e) != 0 || file_judge(c->crl_dir, service, e) != 0)
		return -1;
	for (size_t i = 0; i < c->n_profiles; i++)
		if (judge_profile(c, &c->profiles[i], service, e) != 0)
			return -1;
	return 0;
}
