/* SPDX-License-Identifier: ISC
 *
 * POST /scep/{profile}/challenge: a management system with a token fetches a one-time challenge for
 * a device (RFC 8894 section 2.4 leaves the way open). The answer is the challenge alone, since
 * some put the whole body into the device. Who has no token learns nothing, not even which profiles
 * there are, and is blocked when he guesses; token and limit are checked in the step that mints,
 * which also tells all hosts what became of it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/net.h"
#include "request.h"
#include "store/state.h"

#define SCHEME "Bearer"

/* What stands in the way before anybody is asked. */
static int
check_http(struct request *r)
{
	if (r->http->method != HTTP_POST)
		return err_set(&r->err, ERR_METHOD, "not POST");
	if (!r->http->https && !r->service->allow_http_challenge)
		return err_set(&r->err, ERR_HTTPS_ONLY, "plain HTTP (allow_http_challenge)");
	if (r->http->body_large || r->http->body.n > HTTP_BODY_MAX)
		return err_set(
		    &r->err, ERR_TOO_LARGE, "body of more than %d octets", HTTP_BODY_MAX);
	if (r->http->body_short)
		return err_set(&r->err, ERR_BODY_SHORT, "%zu octets came", r->http->body.n);
	return 0;
}

/* The digest of the token of an Authorization header (RFC 6750 section 2.1). */
static int
read_token(struct request *r, char digest[65])
{
	struct view v = r->http->authorization;
	size_t n = strlen(SCHEME);

	if (v.n <= n || strncasecmp((const char *)v.p, SCHEME, n) != 0 || v.p[n] != ' ')
		return err_set(&r->err, ERR_TOKEN, "no bearer token");
	v = view_of(v.p + n, v.n - n);
	while (v.n > 0 && v.p[0] == ' ')
		v = view_of(v.p + 1, v.n - 1);
	while (v.n > 0 && v.p[v.n - 1] == ' ')
		v.n--;
	token_digest(v, digest);
	return 0;
}

/* Whoever asks, as the store must know him. */
struct asker {
	char token[65], source[64];
	struct buf event;
};

/* `why` is what he is refused for unless his token is wrong. */
static int
fill_bearer(struct request *r, struct asker *a, const struct mint_ask *ask, const struct err *why,
    struct bearer *b)
{
	const struct profile *p = r->sp != NULL ? &r->sp->profile : NULL;

	buf_cut(&a->event, 0);
	if (event_asked(r, buf_str(&ask->names.subject), why->detail, &a->event) != 0)
		return err_set(&r->err, ERR_MEMORY, "event");
	*b = (struct bearer){.token = a->token,
	    .event = buf_str(&a->event),
	    .source = a->source,
	    .unique = r->tag,
	    .budget = p != NULL ? p->wrong_challenges : WRONG_CHALLENGES,
	    .window = p != NULL ? p->wrong_challenges_window : WRONG_CHALLENGES_WINDOW};
	return 0;
}

/* A refusal that only who has a token for the profile is told. */
static int
refuse(struct request *r, struct asker *a, const struct mint_ask *ask, const struct err *why)
{
	const char *profile = r->sp != NULL ? r->sp->profile.id : NULL;
	struct bearer b;

	if (fill_bearer(r, a, ask, why, &b) != 0 ||
	    store_token(r->service->store, &b, profile, why->code, r->reason, &r->err) != 0)
		return -1;
	return err_set(&r->err, why->code, "%s", why->detail);
}

static int
check_profile(const struct request *r, struct err *why)
{
	if (r->sp == NULL)
		return err_set(why, ERR_NO_PROFILE, "no profile");
	if (!source_among(
	        r, r->sp->profile.challenge_allow_from, r->sp->profile.n_challenge_allow_from))
		return err_set(why, ERR_SOURCE, "not in challenge_allow_from");
	if (r->sp->profile.challenge_type != CHALLENGE_DYNAMIC)
		return err_set(why, ERR_NOT_DYNAMIC, "challenge.type is not dynamic");
	return 0;
}

static int
draw(struct request *r, struct asker *a, const struct mint_ask *ask, struct secret *challenge,
    struct minted *out)
{
	const struct profile *p = &r->sp->profile;
	int64_t ttl = (int64_t)p->challenge_expiry_minutes * 60;
	struct store *s = r->service->store;
	struct bearer b;
	uint8_t mac[32];
	struct mint m = {.profile = p->id,
	    .mac = mac,
	    .ttl = ask->ttl > 0 && ask->ttl < ttl ? ask->ttl : ttl,
	    .max = p->max_pending_challenges,
	    .bearer = &b,
	    .bound = binding_any(&ask->names),
	    .subject = buf_str(&ask->names.subject),
	    .sans = buf_str(&ask->names.sans)};
	int rc = -1;

