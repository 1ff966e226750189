/* SPDX-License-Identifier: ISC
 *
 * The rows of a profile and of scepd.conf about revocation that need a look of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "ca/urls.h"
#include "conf/conf.h"
#include "conf/tree.h"

static int
wrong(const struct tree *t, enum key_file file, const config_setting_t *v, const char *key,
    struct err *e)
{
	return tree_fault(t, v, e, "%s must be %s, not \"%s\"", key, key_find(file, key)->allowed,
	    config_setting_get_string(v));
}

/* A list must have a successor before it ends. */
int
take_crl_renew(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf *c = base;
	int64_t span = span_read(config_setting_get_string(v));

	if (span < key_find(KEY_FILE_MAIN, "crl.renew")->min || span >= c->crl_validity)
		return wrong(t, KEY_FILE_MAIN, v, "crl.renew", e);
	c->crl_renew = span;
	return 0;
}

/* A URL that is to stand in certificates. */
static int
take_cert_url(
    const struct tree *t, const config_setting_t *v, const char *key, char **at, struct err *e)
{
	const char *url = config_setting_get_string(v);
	char *copy;

	if (*url != '\0' && !url_ok(url))
		return wrong(t, KEY_FILE_PROFILE, v, key, e);
	if ((copy = strdup(url)) == NULL)
		return tree_fault(t, NULL, e, "no memory");
	free(*at);
	*at = copy;
	return 0;
}

int
take_crl_url(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	return take_cert_url(t, v, "crl_url", &((struct conf_profile *)base)->profile.crl_url, e);
}

int
take_ca_url(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	return take_cert_url(t, v, "ca_url", &((struct conf_profile *)base)->profile.ca_url, e);
}

int
take_revoke_previous(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	const struct key *k = key_find(KEY_FILE_PROFILE, "revoke_previous_after");
	const char *text = config_setting_get_string(v);
	int64_t *at = &((struct conf_profile *)base)->profile.revoke_previous_after;

	*at = -1;
	if (strcmp(text, "never") == 0)
		return 0;
	*at = span_read(text);
	return *at >= 0 && *at <= k->max ? 0 : wrong(t, KEY_FILE_PROFILE, v, k->path, e);
}
