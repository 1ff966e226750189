/* SPDX-License-Identifier: ISC
 *
 * Whether a server is what the configured durability takes it for. A worker sees at each connection
 * what INFO shows; here the configuration of the server is read too, which needs an administrator.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "connection.h"
#include "store/admin.h"
#include "store/call.h"

/* An examination under way. */
struct exam {
	struct store *s;
	finding_tell *tell;
	void *context;
	size_t wrong;
};

static void find(struct exam *x, bool good, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
find(struct exam *x, bool good, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	x->tell(x->context, good, text);
	if (!good)
		x->wrong++;
}

/* The settings that matter, from which level on, and the one good value; NULL: a number, at least
 * that of the replicas. */
static const struct {
	const char *name;
	enum durability from;
	const char *value, *why;
} settings[] = {
    {"maxmemory-policy", DURABILITY_NONE, "noeviction", "or records and permits may vanish"},
    {"appendonly", DURABILITY_FSYNC, "yes", "or a restart forgets everything"},
    {"appendfsync", DURABILITY_FSYNC, "always", "or power loss undoes what was answered"},
    {"no-appendfsync-on-rewrite", DURABILITY_FSYNC, "no",
        "or power loss while the file is rewritten undoes what was answered"},
    {"min-replicas-to-write", DURABILITY_REPLICATED, NULL,
        "or a primary that is cut off goes on alone"},
};

/* The value of a setting of the server. 1: it may not be read, the reason is in `value`. */
static int
config_get(struct store *s, const char *name, char *value, size_t len, struct err *e)
{
	redisReply *r = store_command(
	    s, e, 3, (struct view[]){view_str("CONFIG"), view_str("GET"), view_str(name)});
	struct view found;
	int rc = 0;

	if (r == NULL)
		return -1;
	found = reply_view(r, 1);
	if (r->type == REDIS_REPLY_ERROR) {
		snprintf(value, len, "%.150s", r->str);
		rc = 1;
	} else
		snprintf(
		    value, len, "%.*s", (int)found.n, found.n > 0 ? (const char *)found.p : "");
	freeReplyObject(r);
	return rc;
}

static int
examine_settings(struct exam *x, struct err *e)
{
	const struct store_conf *c = &x->s->conf;

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		char value[200], wanted[32];
		bool good;
		int rc;

		if (c->durability < settings[i].from)
			continue;
		if ((rc = config_get(x->s, settings[i].name, value, sizeof value, e)) < 0)
			return -1;
		if (rc == 1) {
			find(x, false, "%s cannot be read: %s", settings[i].name, value);
			continue;
		}
		snprintf(wanted, sizeof wanted, "%d or more", c->replicas);
		good = settings[i].value != NULL ? strcmp(value, settings[i].value) == 0
		                                 : atoi(value) >= c->replicas;
		if (good)
			find(x, true, "%s is %s", settings[i].name, value);
		else
			find(x, false, "%s is %s, it must be %s %s", settings[i].name, value,
			    settings[i].value != NULL ? settings[i].value : wanted,
			    settings[i].why);
	}
	return 0;
}

/* What the workers look at too, in the same order and words. */
static int
examine_info(struct exam *x, struct err *e)
{
	const struct store_server *at = &x->s->server;
	struct err why = ERR_INIT;

	if (store_info(x->s, clock_ms() + x->s->conf.timeout_ms, e) != 0)
		return -1;
	find(x, true, "the server is %s %s, run id %s", at->valkey ? "Valkey" : "Redis",
	    at->version, at->run_id);
	if (store_judge(&x->s->conf, at, &why) != 0)
		find(x, false, "%s", why.detail);
	else
		find(x, true, "it is the primary, with %d replicas", at->replicas);
	return 0;
}

static int
examine_library(struct exam *x, struct err *e)
{
	enum library_state state;
	struct err why = ERR_INIT;

	if (store_library(x->s, &state, e) != 0)
		return -1;
	if (state != LIBRARY_OURS) {
		find(x, false,
		    "the function library of protocol " STORE_PROTOCOL " is %s "
		    "(scepctl store install)",
		    state == LIBRARY_ABSENT ? "not there" : "another one");
		return 0;
	}
	find(x, true, "the function library of protocol " STORE_PROTOCOL " is there");
	/* The rest of what a worker checks: with the library the pepper. */
	if (store_hello(x->s, clock_ms() + x->s->conf.timeout_ms, &why) != 0)
		find(x, false, "%s", why.detail);
	else
		find(x, true, "the pepper is the one that the store was initialised with");
	return 0;
}

int
store_verify(struct store *s, finding_tell *tell, void *context, size_t *wrong, struct err *e)
{
	struct exam x = {.s = s, .tell = tell, .context = context};
	int rc = -1;

	if (s->c == NULL && link_open(s, clock_ms() + s->conf.timeout_ms, e) != 0)
		return -1;
	find(&x, true, "the durability is %s", durability_name(s->conf.durability));
	if (examine_info(&x, e) == 0 && examine_settings(&x, e) == 0 && examine_library(&x, e) == 0)
		rc = 0;
	*wrong = x.wrong;
	return rc;
}
