/* SPDX-License-Identifier: ISC
 *
 * See conf/digest.h.
 */
#include "conf/digest.h"

#include <string.h>

#include "base/enc.h"
#include "base/ossl.h"

/* What may differ from host to host, beside paths. */
static const char *const local[] = {"listen", "listen_mode", "listen_group", "user", "group",
    "workers", "request_deadline", "drain_deadline", "max_requests", "log_target", "log_format",
    "log_level", "trusted_proxies", "node_name", "store.server", "store.sentinels", "store.user",
    "store.operator_user", "store.timeout", "store.tls", "store.tls_name", "ra", "warn_before"};

static bool
counts(enum key_file file, const struct key *k)
{
	if (k->type == KEY_GROUP || k->type == KEY_PATH || key_in_list(file, k))
		return false;
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		if (strcmp(k->path, local[i]) == 0)
			return false;
	return true;
}

int
conf_digest_add(const struct tree *t, struct buf *text, struct err *e)
{
	int rc = buf_printf(text, "[%s]\n", t->name);

	for (const struct key *k = keys_of(t->file); rc == 0 && k->path != NULL; k++) {
		const config_setting_t *v = counts(t->file, k) ? tree_value(t, k) : NULL;

		if (v == NULL)
			continue;
		rc = buf_printf(text, "%s = ", k->path);
		if (rc == 0)
			rc = conf_value_write(text, v);
		if (rc == 0)
			rc = buf_add_str(text, "\n");
	}
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "no memory");
}

void
conf_digest_end(const struct buf *text, char hex[65])
{
	uint8_t digest[32];

	ossl_sha256(buf_view(text), digest);
	hex_of(view_of(digest, sizeof digest), hex);
}
