/* SPDX-License-Identifier: ISC
 *
 * Operation and message of a request (RFC 8894 section 4.1). The query string is taken apart here
 * and not by a form decoder, which would turn the '+' of base64 into a space. Values are
 * percent-decoded once.
 */
#include <strings.h>

#include "base/enc.h"
#include "wire/query.h"

#define SEQUENCE 0x30 /* first octet of every pkiMessage, and of no base64 text of one */

/* Other names that clients use for an operation come behind its own. */
static const struct {
	const char *name;
	enum scep_operation op;
} operations[] = {
    {"GetCACaps", OP_GET_CA_CAPS},
    {"GetCACert", OP_GET_CA_CERT},
    {"GetNextCACert", OP_GET_NEXT_CA_CERT},
    {"PKIOperation", OP_PKI_OPERATION},
    {"GetCAChain", OP_GET_CA_CERT},
    {"GetCACertChain", OP_GET_CA_CERT},
};
#define OPERATIONS (sizeof operations / sizeof operations[0])

static bool
same_name(struct view v, const char *name)
{
	return v.n == view_str(name).n && strncasecmp((const char *)v.p, name, v.n) == 0;
}

/* Takes what stands before `c` off the text, and the `c` with it; all of it when there is none. */
static struct view
take_until(struct view *text, char c)
{
	struct view head = {text->p, 0};

	while (head.n < text->n && head.p[head.n] != (uint8_t)c)
		head.n++;
	text->p += head.n < text->n ? head.n + 1 : head.n;
	text->n -= head.n < text->n ? head.n + 1 : head.n;
	return head;
}

/* The raw value of the first parameter of that name; empty when there is none. */
static struct view
parameter(struct view query, const char *name)
{
	while (query.n > 0) {
		struct view value = take_until(&query, '&');

		if (same_name(take_until(&value, '='), name))
			return value;
	}
	return (struct view){NULL, 0};
}

int
query_operation(const struct http_request *r, enum scep_operation *op, struct err *e)
{
	struct view raw = parameter(r->query, "operation");
	struct buf name = {0};
	int rc = -1;

	if (r->method == HTTP_OTHER)
		return err_set(e, ERR_METHOD, "neither GET, HEAD nor POST");
	if (r->method == HTTP_POST) {
		*op = OP_PKI_OPERATION;
		return 0;
	}
	if (raw.n == 0)
		return err_set(e, ERR_OPERATION, "no operation");
	if (percent_read(&name, raw) != 0)
		return err_set(e, ERR_MEMORY, "operation");
	for (size_t i = 0; rc != 0 && i < OPERATIONS; i++)
		if (same_name(buf_view(&name), operations[i].name)) {
			*op = operations[i].op;
			rc = 0;
		}
	if (rc != 0)
		err_set(e, ERR_OPERATION, "unknown operation %.64s", buf_str(&name));
	buf_free(&name);
	return rc;
}

/* A body is DER; some clients send the base64 text they would have put into a GET. */
static int
message_of_post(const struct http_request *r, struct buf *out, struct err *e)
{
	size_t mark = out->n;

	if (r->body_large || r->body.n > HTTP_BODY_MAX)
		return err_set(e, ERR_TOO_LARGE, "body of more than %d octets", HTTP_BODY_MAX);
	if (r->body_short)
		return err_set(e, ERR_BODY_SHORT, "%zu octets came", r->body.n);
	if (r->body.n == 0)
		return err_set(e, ERR_NO_MESSAGE, "empty body");
	if (r->body.p[0] != SEQUENCE && base64_read_lenient(out, r->body) == 0) {
		if (out->n > mark && out->p[mark] == SEQUENCE)
			return 0;
		buf_cut(out, mark);
	}
	return buf_add(out, r->body.p, r->body.n) == 0 ? 0 : err_set(e, ERR_MEMORY, "body");
}

static int
message_of_get(const struct http_request *r, struct buf *out, struct err *e)
{
	struct view raw = parameter(r->query, "message");
	struct buf text = {0};
	size_t mark = out->n;
	int rc = -1;

	if (r->query.n > HTTP_QUERY_MAX)
		return err_set(e, ERR_TOO_LARGE, "query of more than %d octets", HTTP_QUERY_MAX);
	if (percent_read(&text, raw) != 0 || buf_room(out, text.n + 3) == NULL) {
		err_set(e, ERR_MEMORY, "message");
		goto out;
	}
	if (base64_read_lenient(out, buf_view(&text)) != 0) {
		err_set(e, ERR_ENCODING, "message of %zu characters is not base64", text.n);
		goto out;
	}
	if (out->n == mark) {
		err_set(e, ERR_NO_MESSAGE, "no message parameter, or an empty one");
		goto out;
	}
	rc = 0;
out:
	buf_free(&text);
	return rc;
}

int
query_message(const struct http_request *r, struct buf *out, struct err *e)
{
	if (r->method == HTTP_POST)
		return message_of_post(r, out, e);
	if (r->method == HTTP_GET)
		return message_of_get(r, out, e);
	return err_set(e, ERR_NO_MESSAGE, "only GET and POST carry a message");
}

const char *
query_operation_name(enum scep_operation op)
{
	for (size_t i = 0; i < OPERATIONS; i++)
		if (operations[i].op == op)
			return operations[i].name;
	return "";
}

bool
query_is(const struct http_request *r, const char *name, const char *value)
{
	return same_name(parameter(r->query, name), value);
}
