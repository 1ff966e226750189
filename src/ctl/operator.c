/* SPDX-License-Identifier: ISC
 *
 * See ctl/operator.h.
 */
#include "ctl/operator.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/assemble.h"

struct store *
ctl_store(struct ctl *c, struct err *e)
{
	return ctl_conf(c, e) == 0 ? conf_store(&c->conf, e) : NULL;
}

void
operator_name(char out[64])
{
	const char *behind = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *pw;

	if (behind != NULL && *behind != '\0')
		snprintf(out, 64, "%s", behind);
	else if ((pw = getpwuid(getuid())) != NULL)
		snprintf(out, 64, "%s", pw->pw_name);
	else
		snprintf(out, 64, "uid %lu", (unsigned long)getuid());
}

int
operator_profile(struct ctl *c, const struct args *a, const char **id, struct err *e)
{
	const struct conf_profile *p;

	*id = NULL;
	if (a->profile == NULL)
		return 0;
	if (ctl_conf(c, e) != 0)
		return -1;
	if ((p = conf_profile(&c->conf, a->profile)) == NULL)
		return err_set(e, ERR_USAGE, "there is no profile %s", a->profile);
	*id = p->profile.id;
	return 0;
}

json_t *
operator_profile_name(const struct ctl *c, struct view id)
{
	for (size_t i = 0; i < c->conf.n_profiles; i++)
		if (view_eq(id, view_str(c->conf.profiles[i].profile.id)))
			return json_string(c->conf.profiles[i].profile.name);
	return show_view(id);
}

static int
is_ca(const struct dirent *d)
{
	return profile_name_ok(d->d_name);
}

int
operator_each_ca(struct ctl *c, const char *only,
    int (*each)(void *arg, const char *ca, struct err *e), void *arg, struct err *e)
{
	struct dirent **found = NULL;
	int n = scandir(c->conf.ca_dir, &found, is_ca, alphasort), rc = 0;
	bool any = false;

	if (n < 0 && errno != ENOENT)
		return err_set(e, ERR_FILE, "%s: %s", c->conf.ca_dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (rc == 0 && (only == NULL || strcmp(only, found[i]->d_name) == 0)) {
			any = true;
			rc = each(arg, found[i]->d_name, e);
		}
		free(found[i]);
	}
	free(found);
	if (!any && only != NULL)
		return err_set(e, ERR_USAGE, "there is no CA %s", only);
	return rc;
}

/* As other programs show it: in capitals, with colons. */
int
operator_serial(const char *given, char out[96], struct err *e)
{
	size_t n = 0;

	for (const char *p = given; *p != '\0'; p++) {
		if (*p == ':')
			continue;
		if (strchr("0123456789abcdefABCDEF", *p) == NULL || n + 1 >= 96)
			return err_set(
			    e, ERR_USAGE, "\"%.100s\" is no serial number in hexadecimal", given);
		out[n++] = (char)(*p >= 'A' && *p <= 'F' ? *p + 32 : *p);
	}
	out[n] = '\0';
	return 0;
}

json_t *
show_view(struct view text)
{
	json_t *s = text.n > 0 ? json_stringn((const char *)text.p, text.n) : json_string("");

	return s != NULL ? s : json_string("?"); /* not UTF-8 */
}

json_t *
show_ms(int64_t at)
{
	time_t seconds = (time_t)(at / 1000);
	char text[24] = "";
	struct tm tm;

	if (at != 0 && gmtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

json_t *
show_lines(struct view lines)
{
	json_t *all = json_array();

	while (lines.n > 0) {
		const uint8_t *end = memchr(lines.p, '\n', lines.n);
		size_t n = end != NULL ? (size_t)(end - lines.p) : lines.n;

		if (n > 0)
			json_array_append_new(all, show_view(view_of(lines.p, n)));
		n += end != NULL;
		lines = view_of(lines.p + n, lines.n - n);
	}
	return all;
}

json_t *
show_age(int64_t since_ms)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	int64_t age = (int64_t)time(NULL) - since_ms / 1000;
	char text[24] = "0s";

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (age >= units[i].seconds) {
			snprintf(text, sizeof text, "%lld%c", (long long)(age / units[i].seconds),
			    units[i].unit);
			break;
		}
	return json_string(text);
}
