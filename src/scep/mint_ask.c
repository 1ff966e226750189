/* SPDX-License-Identifier: ISC
 *
 * The body of a request for a one-time challenge. Management systems post what they have: Jamf and
 * those modelled on it a JSON or XML document about a webhook, others a form or nothing. Of all
 * that only the name of the webhook's event counts, so that a webhook which was set up for another
 * event does not drain the pool. Our own members bind and shorten: "subject", "sans", "expires_in".
 */
#include <string.h>

#include <jansson.h>

#include "ca/names.h"
#include "request.h"

#define EVENT "SCEPChallenge"
#define EVENT_TAG "<webhookEvent>"

static struct view
skip_space(struct view v)
{
	if (v.n >= 3 && memcmp(v.p, "\xef\xbb\xbf", 3) == 0)
		v = view_of(v.p + 3, v.n - 3);
	while (v.n > 0 && strchr(" \t\r\n", v.p[0]) != NULL && v.p[0] != '\0')
		v = view_of(v.p + 1, v.n - 1);
	return v;
}

static int
check_event(struct view name, struct err *e)
{
	return view_eq(name, view_str(EVENT))
	           ? 0
	           : err_set(e, ERR_WEBHOOK, "a webhook of another event than " EVENT);
}

/* No parser: nothing of XML but the one element means anything here. */
static int
check_xml(struct view body, struct err *e)
{
	const uint8_t *tag = memmem(body.p, body.n, EVENT_TAG, strlen(EVENT_TAG)), *from, *end;

	if (tag == NULL)
		return 0;
	from = tag + strlen(EVENT_TAG);
	end = memchr(from, '<', body.n - (size_t)(from - body.p));
	return check_event(view_of(from, end != NULL ? (size_t)(end - from) : 0), e);
}

static int
take_subject(const json_t *v, struct mint_ask *ask, struct err *e)
{
	struct err why = ERR_INIT;

	if (v == NULL)
		return 0;
	if (!json_is_string(v) || binding_subject(&ask->names, json_string_value(v), &why) != 0)
		return err_set(e, ERR_BODY, "subject is not a name that could be issued");
	return 0;
}

static int
take_sans(const struct profile *p, const json_t *v, struct mint_ask *ask, struct err *e)
{
	struct err why = ERR_INIT;

	if (v == NULL)
		return 0;
	if (!json_is_array(v) || json_array_size(v) == 0 || json_array_size(v) > NAMES_SAN_MAX)
		return err_set(e, ERR_BODY, "sans is not a list of 1 to %d names", NAMES_SAN_MAX);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i);

		if (!json_is_string(one) ||
		    binding_san(p, &ask->names, json_string_value(one), &why) != 0)
			return err_set(e, ERR_BODY,
			    "sans[%zu] is not a name that the profile could issue, such as "
			    "\"DNS:a.example\"",
			    i);
	}
	return 0;
}

static int
take_members(const struct profile *p, const json_t *o, struct mint_ask *ask, struct err *e)
{
	const json_t *event = json_object_get(json_object_get(o, "webhook"), "webhookEvent");
	const json_t *ttl = json_object_get(o, "expires_in");

	if (event != NULL && check_event(view_str(json_string_value(event)), e) != 0)
		return -1;
	if (take_subject(json_object_get(o, "subject"), ask, e) != 0 ||
	    take_sans(p, json_object_get(o, "sans"), ask, e) != 0)
		return -1;
	/* Whoever writes that means to bind, and would get a challenge that is good for anybody. */
	if (json_object_get(o, "san") != NULL)
		return err_set(e, ERR_BODY, "the member is called sans");
	if (ttl == NULL)
		return 0;
	if (json_integer_value(ttl) < 1) /* 0: not an integer either */
		return err_set(e, ERR_BODY, "expires_in is not a whole number of seconds");
	ask->ttl = json_integer_value(ttl);
	return 0;
}

int
mint_ask_read(const struct profile *p, struct view body, struct mint_ask *ask, struct err *e)
{
	struct view text = skip_space(body);
	json_error_t fault;
	json_t *o;
	int rc;

	*ask = (struct mint_ask){.ttl = 0};
	if (text.n > 0 && text.p[0] == '<')
		return check_xml(text, e);
	if (text.n == 0 || text.p[0] != '{')
		return 0;
	if ((o = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &fault)) == NULL)
		return err_set(
		    e, ERR_BODY, "not JSON from line %d, column %d", fault.line, fault.column);
	rc = take_members(p, o, ask, e);
	json_decref(o);
	return rc;
}
