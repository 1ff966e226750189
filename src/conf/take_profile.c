/* SPDX-License-Identifier: ISC
 *
 * The rows of a profile that need a look of their own: identity, challenges, algorithms, and key
 * usages. RA files are in ras.c.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/net.h"
#include "conf/conf.h"
#include "conf/tree.h"

static int
wrong(const struct tree *t, const config_setting_t *v, const char *key, const char *given,
    struct err *e)
{
	return tree_fault(t, v, e, "%s must be %s, not \"%s\"", key,
	    key_find(KEY_FILE_PROFILE, key)->allowed, given);
}

static bool
is_uuid(const char *text)
{
	for (int i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return false;
		} else if (text[i] == '\0' || strchr("0123456789abcdefABCDEF", text[i]) == NULL) {
			return false;
		}
	}
	return text[36] == '\0';
}

int
take_id(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf_profile *p = base;
	const char *text = config_setting_get_string(v);

	if (!is_uuid(text))
		return wrong(t, v, "id", text, e);
	for (size_t i = 0; i < sizeof p->profile.id; i++)
		p->profile.id[i] =
		    text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] + ('a' - 'A')) : text[i];
	return 0;
}

int
take_ca(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf_profile *p = base;
	const char *text = config_setting_get_string(v);

	if (!profile_name_ok(text))
		return wrong(t, v, "ca", text, e);
	snprintf(p->profile.ca, sizeof p->profile.ca, "%s", text);
	return 0;
}

int
take_paths(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct profile *p = &((struct conf_profile *)base)->profile;

	for (int i = 0; i < config_setting_length(v); i++) {
		const char *path = config_setting_get_string_elem(v, i);

		if (path[0] != '/' || strcmp(path, "/scep") == 0 || strncmp(path, "/scep/", 6) == 0)
			return wrong(t, config_setting_get_elem(v, (unsigned)i), "paths", path, e);
	}
	if ((p->paths = tree_strings(v, &p->n_paths)) == NULL)
		return tree_fault(t, v, e, "no memory");
	return 0;
}

/* "" is 0. A day alone is its first second, or its last for an end. -1: not a date. */
static time_t
date_read(const char *text, bool is_end)
{
	struct tm tm = {0};
	const char *rest;

	if (*text == '\0')
		return 0;
	if ((rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm)) == NULL) {
		tm = (struct tm){0};
		rest = strptime(text, "%Y-%m-%d", &tm);
		if (is_end) {
			tm.tm_hour = 23;
			tm.tm_min = tm.tm_sec = 59;
		}
	}
	if (rest == NULL || *rest != '\0' || tm.tm_year < 70)
		return -1;
	/* strptime takes the 31st of every month; timegm then moves it into the next one. */
	int day = tm.tm_mday;
	time_t at = timegm(&tm);
	return tm.tm_mday == day ? at : -1;
}

static int
take_challenge(
    const struct tree *t, const config_setting_t *group, struct challenge_set *set, struct err *e)
{
	const char *name = tree_text(group, "name");
	const char *from_text = tree_text(group, "not_before"),
	           *to_text = tree_text(group, "not_after");
	time_t from = date_read(from_text, false), to = date_read(to_text, true);
	struct err why = ERR_INIT;

	if (*name == '\0' || strlen(name) >= sizeof set->entries->name)
		return wrong(
		    t, config_setting_get_member(group, "name"), "challenge.static.name", name, e);
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->entries[i].name, name) == 0)
			return tree_fault(t, group, e,
			    "the challenge \"%s\" stands here for the second time", name);
	if (from == -1)
		return wrong(t, config_setting_get_member(group, "not_before"),
		    "challenge.static.not_before", from_text, e);
	if (to == -1)
		return wrong(t, config_setting_get_member(group, "not_after"),
		    "challenge.static.not_after", to_text, e);
	if (from != 0 && to != 0 && to < from)
		return tree_fault(t, group, e, "the challenge \"%s\" ends before it begins", name);
	if (challenge_add(set, name, tree_text(group, "hash"), from, to, &why) != 0)
		return tree_fault(t, config_setting_get_member(group, "hash"), e, "%s", why.detail);
	return 0;
}

int
take_challenges(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct profile *p = &((struct conf_profile *)base)->profile;
	int n = config_setting_length(v);

	/* What does not say who may enrol must not let anybody in. */
	if (p->challenge_type == CHALLENGE_STATIC && n == 0)
		return tree_fault(t, tree_value(t, key_find(KEY_FILE_PROFILE, "challenge")), e,
		    "a static profile needs at least one challenge in challenge.static (\"scepctl "
		    "challenge "
		    "hash\" makes its hash)");
	if (p->challenge_type != CHALLENGE_STATIC && n > 0)
		return tree_fault(t, v, e, "only a static profile has static challenges");
	for (int i = 0; i < n; i++)
		if (take_challenge(t, config_setting_get_elem(v, (unsigned)i), &p->challenges, e) !=
		    0)
			return -1;
	return 0;
}

