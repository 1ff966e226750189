/* SPDX-License-Identifier: ISC
 *
 * The text of a new profile. The commented part comes from the configuration's own table of keys,
 * so it is never out of date.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/profile.h"

/* A string of libconfig: quotes and backslashes are escaped. */
static int
add_string(struct buf *out, const char *text, size_t n)
{
	int rc = buf_add(out, "\"", 1);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (text[i] == '"' || text[i] == '\\')
			rc = buf_add(out, "\\", 1);
		if (rc == 0)
			rc = buf_add(out, text + i, 1);
	}
	return rc == 0 ? buf_add(out, "\"", 1) : -1;
}

static int
add_setting(struct buf *out, const char *key, const char *text)
{
	if (buf_printf(out, "%s = ", key) != 0 || add_string(out, text, strlen(text)) != 0)
		return -1;
	return buf_add_str(out, ";\n");
}

static int
add_paths(struct buf *out, const char *paths)
{
	int rc = buf_add_str(out, "paths = [ ");

	for (const char *p = paths; rc == 0 && *p != '\0';) {
		size_t n = strcspn(p, ",");

		rc = p == paths ? 0 : buf_add_str(out, ", ");
		if (rc == 0)
			rc = add_string(out, p, n);
		p += n;
		p += *p == ',';
	}
	return rc == 0 ? buf_add_str(out, " ];\n") : -1;
}

static int
add_challenge(struct buf *out, const struct profile_text *p)
{
	if (p->challenge == CHALLENGE_DYNAMIC)
		return buf_add_str(out, "challenge = { type = \"dynamic\"; };\n");
	return buf_printf(out,
	    "# Several challenges may be valid at once; scepctl challenge hash --profile %s makes "
	    "the text.\n"
	    "challenge = {\n"
	    "\ttype = \"static\";\n"
	    "\tstatic = (\n"
	    "\t\t{ name = \"first\"; hash = \"%s\"; }\n"
	    "\t);\n"
	    "};\n",
	    p->name, p->hash);
}

/* Keys that were chosen stand above already; those of groups and lists are not of one line. */
static bool
is_mentioned(const struct profile_text *p, const char *key)
{
	if (strchr(key, '.') != NULL || strcmp(key, "id") == 0 || strcmp(key, "ca") == 0 ||
	    strcmp(key, "challenge") == 0)
		return true;
	if (strcmp(key, "paths") == 0)
		return p->paths != NULL;
	if (strcmp(key, "validity") == 0)
		return p->validity != NULL;
	if (strcmp(key, "crl_url") == 0 || strcmp(key, "ca_url") == 0)
		return p->crl_url != NULL;
	return p->modern && (strcmp(key, "des3") == 0 || strcmp(key, "sha1") == 0);
}

static int
add_defaults(struct buf *out, const struct profile_text *p)
{
	int rc = buf_add_str(out, "\n# Everything else has its default.\n");

	for (const struct conf_key *k = conf_keys(); rc == 0 && k->path != NULL; k++) {
		if (strcmp(k->file, "profile") == 0 && !is_mentioned(p, k->path))
			rc = buf_printf(out, "#%s = %s;\n#    %s\n", k->path, k->def, k->allowed);
	}
	return rc;
}

char *
profile_plain_url(const char *public_url, const char *path)
{
	bool https = strncmp(public_url, "https://", 8) == 0;
	const char *host = public_url + (https ? 8 : 7);
	size_t n = strcspn(host, "/"), shown = n;
	char *url;

	if (https) { /* an IPv6 address has colons too, in brackets */
		const char *colon = memrchr(host, ':', n);

		if (colon != NULL && memchr(colon, ']', n - (size_t)(colon - host)) == NULL)
			shown = (size_t)(colon - host);
	}
	return asprintf(&url, "http://%.*s%s%s", (int)shown, host, host + n, path) < 0 ? NULL : url;
}

int
profile_text_write(const struct profile_text *p, struct buf *out, struct err *e)
{
	if (buf_printf(
	        out, "# The SCEP profile %s; scepd.conf(5) explains every key.\n", p->name) != 0 ||
	    add_setting(out, "id", p->id) != 0 || add_setting(out, "ca", p->ca) != 0 ||
	    (p->paths != NULL && add_paths(out, p->paths) != 0) || add_challenge(out, p) != 0 ||
	    (p->validity != NULL && add_setting(out, "validity", p->validity) != 0) ||
	    (p->crl_url != NULL && add_setting(out, "crl_url", p->crl_url) != 0) ||
	    (p->ca_url != NULL && add_setting(out, "ca_url", p->ca_url) != 0) ||
	    (p->modern && buf_add_str(out, "des3 = false;\nsha1 = false;\n") != 0) ||
	    add_defaults(out, p) != 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	return 0;
}
