/* SPDX-License-Identifier: ISC
 *
 * The configuration as a whole: scepd.conf, then every profile beside it, and what must hold
 * between them: no name, id or path may mean two profiles.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/digest.h"
#include "conf/folder.h"
#include "conf/ras.h"
#include "conf/tree.h"

char *
conf_absolute(const char *path)
{
	char *here, *out;

	if (path[0] == '/')
		return strdup(path);
	if ((here = getcwd(NULL, 0)) == NULL)
		return NULL;
	if (asprintf(&out, "%s/%s", here, path) < 0)
		out = NULL;
	free(here);
	return out;
}

char *
conf_folder(const char *file)
{
	const char *slash = strrchr(file, '/');

	return strndup(file, slash == file ? 1 : (size_t)(slash - file));
}

static int
is_profile_file(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".conf") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
list_entries(const char *folder, struct dirent ***entries, struct err *e)
{
	int n = scandir(folder, entries, is_profile_file, by_name);

	if (n < 0 && errno == ENOENT) {
		*entries = NULL;
		return 0;
	}
	if (n < 0)
		err_set(e, ERR_CONFIG, "%s: %s", folder, strerror(errno));
	return n;
}

int
conf_profile_files(const char *dir, char ***names, size_t *n, struct err *e)
{
	char *folder = NULL;
	struct dirent **entries = NULL;
	int found, rc = -1;

	*names = NULL;
	*n = 0;
	if (asprintf(&folder, "%s/profiles.d", dir) < 0)
		return err_set(e, ERR_MEMORY, "no memory");
	if ((found = list_entries(folder, &entries, e)) < 0)
		goto out;
	if ((*names = calloc((size_t)found + 1, sizeof **names)) == NULL) {
		err_set(e, ERR_MEMORY, "no memory");
		goto out;
	}
	for (int i = 0; i < found; i++) {
		char *name = strndup(entries[i]->d_name, strlen(entries[i]->d_name) - 5);

		if (name == NULL) {
			err_set(e, ERR_MEMORY, "no memory");
			goto out;
		}
		(*names)[(*n)++] = name;
		if (!profile_name_ok(name)) {
			err_set(e, ERR_CONFIG,
			    "profiles.d/%s: the name of a profile has 1 to %d letters, digits, "
			    "\".\", \"_\" and \"-\"",
			    entries[i]->d_name, PROFILE_NAME_MAX);
			goto out;
		}
	}
	rc = 0;
out:
	for (int i = 0; i < found; i++)
		free(entries[i]);
	free(entries);
	free(folder);
	return rc;
}

/* Whether two paths mean the same: trailing slashes do not count. */
static bool
same_path(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	while (n > 1 && a[n - 1] == '/')
		n--;
	while (m > 1 && b[m - 1] == '/')
		m--;
	return n == m && memcmp(a, b, n) == 0;
}

static int
check_paths(const struct tree *t, const struct profile *p, size_t mine, const struct profile *other,
    struct err *e)
{
	const config_setting_t *v = tree_value(t, key_find(KEY_FILE_PROFILE, "paths"));
	size_t limit = p == other ? mine : other->n_paths;

	for (size_t i = 0; i < limit; i++)
		if (same_path(p->paths[mine], other->paths[i]))
			return tree_fault(t, config_setting_get_elem(v, (unsigned)mine), e,
			    "the path %s is already that of profiles.d/%s.conf", p->paths[mine],
			    other->name);
	return 0;
}

/* Compares the last profile read with those before it. */
static int
check_unique(const struct tree *t, const struct conf *c, struct err *e)
{
	const struct profile *p = &c->profiles[c->n_profiles - 1].profile;
	const config_setting_t *id = tree_value(t, key_find(KEY_FILE_PROFILE, "id"));

	for (size_t i = 0; i < c->n_profiles; i++) {
		const struct profile *other = &c->profiles[i].profile;

		for (size_t j = 0; j < p->n_paths; j++)
			if (check_paths(t, p, j, other, e) != 0)
				return -1;
		if (other == p)
			continue;
		if (strcmp(p->id, other->id) == 0)
			return tree_fault(t, id, e,
			    "the id %s is already that of profiles.d/%s.conf", p->id, other->name);
		/* Both stand in the same place of a URL. */
		if (strcasecmp(p->name, other->id) == 0 || strcasecmp(p->id, other->name) == 0)
			return tree_fault(t, id, e,
			    "a name and an id are the same in this file and profiles.d/%s.conf",
			    other->name);
	}
	return 0;
}

