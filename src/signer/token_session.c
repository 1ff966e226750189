/* SPDX-License-Identifier: ISC
 *
 * Sessions and objects of tokens. A URI has to lead to exactly one token and one key: where it
 * fits several, none is taken.
 */
#include <string.h>

#include "tokens.h"

#define SLOTS_MAX 64
#define ATTRIBUTE_MAX 4096 /* octets: a modulus or a point is far smaller */

/* A text of a token is padded with spaces to its width. */
static bool
is_text(const char *wanted, const unsigned char *has, size_t width)
{
	size_t n = strlen(wanted);

	if (n == 0)
		return true;
	if (n > width || memcmp(wanted, has, n) != 0)
		return false;
	for (; n < width; n++)
		if (has[n] != ' ' && has[n] != '\0')
			return false;
	return true;
}

static bool
token_fits(const struct token_uri *u, const struct ck_token_info *t)
{
	return (t->flags & CKF_TOKEN_INITIALIZED) != 0 &&
	       is_text(u->token, t->label, sizeof t->label) &&
	       is_text(u->manufacturer, t->manufacturer, sizeof t->manufacturer) &&
	       is_text(u->model, t->model, sizeof t->model) &&
	       is_text(u->serial, t->serial, sizeof t->serial);
}

int
token_find(struct token_module *m, const struct token_uri *u, ck_slot *slot, ck_ulong *flags,
    struct err *e)
{
	ck_slot slots[SLOTS_MAX];
	ck_ulong n = SLOTS_MAX;
	ck_rv rv = m->f->get_slot_list(1, slots, &n);
	size_t found = 0;

	if (rv != CKR_OK)
		return token_fault(e, "cannot list the tokens", rv);
	for (ck_ulong i = 0; i < n; i++) {
		struct ck_token_info t;

		/* One that fails here is none of ours, or one that goes away this moment. */
		if (m->f->get_token_info(slots[i], &t) != CKR_OK || !token_fits(u, &t))
			continue;
		*slot = slots[i];
		*flags = t.flags;
		found++;
	}
	if (found == 1)
		return 0;
	return found == 0 ? err_set(e, ERR_KEY_GONE, "the token is not there")
	                  : err_set(e, ERR_KEY_FILE, "several tokens fit: name token and serial");
}

static int
log_in(struct token_module *m, ck_session session, struct view pin, bool *refused, struct err *e)
{
	ck_rv rv;

	if (pin.n == 0)
		return err_set(e, ERR_KEY_FILE, "the token wants a PIN and none is configured");
	rv = m->f->login(session, CKU_USER, (unsigned char *)pin.p, pin.n);
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return 0;
	*refused = rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE ||
	           rv == CKR_PIN_EXPIRED || rv == CKR_PIN_LOCKED;
	if (*refused)
		return err_set(e, ERR_KEY_FILE, "the token refuses the PIN: %s", token_result(rv));
	return token_fault(e, "cannot log in", rv);
}

int
session_open(struct token_module *m, const struct token_uri *u, struct view pin, bool writable,
    ck_session *session, bool *refused, struct err *e)
{
	ck_ulong flags, mode = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
	ck_slot slot;
	ck_rv rv;

	*refused = false;
	if (token_find(m, u, &slot, &flags, e) != 0)
		return -1;
	if ((rv = m->f->open_session(slot, mode, NULL, NULL, session)) != CKR_OK)
		return token_fault(e, "cannot open a session", rv);
	if ((flags & CKF_LOGIN_REQUIRED) == 0 || log_in(m, *session, pin, refused, e) == 0)
		return 0;
	m->f->close_session(*session);
	return -1;
}

int
object_find(struct token_module *m, ck_session session, ck_ulong class, const struct token_uri *u,
    ck_object out[2], size_t *n, struct err *e)
{
	unsigned char yes = 1;
	struct ck_attribute want[4] = {
	    {CKA_CLASS, &class, sizeof class}, {CKA_TOKEN, &yes, sizeof yes}};
	ck_ulong wants = 2, found = 0;
	ck_rv rv;

	if (*u->object != '\0')
		want[wants++] =
		    (struct ck_attribute){CKA_LABEL, (void *)u->object, strlen(u->object)};
	if (u->id_len > 0)
		want[wants++] = (struct ck_attribute){CKA_ID, (void *)u->id, u->id_len};
	if ((rv = m->f->find_objects_init(session, want, wants)) == CKR_OK) {
		rv = m->f->find_objects(session, out, 2, &found);
		m->f->find_objects_final(session);
	}
	*n = found;
	return rv == CKR_OK ? 0 : token_fault(e, "cannot look for the key", rv);
}

int
object_read(struct token_module *m, ck_session session, ck_object object, struct ck_read *what,
    size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct ck_attribute a = {.type = what[i].type};
		uint8_t *to;

		/* An attribute that there is not, or that may not be read, is left out. */
		if (m->f->get_attribute_value(session, object, &a, 1) != CKR_OK ||
		    a.length == CK_UNAVAILABLE || a.length == 0)
			continue;
		if (a.length > ATTRIBUTE_MAX || (to = buf_room(what[i].to, a.length)) == NULL)
			return err_set(e, ERR_KEY_GONE, "the token has an attribute of odd size");
		a.value = to;
		ck_rv rv = m->f->get_attribute_value(session, object, &a, 1);
		if (rv != CKR_OK)
			return token_fault(e, "cannot read the key's attributes", rv);
		what[i].to->n += a.length;
	}
	return 0;
}