int
take_approval(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct profile *p = &((struct conf_profile *)base)->profile;
	const char *text = config_setting_get_string(v);

	if (strcmp(text, "automatic") == 0)
		p->approval = APPROVAL_AUTOMATIC;
	else if (strcmp(text, "manual") == 0)
		p->approval = APPROVAL_MANUAL;
	else if (strcmp(text, "without_challenge") == 0)
		p->approval = APPROVAL_WITHOUT_CHALLENGE;
	else
		return wrong(t, v, "approval", text, e);
	/* What asks for nothing must not let anybody in. */
	if (p->challenge_type == CHALLENGE_NONE && p->approval != APPROVAL_MANUAL)
		return tree_fault(t, tree_given(t, v) ? v : NULL, e,
		    "a profile whose challenge.type is \"none\" needs approval = \"manual\"");
	return 0;
}

static int
take_nets(const struct tree *t, const config_setting_t *v, const char *key, struct net **nets,
    size_t *n_nets, struct err *e)
{
	size_t n = (size_t)config_setting_length(v);

	if ((*nets = calloc(n + 1, sizeof **nets)) == NULL)
		return tree_fault(t, v, e, "no memory");
	for (; *n_nets < n; ++*n_nets) {
		const config_setting_t *elem = config_setting_get_elem(v, (unsigned)*n_nets);

		if (net_read(config_setting_get_string(elem), &(*nets)[*n_nets]) != 0)
			return wrong(t, elem, key, config_setting_get_string(elem), e);
	}
	return 0;
}

int
take_allow_from(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct profile *p = &((struct conf_profile *)base)->profile;

	return take_nets(t, v, "allow_from", &p->allow_from, &p->n_allow_from, e);
}

int
take_challenge_allow_from(
    const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct profile *p = &((struct conf_profile *)base)->profile;

	return take_nets(
	    t, v, "challenge_allow_from", &p->challenge_allow_from, &p->n_challenge_allow_from, e);
}

int
take_bad_cipher(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf_profile *p = base;
	const char *text = config_setting_get_string(v);

	p->profile.bad_cipher_cert_rep = strcmp(text, "certrep") == 0;
	if (!p->profile.bad_cipher_cert_rep && strcmp(text, "http") != 0)
		return wrong(t, v, "bad_cipher_reply", text, e);
	return 0;
}

static void
set_bit(unsigned *set, unsigned bit, const config_setting_t *v)
{
	*set = config_setting_get_bool(v) == CONFIG_TRUE ? *set | bit : *set & ~bit;
}

int
take_des3(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	(void)t;
	(void)e;
	set_bit(&((struct conf_profile *)base)->profile.algs.ciphers, 1u << CIPHER_DES3, v);
	return 0;
}

int
take_sha1(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	(void)t;
	(void)e;
	set_bit(&((struct conf_profile *)base)->profile.algs.digests, 1u << DIGEST_SHA1, v);
	return 0;
}

int
take_key_usage(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct conf_profile *p = base;
	const unsigned never = key_usage_read("keyCertSign") | key_usage_read("cRLSign") |
	                       key_usage_read("encipherOnly") | key_usage_read("decipherOnly");

	p->profile.key_usage = 0;
	for (int i = 0; i < config_setting_length(v); i++) {
		const char *text = config_setting_get_string_elem(v, i);
		unsigned bit = key_usage_read(text);

		if (bit == 0 || (bit & never) != 0)
			return wrong(
			    t, config_setting_get_elem(v, (unsigned)i), "key_usage", text, e);
		p->profile.key_usage |= bit;
	}
	if (p->profile.key_usage == 0)
		return wrong(t, v, "key_usage", "", e);
	return 0;
}

int
take_eku(const struct tree *t, const config_setting_t *v, void *base, struct err *e)
{
	struct profile *p = &((struct conf_profile *)base)->profile;
	ASN1_OBJECT *o;

	while ((o = sk_ASN1_OBJECT_pop(p->ext_key_usage)) != NULL)
		ASN1_OBJECT_free(o);
	for (int i = 0; i < config_setting_length(v); i++) {
		const char *text = config_setting_get_string_elem(v, i);

		if ((o = ext_key_usage_read(text)) == NULL)
			return wrong(t, config_setting_get_elem(v, (unsigned)i),
			    "extended_key_usage", text, e);
		if (sk_ASN1_OBJECT_push(p->ext_key_usage, o) <= 0) {
			ASN1_OBJECT_free(o);
			return tree_fault(t, v, e, "no memory");
		}
	}
	return 0;
}
