/* SPDX-License-Identifier: ISC
 *
 * What a fresh connection must show before it is used: a primary that is up, that keeps what it is
 * told as durably as the configuration says and evicts nothing; this program's own function
 * library, loaded now if it is absent and may be; the same pepper as every other host.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/log.h"
#include "connection.h"
#include "store/call.h"

/* The value of "NAME:" in the text of INFO into out. */
static void
info_value(const char *info, const char *name, char *out, size_t len)
{
	size_t n = strlen(name);
	const char *at = info;

	*out = '\0';
	while (at != NULL) {
		if (strncmp(at, name, n) == 0 && at[n] == ':') {
			size_t end = strcspn(at + n + 1, "\r\n");

			snprintf(out, len, "%.*s", (int)end, at + n + 1);
			return;
		}
		at = strchr(at, '\n');
		if (at != NULL)
			at++;
	}
}

static void
info_read(const char *info, struct store_server *s)
{
	char text[64];

	*s = (struct store_server){0};
	info_value(info, "valkey_version", s->version, sizeof s->version);
	s->valkey = *s->version != '\0';
	if (!s->valkey)
		info_value(info, "redis_version", s->version, sizeof s->version);
	info_value(info, "run_id", s->run_id, sizeof s->run_id);
	info_value(info, "role", s->role, sizeof s->role);
	info_value(info, "maxmemory_policy", s->policy, sizeof s->policy);
	info_value(info, "aof_enabled", text, sizeof text);
	s->aof = strcmp(text, "1") == 0;
	info_value(info, "aof_last_write_status", text, sizeof text);
	s->aof_ok = strcmp(text, "err") != 0;
	info_value(info, "loading", text, sizeof text);
	s->loading = strcmp(text, "1") == 0;
	info_value(info, "connected_slaves", text, sizeof text);
	s->replicas = atoi(text);
}

int
store_judge(const struct store_conf *c, const struct store_server *s, struct err *e)
{
	if (!s->valkey && atoi(s->version) < 7)
		return err_set(
		    e, ERR_STORE, "Redis 7.0 or later is needed, this is %s", s->version);
	if (s->loading)
		return err_set(e, ERR_STORE, "the store is loading its data");
	if (strcmp(s->role, "master") != 0)
		return err_set(e, ERR_STORE, "the store is a %s, not the primary", s->role);
	if (strcmp(s->policy, "noeviction") != 0)
		return err_set(e, ERR_STORE,
		    "the store may evict records: maxmemory-policy is %s and must "
		    "be noeviction",
		    s->policy);
	if (c->durability == DURABILITY_NONE)
		return 0;
	if (!s->aof)
		return err_set(e, ERR_STORE,
		    "the store keeps no append-only file (appendonly yes), which "
		    "this durability needs");
	if (!s->aof_ok)
		return err_set(e, ERR_STORE, "the store cannot write its append-only file");
	if (c->durability == DURABILITY_REPLICATED && s->replicas < c->replicas)
		return err_set(e, ERR_STORE, "the store has %d replicas, %d are demanded",
		    s->replicas, c->replicas);
	return 0;
}

int
store_info(struct store *s, int64_t deadline, struct err *e)
{
	struct view words[] = {view_str("INFO"), view_str("server"), view_str("replication"),
	    view_str("persistence"), view_str("memory")};
	redisReply *r = link_command(s, deadline, e, 5, words);
	int rc = -1;

	if (r == NULL)
		return -1;
	if (r->type == REDIS_REPLY_STRING) {
		info_read(r->str, &s->server);
		rc = 0;
	} else
		err_set(
		    e, ERR_STORE, "INFO: %s", r->type == REDIS_REPLY_ERROR ? r->str : "no text");
	freeReplyObject(r);
	return rc;
}

/* Loads the library where it is absent and this account may; it never replaces one. */
static int
library_load(struct store *s, int64_t deadline, struct err *e)
{
	struct view words[] = {view_str("FUNCTION"), view_str("LOAD"), library_text()};
	redisReply *r = link_command(s, deadline, e, 3, words);
	int rc = 0;

	if (r == NULL)
		return -1;
	if (r->type == REDIS_REPLY_ERROR && strstr(r->str, "already exists") == NULL)
		rc = err_set(e, ERR_STORE,
		    "the function library is not in the store (scepctl store "
		    "install): %.60s",
		    r->str);
	freeReplyObject(r);
	return rc;
}

