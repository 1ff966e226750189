/* SPDX-License-Identifier: ISC
 *
 * See conf/ras.h. The certificate is what makes a generation exist; it is written last and removed
 * first.
 */
#include "conf/ras.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/tree.h"
#include "scep/service.h"
#include "signer/token.h"

#define NUMBER_MAX 9999

static const char *const endings[RA_FILES] = {[RA_CERT] = ".pem",
    [RA_KEY] = ".key",
    [RA_KEY_URI] = ".uri",
    [RA_SIGN_CERT] = "-sign.pem",
    [RA_SIGN_KEY] = "-sign.key",
    [RA_SIGN_KEY_URI] = "-sign.uri",
    [RA_STAGED] = ".staged"};

char *
conf_ra_folder(const char *conf_dir, const char *profile)
{
	char *path;

	return asprintf(&path, "%s/ra/%s", conf_dir, profile) < 0 ? NULL : path;
}

char *
conf_ra_file(int number, enum ra_file file)
{
	char *name;
	int rc = number == 1 ? asprintf(&name, "ra%s", endings[file])
	                     : asprintf(&name, "ra-%d%s", number, endings[file]);

	return rc < 0 ? NULL : name;
}

/* The generation whose certificate a file of that name is; 0: none. */
static int
number_of(const char *name)
{
	char *end;
	long n;

	if (strcmp(name, "ra.pem") == 0)
		return 1;
	if (strncmp(name, "ra-", 3) != 0 || name[3] < '1' || name[3] > '9')
		return 0;
	n = strtol(name + 3, &end, 10);
	return strcmp(end, ".pem") == 0 && n > 1 && n <= NUMBER_MAX ? (int)n : 0;
}

/* The path of a file of a generation; NULL when it need not be there and is not. -1: memory. */
static int
set_path(const char *folder, int number, enum ra_file file, bool must, char **out)
{
	char *name = conf_ra_file(number, file), *path = NULL;

	*out = NULL;
	if (name == NULL || asprintf(&path, "%s/%s", folder, name) < 0) {
		free(name);
		return -1;
	}
	free(name);
	if (must || access(path, F_OK) == 0)
		*out = path;
	else
		free(path);
	return 0;
}

static void
ra_free(struct conf_ra *ra)
{
	free(ra->cert);
	free(ra->key);
	free(ra->sign_cert);
	free(ra->sign_key);
}

static int
ra_fill(struct conf_ra *ra, const char *folder, int number)
{
	char *staged = NULL;

	*ra = (struct conf_ra){.number = number};
	if (set_path(folder, number, RA_CERT, true, &ra->cert) != 0 ||
	    set_path(folder, number, RA_KEY, true, &ra->key) != 0 ||
	    set_path(folder, number, RA_SIGN_CERT, false, &ra->sign_cert) != 0 ||
	    set_path(folder, number, RA_SIGN_KEY, ra->sign_cert != NULL, &ra->sign_key) != 0 ||
	    set_path(folder, number, RA_STAGED, false, &staged) != 0) {
		ra_free(ra);
		return -1;
	}
	ra->staged = staged != NULL;
	free(staged);
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	return ((const struct conf_ra *)a)->number - ((const struct conf_ra *)b)->number;
}

/* The numbers of the generations in a folder. Gives how many there are; -1: more than RAS_MAX. */
static int
list_numbers(const char *folder, int numbers[RAS_MAX])
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int n = 0;

	while (dir != NULL && n >= 0 && (entry = readdir(dir)) != NULL) {
		int number = number_of(entry->d_name);

		if (number != 0 && n == RAS_MAX)
			n = -1;
		else if (number != 0)
			numbers[n++] = number;
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

int
conf_ras_scan(struct conf_profile *p, const char *conf_dir, struct err *e)
{
	char *folder = conf_ra_folder(conf_dir, p->profile.name);
	int numbers[RAS_MAX] = {1}, n = folder != NULL ? list_numbers(folder, numbers) : 0, rc = -1;

	conf_ras_free(p);
	if (n == 0)
		n = 1;
	if (n < 0) {
		err_set(e, ERR_CONFIG, "%s: more than %d RAs: scepctl ra retire takes one away",
		    folder, RAS_MAX);
		goto out;
	}
	if (folder == NULL || (p->ras = calloc((size_t)n, sizeof *p->ras)) == NULL) {
		err_set(e, ERR_MEMORY, "no memory");
		goto out;
	}
	for (; p->n_ras < (size_t)n; p->n_ras++)
		if (ra_fill(&p->ras[p->n_ras], folder, numbers[p->n_ras]) != 0) {
			err_set(e, ERR_MEMORY, "no memory");
			goto out;
		}
	qsort(p->ras, p->n_ras, sizeof *p->ras, by_number);
	rc = 0;
out:
	free(folder);
	return rc;
}

void
conf_ras_free(struct conf_profile *p)
{
	for (size_t i = 0; i < p->n_ras; i++)
		ra_free(&p->ras[i]);
	free(p->ras);
	p->ras = NULL;
	p->n_ras = 0;
}

/* The path of a member; NULL also when it is not there. */
static int
take_path(const struct tree *t, const config_setting_t *group, const char *member, char **out)
{
	const char *text = tree_text(group, member);

	*out = NULL;
	return *text == '\0' || (*out = tree_path(t, text)) != NULL ? 0 : -1;
}

/* A path, or a URI, in which there must be no PIN; NULL also when it is not there. */
static int
take_key(const struct tree *t, const config_setting_t *group, const char *member, char **out,
    struct err *e)
{
	const char *text = tree_text(group, member);
	struct err why = ERR_INIT;
	struct token_uri parts;

	*out = NULL;
	if (!token_is_uri(text))
		return take_path(t, group, member, out) == 0 ? 0
		                                             : tree_fault(t, group, e, "no memory");
	if (token_uri_read(text, &parts, &why) != 0)
		return tree_fault(t, config_setting_get_member(group, member), e, "%s", why.detail);
	return (*out = strdup(text)) != NULL ? 0 : tree_fault(t, group, e, "no memory");
}

static int
take_ra(const struct tree *t, const config_setting_t *group, struct conf_ra *ra, struct err *e)
{
	if (take_path(t, group, "certificate", &ra->cert) != 0 ||
	    take_path(t, group, "sign_certificate", &ra->sign_cert) != 0)
		return tree_fault(t, group, e, "no memory");
	if (take_key(t, group, "key", &ra->key, e) != 0 ||
	    take_key(t, group, "sign_key", &ra->sign_key, e) != 0)
		return -1;
	if ((ra->sign_cert == NULL) != (ra->sign_key == NULL))
		return tree_fault(t, group, e, "ra.sign_certificate and ra.sign_key go together");
	return 0;
}

/* The row of the list. */
int
take_ras(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf_profile *p = base;
	int n = config_setting_length(v);

	if (n == 0)
		return conf_ras_scan(p, t->dir, e);
	if (n > RAS_MAX)
		return tree_fault(t, v, e, "ra must be %s, not of %d",
		    key_find(KEY_FILE_PROFILE, "ra")->allowed, n);
	p->ras_listed = true;
	if ((p->ras = calloc((size_t)n, sizeof *p->ras)) == NULL)
		return tree_fault(t, v, e, "no memory");
	while (p->n_ras < (size_t)n) {
		const config_setting_t *group = config_setting_get_elem(v, (unsigned)p->n_ras);
		struct conf_ra *ra = &p->ras[p->n_ras++];

		ra->number = (int)p->n_ras;
		if (take_ra(t, group, ra, e) != 0)
			return -1;
	}
	return 0;
}
