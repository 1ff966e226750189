/* SPDX-License-Identifier: ISC
 *
 * From a setting to a field: one function for the plain types, driven by the row, and the rows of
 * scepd.conf that need a look of their own.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/span.h"
#include "conf/conf.h"
#include "conf/tree.h"

static int
out_of_range(const struct tree *t, const struct key *k, const config_setting_t *v,
    const char *given, struct err *e)
{
	return tree_fault(t, v, e, "%s must be %s, not %s", k->path, k->allowed, given);
}

static int
no_memory(const struct tree *t, struct err *e)
{
	return tree_fault(t, NULL, e, "no memory");
}

static int
set_text(const struct tree *t, char *copy, void *at, struct err *e)
{
	if (copy == NULL)
		return no_memory(t, e);
	free(*(char **)at);
	*(char **)at = copy;
	return 0;
}

static int
take_int(
    const struct tree *t, const struct key *k, const config_setting_t *v, void *at, struct err *e)
{
	int n = config_setting_get_int(v);
	char given[16];

	snprintf(given, sizeof given, "%d", n);
	if (n < k->min || n > k->max)
		return out_of_range(t, k, v, given, e);
	*(int *)at = n;
	return 0;
}

static int
take_span(
    const struct tree *t, const struct key *k, const config_setting_t *v, void *at, struct err *e)
{
	int64_t span = span_read(config_setting_get_string(v));

	if (span < k->min || span > k->max || span < 0)
		return tree_fault(t, v, e, "%s must be %s, not \"%s\"", k->path, k->allowed,
		    config_setting_get_string(v));
	*(int64_t *)at = span;
	return 0;
}

static int
take_mode(
    const struct tree *t, const struct key *k, const config_setting_t *v, void *at, struct err *e)
{
	const char *text = config_setting_get_string(v);
	size_t n = strlen(text);

	if (n < 3 || n > 4 || strspn(text, "01234567") != n || (n == 4 && text[0] != '0'))
		return tree_fault(t, v, e, "%s must be %s, not \"%s\"", k->path, k->allowed, text);
	*(mode_t *)at = (mode_t)strtoul(text, NULL, 8);
	return 0;
}

static int
take_choice(
    const struct tree *t, const struct key *k, const config_setting_t *v, void *at, struct err *e)
{
	const char *text = config_setting_get_string(v), *p = k->choices;
	size_t n = strlen(text);

	for (int i = 0; p != NULL; i++) {
		if (strcspn(p, "|") == n && strncmp(p, text, n) == 0) {
			*(int *)at = i;
			return 0;
		}
		p = strchr(p, '|');
		p = p == NULL ? NULL : p + 1;
	}
	return tree_fault(t, v, e, "%s must be %s, not \"%s\"", k->path, k->allowed, text);
}

int
take_plain(
    const struct tree *t, const struct key *k, const config_setting_t *v, void *base, struct err *e)
{
	void *at = (char *)base + k->offset;

	switch (k->type) {
	case KEY_BOOL:
		*(bool *)at = config_setting_get_bool(v) == CONFIG_TRUE;
		return 0;
	case KEY_INT:
		return take_int(t, k, v, at, e);
	case KEY_SPAN:
		return take_span(t, k, v, at, e);
	case KEY_MODE:
		return take_mode(t, k, v, at, e);
	case KEY_CHOICE:
		return take_choice(t, k, v, at, e);
	case KEY_PATH:
		return set_text(t, tree_path(t, config_setting_get_string(v)), at, e);
	case KEY_STRING:
		return set_text(t, strdup(config_setting_get_string(v)), at, e);
	default: /* a group: its members are rows of their own */
		return 0;
	}
}

char *
tree_path(const struct tree *t, const char *path)
{
	char *out;

	if (path[0] == '/' || path[0] == '\0')
		return strdup(path);
	return asprintf(&out, "%s/%s", strcmp(t->dir, "/") == 0 ? "" : t->dir, path) < 0 ? NULL
	                                                                                 : out;
}

char **
tree_strings(const config_setting_t *v, size_t *n)
{
	size_t len = (size_t)config_setting_length(v);
	char **out = calloc(len + 1, sizeof *out);

	*n = 0;
	if (out == NULL)
		return NULL;
	for (; *n < len; ++*n)
		if ((out[*n] = strdup(config_setting_get_string_elem(v, (int)*n))) == NULL) {
			strings_free(out, *n);
			*n = 0;
			return NULL;
		}
	return out;
}

void
strings_free(char **s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(s[i]);
	free(s);
}

int
take_url(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;
	const char *url = config_setting_get_string(v);
	size_t n = strlen(url);
	const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
	                   : strncmp(url, "http://", 7) == 0 ? url + 7
	                                                     : "";

	if (*host == '\0' || *host == '/' || strpbrk(url, " \t?#") != NULL)
		return tree_fault(
		    t, v, e, "public_url must be an http:// or https:// URL, not \"%s\"", url);
	while (n > 0 && url[n - 1] == '/')
		n--;
	return set_text(t, strndup(url, n), &c->public_url, e);
}

/* "ADDRESS:PORT" without names to look up: "127.0.0.1:9000", "[::1]:9000". */
static bool
is_address_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);
	unsigned char bin[16];
	char host[64];

	if (colon == NULL || colon[1] == '\0' ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon + 1) > 5 ||
	    atoi(colon + 1) > 65535 || n >= sizeof host)
		return false;
	snprintf(host, sizeof host, "%.*s", (int)n, text);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		return inet_pton(AF_INET6, host + 1, bin) == 1;
	}
	return inet_pton(AF_INET, host, bin) == 1;
}

int
take_listen(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;
	const char *text = config_setting_get_string(v);
	bool tcp = strchr(text, '/') == NULL && strchr(text, ':') != NULL;
	const struct key *k = key_find(KEY_FILE_MAIN, "listen");
	char *path;

	if (tcp) {
		if (!is_address_port(text))
			return tree_fault(
			    t, v, e, "listen must be %s, not \"%s\"", k->allowed, text);
		return set_text(t, strdup(text), &c->listen, e);
	}
	path = tree_path(t, text);
	if (path != NULL && strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path) {
		tree_fault(t, v, e, "listen must be %s, not %s", k->allowed, path);
		free(path);
		return -1;
	}
	return set_text(t, path, &c->listen, e);
}

int
take_log_target(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;
	const char *text = config_setting_get_string(v);

	if (*text == '\0')
		return tree_fault(t, v, e, "log_target must be %s, not \"\"",
		    key_find(KEY_FILE_MAIN, "log_target")->allowed);
	if (strcmp(text, "stderr") == 0 || strcmp(text, "syslog") == 0)
		return set_text(t, strdup(text), &c->log_target, e);
	return set_text(t, tree_path(t, text), &c->log_target, e);
}

int
take_proxies(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;
	size_t n = (size_t)config_setting_length(v);

	if ((c->trusted_proxies = calloc(n + 1, sizeof *c->trusted_proxies)) == NULL)
		return no_memory(t, e);
	for (; c->n_trusted_proxies < n; c->n_trusted_proxies++) {
		const config_setting_t *elem =
		    config_setting_get_elem(v, (unsigned)c->n_trusted_proxies);

		if (net_read(config_setting_get_string(elem),
		        &c->trusted_proxies[c->n_trusted_proxies]) != 0)
			return tree_fault(t, elem, e, "trusted_proxies must be %s, not \"%s\"",
			    key_find(KEY_FILE_MAIN, "trusted_proxies")->allowed,
			    config_setting_get_string(elem));
	}
	return 0;
}