/* The proof of the pepper, appended. */
static int
pepper_proof(const struct store *s, struct buf *proof)
{
	uint8_t mac[32];

	if (s->pepper.n == 0)
		return 0;
	return store_mac(s, "proof", (struct view){0}, mac) != 0 ||
	               hex_write(proof, view_of(mac, sizeof mac)) != 0
	           ? -1
	           : 0;
}

static redisReply *
hello(struct store *s, int64_t deadline, struct err *e)
{
	struct buf proof = {0};
	redisReply *r = NULL;

	if (pepper_proof(s, &proof) != 0) {
		err_set(e, ERR_MEMORY, "hello");
		goto out;
	}
	r = link_command(s, deadline, e, 5,
	    (struct view[]){view_str("FCALL"), view_str("scepd" STORE_PROTOCOL "_hello"),
	        view_str("1"), view_str(s->key), buf_view(&proof)});
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && proof.n > 0 &&
	    !view_eq(reply_view(r, 1), buf_view(&proof))) {
		err_set(e, ERR_STORE,
		    "the pepper of this host (%s) is not the one that the store was "
		    "initialised with",
		    s->conf.pepper_file);
		freeReplyObject(r);
		r = NULL;
	}
out:
	buf_free(&proof);
	return r;
}

/* An administrator who has ended the time of this protocol does not want its hosts back by
 * surprise, even where they may load their library themselves. */
static int
check_protocol(const redisReply *r, struct err *e)
{
	int64_t oldest = reply_int(r, 4);

	if (oldest <= atol(STORE_PROTOCOL))
		return 0;
	return err_set(e, ERR_STORE,
	    "the store was upgraded to protocol %lld, this program has " STORE_PROTOCOL,
	    (long long)oldest);
}

int
store_hello(struct store *s, int64_t deadline, struct err *e)
{
	redisReply *r = hello(s, deadline, e);
	int rc;

	if (r == NULL)
		return -1;
	rc = check_protocol(r, e);
	freeReplyObject(r);
	return rc;
}

/* Another run id means another server, or the same one after a restart: what it has kept is as good
 * as its configuration, which only the administrator's account can see. */
static int
check_run(struct store *s, struct view verified, struct err *e)
{
	if (view_eq(verified, view_str(s->server.run_id)) || (verified.n == 0 && !s->conf.strict))
		return 0;
	if (verified.n == 0)
		return err_set(e, ERR_STORE,
		    "nobody has verified this server (scepctl store verify), which store.strict "
		    "demands");
	s->strangers++;
	log_msg(LOG_LEVEL_WARN,
	    "store: run id %s is not the one that was verified (scepctl store verify)",
	    s->server.run_id);
	return s->conf.strict ? err_set(e, ERR_STORE,
	                            "the server is not the one that was verified "
	                            "(store.strict)")
	                      : 0;
}

int
store_check(struct store *s, int64_t deadline, struct err *e)
{
	redisReply *r;
	int rc = -1;

	if (store_info(s, deadline, e) != 0 || store_judge(&s->conf, &s->server, e) != 0 ||
	    (r = hello(s, deadline, e)) == NULL)
		return -1;
	if (r->type == REDIS_REPLY_ERROR && strstr(r->str, "Function not found") != NULL) {
		freeReplyObject(r);
		if (library_load(s, deadline, e) != 0 || (r = hello(s, deadline, e)) == NULL)
			return -1;
	}
	if (r->type != REDIS_REPLY_ARRAY || r->elements < 4)
		err_set(e, ERR_STORE, "hello: %.100s",
		    r->type == REDIS_REPLY_ERROR ? r->str : "strange answer");
	else if (!view_eq(reply_view(r, 0), view_str(library_digest())))
		err_set(e, ERR_STORE,
		    "the function library in the store is another one of protocol " STORE_PROTOCOL
		    " (scepctl store install)");
	else if (check_protocol(r, e) == 0)
		rc = check_run(s, reply_view(r, 2), e);
	freeReplyObject(r);
	return rc;
}