	if (fill_bearer(r, a, ask, &(struct err)ERR_INIT, &b) == 0 &&
	    challenge_draw(challenge, &r->err) == 0 &&
	    store_challenge_mac(s, p->id, secret_view(challenge), mac, &r->err) == 0)
		rc = store_mint(s, &m, out, &r->err);
	snprintf(r->reason, sizeof r->reason, "%s", out->by);
	for (size_t i = 0; rc == 0 && i < CHALLENGE_ID_LEN / 2; i++)
		snprintf(r->minted + 2 * i, 3, "%02x", mac[i]);
	return rc;
}

static int
mint(struct request *r, struct secret *challenge, struct minted *out)
{
	struct mint_ask ask = {.ttl = 0};
	struct asker a = {.token = ""};
	struct err why = ERR_INIT;
	int rc = -1;

	if (check_http(r) != 0 || read_token(r, a.token) != 0)
		return -1;
	if (r->service->store == NULL)
		return err_set(&r->err, ERR_STORE, "no store is configured");
	net_group(r->source, a.source);
	if (store_admits(r->service->store, TOKEN_GUESSES, a.source, &r->err) != 0)
		return -1;
	if (check_profile(r, &why) != 0 ||
	    mint_ask_read(&r->sp->profile, r->http->body, &ask, &why) != 0)
		refuse(r, &a, &ask, &why);
	else
		rc = draw(r, &a, &ask, challenge, out);
	binding_free(&ask.names);
	buf_free(&a.event);
	return rc;
}

/* Without a newline: a client that takes the body as it comes must get the challenge. */
static int
write_challenge(
    struct request *r, const struct secret *challenge, const struct minted *m, bool json)
{
	struct http_reply *out = r->reply;
	time_t at = (time_t)m->expires;
	char expires[32] = "";
	struct tm tm;
	int rc;

	out->status = 200;
	out->type = json ? "application/json" : "text/plain";
	out->secret = true;
	if (gmtime_r(&at, &tm) != NULL)
		strftime(expires, sizeof expires, "%Y-%m-%dT%H:%M:%SZ", &tm);
	/* Room for all of it at once: a buffer that grows leaves copies behind. */
	if (buf_room(&out->body, 512) == NULL)
		rc = -1;
	else if (json)
		rc = buf_printf(&out->body,
		    "{\"challenge\":\"%.*s\",\"expires_at\":\"%s\",\"profile\":\"%s\"}",
		    (int)challenge->n, (const char *)challenge->p, expires, r->sp->profile.name);
	else
		rc = buf_add(&out->body, challenge->p, challenge->n);
	return rc == 0 ? 0 : err_set(&r->err, ERR_MEMORY, "reply");
}

static void
write_error(struct request *r, const struct minted *m, bool json)
{
	/* Of what its own body lacks the caller may know; these details are in our words. */
	const char *detail = r->err.code == ERR_BODY ? r->err.detail : NULL;
	const char *text = detail != NULL ? detail : err_text(r->err.code);
	struct http_reply *out = r->reply;

	http_reply_error(out, r->err.code, detail);
	if (out->status == 405)
		out->allow = "POST";
	if (r->err.code == ERR_PENDING_FULL)
		out->retry_after = m->retry_after;
	if (r->err.code == ERR_GUESSING)
		out->retry_after = RETRY_AFTER;
	if (!json)
		return;
	buf_cut(&out->body, 0);
	out->type = "application/json";
	if (buf_printf(&out->body, "{\"error\":\"%s\",\"message\":\"", err_slug(r->err.code)) !=
	        0 ||
	    log_escape(&out->body, view_str(text), 256) != 0 ||
	    buf_printf(&out->body, "\",\"status\":%d}", out->status) != 0)
		buf_cut(&out->body, 0);
}

void
op_challenge(struct request *r)
{
	bool json = query_is(r->http, "format", "json");
	struct secret challenge = {0};
	struct minted minted = {0};

	r->op_name = "challenge";
	if (mint(r, &challenge, &minted) != 0 || write_challenge(r, &challenge, &minted, json) != 0)
		write_error(r, &minted, json);
	secret_free(&challenge);
}