static int
read_profile(struct conf *c, const char *name, struct buf *text, struct err *e)
{
	struct conf_profile *p = &c->profiles[c->n_profiles++];
	struct tree t = {0};
	int rc = -1;

	if (profile_init(&p->profile, e) != 0)
		return -1;
	snprintf(p->profile.name, sizeof p->profile.name, "%s", name);
	if (asprintf(&p->file, "%s/profiles.d/%s.conf", c->dir, name) < 0) {
		p->file = NULL;
		return err_set(e, ERR_MEMORY, "no memory");
	}
	if (tree_read(&t, KEY_FILE_PROFILE, p->file, c->dir, name, e) == 0 &&
	    tree_take(&t, p, e) == 0 && check_unique(&t, c, e) == 0 &&
	    conf_digest_add(&t, text, e) == 0)
		rc = 0;
	tree_free(&t);
	return rc;
}

static int
read_profiles(struct conf *c, struct buf *text, struct err *e)
{
	char **names;
	size_t n;
	int rc = conf_profile_files(c->dir, &names, &n, e);

	if (rc == 0 && (c->profiles = calloc(n + 1, sizeof *c->profiles)) == NULL)
		rc = err_set(e, ERR_MEMORY, "no memory");
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_profile(c, names[i], text, e);
	strings_free(names, n);
	return rc;
}

int
conf_read(const char *path, struct conf *c, struct err *e)
{
	struct tree t = {0};
	struct buf text = {0};
	int rc = -1;

	*c = (struct conf){0};
	if ((c->file = conf_absolute(path)) == NULL || (c->dir = conf_folder(c->file)) == NULL)
		return err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (tree_read(&t, KEY_FILE_MAIN, c->file, c->dir, "", e) != 0 || tree_take(&t, c, e) != 0 ||
	    conf_digest_add(&t, &text, e) != 0 || read_profiles(c, &text, e) != 0)
		goto out;
	if (*c->default_profile != '\0' && conf_profile(c, c->default_profile) == NULL) {
		tree_fault(&t, tree_value(&t, key_find(KEY_FILE_MAIN, "default_profile")), e,
		    "there is no profile \"%s\"", c->default_profile);
		goto out;
	}
	conf_digest_end(&text, c->digest);
	rc = 0;
out:
	buf_free(&text);
	tree_free(&t);
	return rc;
}

static void
profile_files_free(struct conf_profile *p)
{
	profile_free(&p->profile);
	free(p->file);
	conf_ras_free(p);
}

void
conf_free(struct conf *c)
{
	char **const texts[] = {&c->file, &c->dir, &c->public_url, &c->listen, &c->listen_group,
	    &c->user, &c->group, &c->log_target, &c->default_profile, &c->ca_dir, &c->pkcs11_module,
	    &c->passphrase_dir, &c->issued_log, &c->crl_dir, &c->node_name, &c->store.server,
	    &c->store.primary, &c->store.user, &c->store.password_file, &c->store.prefix,
	    &c->store.pepper_file, &c->store.tls_ca_file, &c->store.tls_name, &c->operator_user,
	    &c->operator_password_file};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(*texts[i]);
	free(c->trusted_proxies);
	strings_free(c->store.sentinels, c->store.n_sentinels);
	for (size_t i = 0; i < c->n_profiles; i++)
		profile_files_free(&c->profiles[i]);
	free(c->profiles);
	*c = (struct conf){0};
}

const struct conf_profile *
conf_profile(const struct conf *c, const char *name_or_id)
{
	for (size_t i = 0; i < c->n_profiles; i++)
		if (strcmp(c->profiles[i].profile.name, name_or_id) == 0 ||
		    strcasecmp(c->profiles[i].profile.id, name_or_id) == 0)
			return &c->profiles[i];
	return NULL;
}
