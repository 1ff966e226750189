/* SPDX-License-Identifier: ISC
 *
 * See store/admin.h: the function library, and the record of a server that was verified.
 */
#include "store/admin.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "connection.h"
#include "store/call.h"

const char *
durability_name(enum durability level)
{
	static const char *const names[] = {"none", "fsync", "replicated"};

	return names[level];
}

/* A command of which an error reply is an error. */
static redisReply *
command(struct store *s, struct err *e, size_t n, const struct view *words)
{
	redisReply *r = store_command(s, e, n, words);

	if (r == NULL || r->type != REDIS_REPLY_ERROR)
		return r;
	err_set(e, ERR_STORE, "%.*s: %.200s", (int)words[0].n, (const char *)words[0].p, r->str);
	freeReplyObject(r);
	return NULL;
}

static int
done(redisReply *r)
{
	if (r == NULL)
		return -1;
	freeReplyObject(r);
	return 0;
}

int
store_library(struct store *s, enum library_state *state, struct err *e)
{
	struct view words[] = {view_str("FCALL"), view_str("scepd" STORE_PROTOCOL "_hello"),
	    view_str("1"), view_str(s->key), view_str("")};
	redisReply *r = store_command(s, e, 5, words);
	int rc = 0;

	if (r == NULL)
		return -1;
	if (r->type == REDIS_REPLY_ERROR && strstr(r->str, "Function not found") != NULL)
		*state = LIBRARY_ABSENT;
	else if (r->type == REDIS_REPLY_ERROR)
		rc = err_set(e, ERR_STORE, "FCALL: %.200s", r->str);
	else
		*state = view_eq(reply_view(r, 0), view_str(library_digest())) ? LIBRARY_OURS
		                                                               : LIBRARY_OTHER;
	freeReplyObject(r);
	return rc;
}

int
store_install(struct store *s, enum library_state *was, struct err *e)
{
	if (store_library(s, was, e) != 0)
		return -1;
	if (*was == LIBRARY_OURS)
		return 0;
	return done(command(s, e, 4,
	    (struct view[]){
	        view_str("FUNCTION"), view_str("LOAD"), view_str("REPLACE"), library_text()}));
}

/* The number in the name of one of our libraries; -1: it is none. */
static long
protocol_of(const redisReply *library)
{
	for (size_t i = 0; i + 1 < library->elements; i += 2) {
		struct view value = reply_view(library, i + 1);
		char name[64], *end;
		long n;

		if (!view_eq(reply_view(library, i), view_str("library_name")))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)value.n, (const char *)value.p);
		if (strncmp(name, "scepd", 5) != 0)
			return -1;
		n = strtol(name + 5, &end, 10);
		return name[5] != '\0' && *end == '\0' ? n : -1;
	}
	return -1;
}

int
store_libraries(struct store *s, long protocols[LIBRARIES_MAX], size_t *n, struct err *e)
{
	redisReply *r = command(s, e, 4,
	    (struct view[]){view_str("FUNCTION"), view_str("LIST"), view_str("LIBRARYNAME"),
	        view_str("scepd*")});

	*n = 0;
	if (r == NULL)
		return -1;
	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		const redisReply *library = reply_array(r, i);
		long protocol = library != NULL ? protocol_of(library) : -1;

		if (protocol >= 0 && *n < LIBRARIES_MAX)
			protocols[(*n)++] = protocol;
	}
	freeReplyObject(r);
	return 0;
}

static int
install_key(const struct store *s, char key[80], struct err *e)
{
	return snprintf(key, 80, "%s:install", s->key) < 80
	           ? 0
	           : err_set(e, ERR_STORE, "the prefix is too long");
}

int
store_oldest(struct store *s, long *protocol, struct err *e)
{
	char key[80];
	redisReply *r;

	if (install_key(s, key, e) != 0 ||
	    (r = command(s, e, 3,
	         (struct view[]){view_str("HGET"), view_str(key), view_str("protocol")})) == NULL)
		return -1;
	*protocol = r->type == REDIS_REPLY_STRING ? atol(r->str) : 0;
	freeReplyObject(r);
	return 0;
}

int
store_admit(struct store *s, struct err *e)
{
	char key[80];

	return install_key(s, key, e) != 0
	           ? -1
	           : done(command(s, e, 4,
	                 (struct view[]){view_str("HSET"), view_str(key), view_str("protocol"),
	                     view_str(STORE_PROTOCOL)}));
}

int
store_prune(struct store *s, size_t *removed, struct err *e)
{
	long protocols[LIBRARIES_MAX], ours = atol(STORE_PROTOCOL), oldest;
	size_t n;
	char name[32];

	*removed = 0;
	/* First the word, then the deed: a worker that may would load its library again. */
	if (store_oldest(s, &oldest, e) != 0 || (oldest < ours && store_admit(s, e) != 0) ||
	    store_libraries(s, protocols, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (protocols[i] >= ours)
			continue;
		snprintf(name, sizeof name, "scepd%ld", protocols[i]);
		if (done(command(s, e, 3,
		        (struct view[]){
		            view_str("FUNCTION"), view_str("DELETE"), view_str(name)})) != 0)
			return -1;
		(*removed)++;
	}
	return 0;
}

int
store_record_verified(struct store *s, struct err *e)
{
	char key[80], at[24];

	if (install_key(s, key, e) != 0)
		return -1;
	snprintf(at, sizeof at, "%lld", (long long)clock_now());
	return done(command(s, e, 10,
	    (struct view[]){view_str("HSET"), view_str(key), view_str("run"),
	        view_str(s->server.run_id), view_str("level"),
	        view_str(durability_name(s->conf.durability)), view_str("version"),
	        view_str(s->server.version), view_str("at"), view_str(at)}));
}

static void
take(const redisReply *r, const char *name, char *out, size_t len)
{
	for (size_t i = 2; i + 1 < r->elements; i += 2) {
		struct view v = reply_view(r, i + 1);

		if (view_eq(reply_view(r, i), view_str(name)))
			snprintf(out, len, "%.*s", (int)v.n, v.n > 0 ? (const char *)v.p : "");
	}
}

int
store_verified(struct store *s, struct store_verified *v, struct err *e)
{
	struct args a = {0};
	redisReply *r;
	char at[24] = "";

	*v = (struct store_verified){0};
	arg_str(&a, "install");
	if ((r = store_call(s, "dump_hash", &a, false, e)) == NULL)
		return -1;
	take(r, "run", v->run, sizeof v->run);
	take(r, "level", v->level, sizeof v->level);
	take(r, "version", v->version, sizeof v->version);
	take(r, "at", at, sizeof at);
	v->at = strtoll(at, NULL, 10);
	freeReplyObject(r);
	return 0;
}

int
store_sizes(struct store *s, const char *const *names, size_t n, int64_t *sizes, struct err *e)
{
	struct args a = {0};
	redisReply *r;

	for (size_t i = 0; i < n; i++)
		arg_str(&a, names[i]);
	if ((r = store_call(s, "sizes", &a, false, e)) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		sizes[i] = reply_int(r, i + 1);
	freeReplyObject(r);
	return 0;
}
