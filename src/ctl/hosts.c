/* SPDX-License-Identifier: ISC
 *
 * See ctl/hosts.h. A host reports what it runs only when nothing older runs there, so a certificate
 * in its report is one that each of its workers knows.
 */
#include "ctl/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "store/node.h"

static int
add(void *context, const struct node *n, struct err *e)
{
	json_t *text = json_loadb((const char *)n->text.p, n->text.n, 0, NULL);
	json_t *certs = json_object_get(text, "certs");
	int rc = json_array_append_new(context, json_pack("{s:s,s:O?}", "node", n->name, "certs",
	                                            json_is_object(certs) ? certs : NULL));

	json_decref(text);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

int
hosts_read(struct store *s, struct hosts *h, struct err *e)
{
	*h = (struct hosts){.rows = json_array()};
	return store_nodes(s, add, h->rows, e);
}

void
hosts_free(struct hosts *h)
{
	json_decref(h->rows);
	*h = (struct hosts){0};
}

static bool
has(const json_t *host, const char *fingerprint)
{
	json_t *certs = json_object_get(host, "certs");
	const char *name;
	json_t *value;

	json_object_foreach(certs, name, value)
	{
		if (json_is_string(value) && strcmp(json_string_value(value), fingerprint) == 0)
			return true;
	}
	return false;
}

size_t
hosts_count(const struct hosts *h)
{
	return json_array_size(h->rows);
}

size_t
hosts_having(const struct hosts *h, const char *fingerprint)
{
	size_t n = 0;

	for (size_t i = 0; i < hosts_count(h); i++)
		n += has(json_array_get(h->rows, i), fingerprint);
	return n;
}

const char *
hosts_reporting(const struct hosts *h, const char *name)
{
	for (size_t i = 0; i < hosts_count(h); i++) {
		const json_t *host = json_array_get(h->rows, i);

		if (json_object_get(json_object_get(host, "certs"), name) != NULL)
			return json_string_value(json_object_get(host, "node"));
	}
	return NULL;
}

/* "ra vpn" is the first, "ra vpn 2" the second. */
static int
number_of(const char *name, const char *profile)
{
	size_t n = strlen(profile);

	if (strncmp(name, "ra ", 3) != 0 || strncmp(name + 3, profile, n) != 0)
		return 0;
	if (name[3 + n] == '\0')
		return 1;
	return name[3 + n] == ' ' ? (int)strtol(name + 4 + n, NULL, 10) : 0;
}

int
hosts_newest_ra(const struct hosts *h, const char *profile, const char **node)
{
	int newest = 0;

	for (size_t i = 0; i < hosts_count(h); i++) {
		const json_t *host = json_array_get(h->rows, i);
		json_t *value;
		const char *name;

		json_object_foreach(json_object_get(host, "certs"), name, value)
		{
			if (number_of(name, profile) <= newest)
				continue;
			newest = number_of(name, profile);
			*node = json_string_value(json_object_get(host, "node"));
		}
	}
	return newest;
}

bool
hosts_all(struct ctl *c, const struct hosts *h, const char *fingerprint, const char *what,
    const char *again)
{
	size_t n = hosts_count(h);

	if (n > 0 && hosts_having(h, fingerprint) == n)
		return true;
	if (n == 0)
		ctl_note(c, "%s waits: no host reports that it serves.", what);
	for (size_t i = 0; i < n; i++) {
		const json_t *host = json_array_get(h->rows, i);

		if (!has(host, fingerprint))
			ctl_note(c, "%s waits: host %s does not have it.", what,
			    json_string_value(json_object_get(host, "node")));
	}
	ctl_note(c,
	    "Carry it to the other hosts (scepctl bundle export here, bundle import --add there), "
	    "reload "
	    "scepd on each (systemctl reload scepd), then: scepctl %s",
	    again);
	return false;
}
