/* SPDX-License-Identifier: ISC
 *
 * Making a key pair in a token. The private half can be used and never read; both halves are called
 * what the URI says, and share an id, by which the public one is found.
 */
#include <openssl/objects.h>
#include <openssl/rand.h>

#include "tokens.h"

#define ID_LEN 8
#define TEMPLATE_MAX 12

struct template
{
	struct ck_attribute v[TEMPLATE_MAX];
	ck_ulong n;
};

static void
add(struct template *t, ck_attr_type type, const void *value, size_t n)
{
	t->v[t->n++] = (struct ck_attribute){type, (void *)value, n};
}

static void
add_flag(struct template *t, ck_attr_type type, bool value)
{
	static const unsigned char flags[] = {0, 1};

	add(t, type, &flags[value], 1);
}

/* What both halves have. */
static void
begin(struct template *t, const struct token_uri *u, bool private)
{
	t->n = 0;
	add_flag(t, CKA_TOKEN, true);
	add_flag(t, CKA_PRIVATE, private);
	if (*u->object != '\0')
		add(t, CKA_LABEL, u->object, strlen(u->object));
	add(t, CKA_ID, u->id, u->id_len);
	if (!private)
		return;
	add_flag(t, CKA_SENSITIVE, true);
	add_flag(t, CKA_EXTRACTABLE, false);
}

static ck_rv
make_rsa(struct token_module *m, ck_session session, const struct token_uri *u, ck_ulong bits)
{
	static const unsigned char f4[] = {1, 0, 1};
	struct ck_mechanism mechanism = {.mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN};
	struct template public, private;
	ck_object a, b;

	begin(&public, u, false);
	add_flag(&public, CKA_VERIFY, true);
	add_flag(&public, CKA_ENCRYPT, true);
	add(&public, CKA_MODULUS_BITS, &bits, sizeof bits);
	add(&public, CKA_PUBLIC_EXPONENT, f4, sizeof f4);
	begin(&private, u, true);
	add_flag(&private, CKA_SIGN, true);
	add_flag(&private, CKA_DECRYPT, true);
	return m->f->generate_key_pair(
	    session, &mechanism, public.v, public.n, private.v, private.n, &a, &b);
}

static ck_rv
make_ec(struct token_module *m, ck_session session, const struct token_uri *u, int curve)
{
	struct ck_mechanism mechanism = {.mechanism = CKM_EC_KEY_PAIR_GEN};
	struct template public, private;
	unsigned char *params = NULL;
	int n = i2d_ASN1_OBJECT(OBJ_nid2obj(curve), &params);
	ck_object a, b;
	ck_rv rv;

	if (n <= 0)
		return CKR_GENERAL_ERROR;
	begin(&public, u, false);
	add_flag(&public, CKA_VERIFY, true);
	add(&public, CKA_EC_PARAMS, params, (size_t)n);
	begin(&private, u, true);
	add_flag(&private, CKA_SIGN, true);
	rv = m->f->generate_key_pair(
	    session, &mechanism, public.v, public.n, private.v, private.n, &a, &b);
	OPENSSL_free(params);
	return rv;
}

/* An attempt at one key at a time: two of the same name could not be told apart. */
static int
make_in(struct token_module *m, ck_session session, struct token_uri *u,
    const struct key_spec *spec, struct err *e)
{
	ck_object found[2];
	size_t n;
	ck_rv rv;

	if (object_find(m, session, CKO_PRIVATE_KEY, u, found, &n, e) != 0)
		return -1;
	if (n > 0)
		return err_set(e, ERR_USAGE, "key %s: the token has such a key already", u->text);
	if (u->id_len == 0) {
		if (RAND_bytes(u->id, ID_LEN) != 1)
			return err_set_ossl(e, ERR_INTERNAL, "cannot draw random octets");
		u->id_len = ID_LEN;
	}
	if (spec->type == EVP_PKEY_RSA)
		rv = make_rsa(m, session, u, (ck_ulong)spec->bits);
	else
		rv = make_ec(m, session, u, spec->curve);
	return rv == CKR_OK ? 0 : token_fault(e, "the token cannot make the key", rv);
}

/* The module of a place; to be given back by module_put. */
static int
module_of(
    const struct token_place *place, struct token_uri *u, struct token_module **m, struct err *e)
{
	*m = NULL;
	if (token_uri_read(place->uri, u, e) != 0)
		return -1;
	if (*token_module_path(place, u) == '\0')
		return err_set(e, ERR_CONFIG, NO_MODULE, u->text);
	return module_get(token_module_path(place, u), m, e);
}

int
token_wants_pin(const struct token_place *place, struct err *e)
{
	struct token_module *m;
	struct token_uri u;
	ck_slot slot;
	ck_ulong flags;
	int rc = -1;

	if (module_of(place, &u, &m, e) == 0 && token_find(m, &u, &slot, &flags, e) == 0)
		rc = (flags & CKF_LOGIN_REQUIRED) != 0;
	module_put(m);
	return rc;
}

/* Runs `what` in a session that may write. */
typedef int in_session(struct token_module *m, ck_session session, struct token_uri *u,
    const struct key_spec *spec, struct err *e);

static int
with_session(const struct token_place *place, struct token_uri *u, const struct key_spec *spec,
    in_session *what, struct err *e)
{
	struct token_module *m;
	ck_session session;
	bool refused;
	int rc = -1;

	if (module_of(place, u, &m, e) == 0 &&
	    session_open(m, u, place->pin, true, &session, &refused, e) == 0) {
		rc = what(m, session, u, spec, e);
		m->f->close_session(session);
	}
	module_put(m);
	return rc;
}

EVP_PKEY *
token_make(const struct token_place *place, const struct key_spec *spec, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct token_uri u;
	EVP_PKEY *key;

	if (spec->type != EVP_PKEY_RSA && spec->type != EVP_PKEY_EC) {
		err_set(e, ERR_USAGE, "a key in a token is RSA or EC");
		return NULL;
	}
	if (with_session(place, &u, spec, make_in, e) != 0)
		return NULL;
	if ((key = token_open(place, NULL, e)) == NULL && token_unmake(place, &ignored) != 0)
		err_set(e, ERR_KEY_GONE, "key %s: was made and cannot be used", u.text);
	return key;
}

static int
unmake_in(struct token_module *m, ck_session session, struct token_uri *u,
    const struct key_spec *spec, struct err *e)
{
	static const ck_ulong classes[] = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY};

	(void)spec;
	for (size_t i = 0; i < 2; i++) {
		ck_object found[2];
		size_t n;
		ck_rv rv;

		if (object_find(m, session, classes[i], u, found, &n, e) != 0)
			return -1;
		if (n > 1)
			return err_set(e, ERR_KEY_FILE, "key %s: not alone", u->text);
		if (n == 1 && (rv = m->f->destroy_object(session, found[0])) != CKR_OK)
			return token_fault(e, "cannot remove the key", rv);
	}
	return 0;
}

int
token_unmake(const struct token_place *place, struct err *e)
{
	struct token_uri u;

	return with_session(place, &u, NULL, unmake_in, e);
}
