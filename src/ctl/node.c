/* SPDX-License-Identifier: ISC
 *
 * scepctl node list: the hosts of the pool, and where one differs from the others. What most of
 * them have is taken for right; of two the first.
 */
#include <string.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "conf/assemble.h"
#include "ctl/node.h"
#include "ctl/show.h"
#include "ctl/store.h"
#include "store/node.h"

/* The digest of all fingerprints of a host, for one column. */
static void
certs_digest(const json_t *certs, char hex[65])
{
	char *text = json_dumps(certs, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
	uint8_t digest[32];

	ossl_sha256(view_str(text), digest);
	hex_of(view_of(digest, 32), hex);
	free(text);
}

static int
add_node(void *context, const struct node *n, struct err *e)
{
	json_t *text = json_loadb((const char *)n->text.p, n->text.n, 0, NULL), *row, *certs;
	char digest[65];
	int rc = 0;

	certs = json_object_get(text, "certs");
	certs_digest(json_is_object(certs) ? certs : NULL, digest);
	row = json_pack("{s:s,s:s,s:I,s:s,s:s,s:I}", "node", n->name, "version",
	    json_string_value(json_object_get(text, "version")) ?: "?", "protocol",
	    (json_int_t)n->protocol, "configuration",
	    json_string_value(json_object_get(text, "conf")) ?: "?", "certificates", digest,
	    "seconds_ago", (json_int_t)n->age / 1000);
	if (row != NULL && json_is_object(certs))
		rc = json_object_set(row, "fingerprints", certs);
	if (row == NULL || rc != 0 || json_array_append_new(context, row) != 0)
		rc = err_set(e, ERR_MEMORY, "no memory");
	json_decref(text);
	return rc;
}

/* The value that most rows have under a key; the first of those that are as frequent. */
static const json_t *
usual(const json_t *rows, const char *key)
{
	const json_t *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *value = json_object_get(json_array_get(rows, i), key);
		size_t same = 0;

		for (size_t j = 0; j < json_array_size(rows); j++)
			same += (size_t)json_equal(
			    value, json_object_get(json_array_get(rows, j), key));
		if (same > most) {
			most = same;
			best = value;
		}
	}
	return best;
}

/* Names in each row where it differs from the usual. */
static int
mark(json_t *rows, size_t *drifting)
{
	static const char *const keys[] = {"version", "protocol", "configuration", "certificates"};

	*drifting = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		char drift[80] = "";

		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
			if (json_equal(json_object_get(row, keys[k]), usual(rows, keys[k])))
				continue;
			if (*drift != '\0')
				strcat(drift, " ");
			strcat(drift, keys[k]);
		}
		*drifting += *drift != '\0';
		if (json_object_set_new(row, "drift", json_string(drift)) != 0)
			return -1;
	}
	return 0;
}

/* A table has no room for whole digests. */
static int
shorten(json_t *rows)
{
	static const char *const keys[] = {"configuration", "certificates"};

	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t k = 0; k < 2; k++) {
			json_t *row = json_array_get(rows, i);
			const char *text = json_string_value(json_object_get(row, keys[k]));

			if (text != NULL && strlen(text) > 12 &&
			    json_object_set_new(row, keys[k], json_stringn(text, 12)) != 0)
				return -1;
		}
	return 0;
}

int
node_rows(struct store *s, json_t *rows, size_t *drifting, struct err *e)
{
	if (store_nodes(s, add_node, rows, e) != 0)
		return -1;
	return mark(rows, drifting) == 0 ? 0 : err_set(e, ERR_MEMORY, "no memory");
}

static int
node_list_run(struct ctl *c, const struct args *a, struct err *e)
{
	static const struct column columns[] = {{"node", "NODE"}, {"version", "VERSION"},
	    {"protocol", "PROTOCOL"}, {"configuration", "CONFIGURATION"},
	    {"certificates", "CERTIFICATES"}, {"seconds_ago", "SECONDS AGO"}, {"drift", "DRIFT"},
	    {NULL, NULL}};
	json_t *rows = json_array();
	struct store *s = NULL;
	size_t drifting;
	int rc = -1;

	if (ctl_conf(c, e) != 0 || (s = conf_store(&c->conf, e)) == NULL ||
	    node_rows(s, rows, &drifting, e) != 0)
		goto out;
	if (!a->json && shorten(rows) != 0) {
		err_set(e, ERR_MEMORY, "no memory");
		goto out;
	}
	rc = show_rows(c->out, a->json, rows, columns, e);
	if (rc == 0 && drifting > 0)
		ctl_note(
		    c, "%zu of %zu hosts differ from the others", drifting, json_array_size(rows));
out:
	json_decref(rows);
	store_free(s);
	return rc;
}

static const struct opt list_options[] = {
    OPT_FLAG("json", json, "as JSON, with every fingerprint"),
    OPT_END,
};

const struct command node_commands[] = {
    {"node", "list", NULL, "list the hosts of the pool and where they differ", list_options,
        node_list_run},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
