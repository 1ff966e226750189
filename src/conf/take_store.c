/* SPDX-License-Identifier: ISC
 *
 * The rows of scepd.conf about the store that need a look of their own.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/span.h"
#include "conf/conf.h"
#include "conf/tree.h"

/* Whether a text is HOST:PORT; a host of IPv6 stands in brackets. */
static bool
is_host_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	char *end;
	long port;

	if (colon == NULL || colon == text || strlen(text) > 255)
		return false;
	if (memchr(text, ':', (size_t)(colon - text)) != NULL && (*text != '[' || colon[-1] != ']'))
		return false;
	port = strtol(colon + 1, &end, 10);
	return colon[1] >= '1' && colon[1] <= '9' && *end == '\0' && port <= 65535;
}

static int
wrong(const struct tree *t, const config_setting_t *v, const char *key, const char *given,
    struct err *e)
{
	return tree_fault(t, v, e, "%s must be %s, not \"%s\"", key,
	    key_find(KEY_FILE_MAIN, key)->allowed, given);
}

static int
set(const struct tree *t, char **at, char *text, struct err *e)
{
	if (text == NULL)
		return tree_fault(t, NULL, e, "no memory");
	free(*at);
	*at = text;
	return 0;
}

int
take_server(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;
	const char *text = config_setting_get_string(v);
	bool is_path = strchr(text, '/') != NULL;
	char *path;

	if (*text != '\0' && !is_path && !is_host_port(text))
		return wrong(t, v, "store.server", text, e);
	path = is_path ? tree_path(t, text) : strdup(text);
	if (path != NULL && is_path && strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path) {
		wrong(t, v, "store.server", path, e);
		free(path);
		return -1;
	}
	return set(t, &c->store.server, path, e);
}

int
take_sentinels(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;

	if ((c->store.sentinels = tree_strings(v, &c->store.n_sentinels)) == NULL)
		return tree_fault(t, v, e, "no memory");
	for (size_t i = 0; i < c->store.n_sentinels; i++)
		if (!is_host_port(c->store.sentinels[i]))
			return wrong(t, config_setting_get_elem(v, (unsigned)i), "store.sentinels",
			    c->store.sentinels[i], e);
	if (c->store.n_sentinels == 0 && *c->store.server == '\0')
		return tree_fault(t, v, e, "store.server and store.sentinels are both empty");
	return 0;
}

int
take_prefix(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	const char *text = config_setting_get_string(v);

	if (!profile_name_ok(text))
		return wrong(t, v, "store.prefix", text, e);
	return set(t, &((struct conf *)base)->store.prefix, strdup(text), e);
}

int
take_timeout(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	const struct key *k = key_find(KEY_FILE_MAIN, "store.timeout");
	int64_t span = span_read(config_setting_get_string(v));

	if (span < k->min || span > k->max)
		return wrong(t, v, k->path, config_setting_get_string(v), e);
	((struct conf *)base)->store.timeout_ms = span * 1000;
	return 0;
}
