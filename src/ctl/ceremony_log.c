/* SPDX-License-Identifier: ISC
 *
 * The transcript of a CA, one entry a ceremony.
 */
#include "ctl/ceremony_log.h"

#include <stdarg.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "conf/assemble.h"
#include "config.h"
#include "ctl/folder.h"
#include "ctl/show.h"

#define TRANSCRIPT_MAX (4u << 20)

int
transcript_begin(struct buf *text, struct err *e, const char *fmt, ...)
{
	char what[1024], when[32];
	time_t now = clock_now();
	struct tm tm;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	if (buf_printf(text, "%s\n  done: %s\n  by: scepctl %s, %s\n", when, what, PACKAGE_VERSION,
	        OpenSSL_version(OPENSSL_VERSION)) != 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	return 0;
}

int
transcript_cert(struct buf *text, const char *what, const X509 *cert, struct err *e)
{
	json_t *facts = show_cert(cert);
	const char *key;
	const json_t *value;
	int rc = facts != NULL ? buf_printf(text, "  %s\n", what) : -1;

	json_object_foreach(facts, key, value)
	{
		if (rc == 0)
			rc = buf_printf(text, "    %s: %s\n", key, json_string_value(value));
	}
	json_decref(facts);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

int
transcript_append(struct ctl *c, const char *ca, const struct buf *text, struct err *e)
{
	char *path = conf_ca_path(&c->conf, ca, TRANSCRIPT_FILE);
	struct buf whole = {0};
	int rc = -1;

	if (path == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (path_exists(path) && file_read(path, TRANSCRIPT_MAX, &whole, e) != 0)
		goto out;
	if (buf_add(&whole, text->p, text->n) != 0) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	rc = file_write(path, buf_view(&whole), 0644, c->owner, false, e);
out:
	buf_free(&whole);
	free(path);
	return rc;
}
