/* SPDX-License-Identifier: ISC
 *
 * One table says what happens to a requested extension; what is not in it is dropped and noted.
 * The certificate's extensions (RFC 5280 section 4.2) come from the profile, so the request is read
 * only to refuse what its sender must not even ask for, and to take subjectAltName from it.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "base/ossl.h"
#include "ca/extreq.h"
#include "ca/names.h"
#include "wire/tlv.h"

#define OID_SMART_CARD_LOGON "1.3.6.1.4.1.311.20.2.2"
#define OID_REQUEST_AGENT "1.3.6.1.4.1.311.20.2.1"
#define OID_KDC "1.3.6.1.5.2.3.5"
#define OID_AD_SID "1.3.6.1.4.1.311.25.2"

struct ask {
	const struct profile *profile;
	struct view value;
	struct extreq *out;
	bool more; /* asks for more than it gets */
};

static int
unreadable(struct err *e, const char *what)
{
	char detail[64];

	snprintf(detail, sizeof detail, "requested %s is unreadable", what);
	return err_set_ossl(e, ERR_EXTENSIONS, detail);
}

static int
ask_basic_constraints(struct ask *a, struct err *e)
{
	BASIC_CONSTRAINTS *bc = ossl_read(a->value, ASN1_ITEM_rptr(BASIC_CONSTRAINTS));
	bool ca;

	if (bc == NULL)
		return unreadable(e, "basicConstraints");
	ca = bc->ca != 0;
	BASIC_CONSTRAINTS_free(bc);
	return ca ? err_set(e, ERR_FORBID_CA, "basicConstraints CA:TRUE") : 0;
}

static int
ask_key_usage(struct ask *a, struct err *e)
{
	ASN1_BIT_STRING *bits = ossl_read(a->value, ASN1_ITEM_rptr(ASN1_BIT_STRING));
	bool signs_certs, signs_crls;

	if (bits == NULL)
		return unreadable(e, "keyUsage");
	for (int i = 0; i < 9; i++)
		if (ASN1_BIT_STRING_get_bit(bits, i) && (a->profile->key_usage & USAGE_BIT(i)) == 0)
			a->more = true;
	signs_certs = ASN1_BIT_STRING_get_bit(bits, 5);
	signs_crls = ASN1_BIT_STRING_get_bit(bits, 6);
	ASN1_BIT_STRING_free(bits);
	if (signs_certs || signs_crls)
		return err_set(e, ERR_FORBID_KEY_USAGE, "keyUsage %s",
		    signs_certs ? "keyCertSign" : "cRLSign");
	return 0;
}

static bool
eku_given(const struct profile *p, const ASN1_OBJECT *purpose)
{
	for (int i = 0; i < sk_ASN1_OBJECT_num(p->ext_key_usage); i++)
		if (OBJ_cmp(sk_ASN1_OBJECT_value(p->ext_key_usage, i), purpose) == 0)
			return true;
	return false;
}

static bool
eku_forbidden(const char *oid)
{
	static const char *const oids[] = {
	    "2.5.29.37.0",       /* anyExtendedKeyUsage */
	    "1.3.6.1.5.5.7.3.9", /* OCSPSigning */
	    OID_SMART_CARD_LOGON,
	    OID_REQUEST_AGENT,
	    OID_KDC,
	};

	for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++)
		if (strcmp(oids[i], oid) == 0)
			return true;
	return false;
}

static int
ask_ext_key_usage(struct ask *a, struct err *e)
{
	EXTENDED_KEY_USAGE *eku = NULL;
	struct err why = ERR_INIT;
	size_t n;
	int rc = 0;

	if (tlv_walk(a->value, &n, &why) != 0 ||
	    (eku = ossl_read(a->value, ASN1_ITEM_rptr(EXTENDED_KEY_USAGE))) == NULL)
		return unreadable(e, "extendedKeyUsage");
	for (int i = 0; i < sk_ASN1_OBJECT_num(eku) && rc == 0; i++) {
		const ASN1_OBJECT *purpose = sk_ASN1_OBJECT_value(eku, i);
		char oid[80] = "";

		OBJ_obj2txt(oid, sizeof oid, purpose, 1);
		if (eku_given(a->profile, purpose))
			continue; /* whatever it is, the operator gives it */
		a->more = true;
		if (eku_forbidden(oid))
			rc = err_set(e, ERR_FORBID_EKU, "extendedKeyUsage %s", oid);
	}
	EXTENDED_KEY_USAGE_free(eku);
	return rc;
}

static int
ask_subject_alt_name(struct ask *a, struct err *e)
{
	if (names_admit_san(a->profile, a->value, e) != 0)
		return -1;
	a->out->san = a->value;
	return 0;
}

static int
ask_nothing(struct ask *a, struct err *e)
{
	(void)a;
	(void)e;
	return 0;
}

static int
ask_sid(struct ask *a, struct err *e)
{
	(void)a;
	return err_set(e, ERR_FORBID_SID, "extension " OID_AD_SID);
}

static int
ask_constraints(struct ask *a, struct err *e)
{
	(void)a;
	return err_set(e, ERR_FORBID_CONSTRAINTS, "name or policy constraints");
}

static const struct rule {
	const char *oid;
	int (*ask)(struct ask *, struct err *);
} rules[] = {
    {"2.5.29.19", ask_basic_constraints}, {"2.5.29.15", ask_key_usage},
    {"2.5.29.37", ask_ext_key_usage}, {"2.5.29.17", ask_subject_alt_name},
    {"2.5.29.14", ask_nothing},                            /* subjectKeyIdentifier */
    {"2.5.29.35", ask_nothing},                            /* authorityKeyIdentifier */
    {OID_AD_SID, ask_sid}, {"2.5.29.30", ask_constraints}, /* nameConstraints */
    {"2.5.29.33", ask_constraints},                        /* policyMappings */
    {"2.5.29.36", ask_constraints},                        /* policyConstraints */
    {"2.5.29.54", ask_constraints},                        /* inhibitAnyPolicy */
};

static const struct rule *
rule_of(const char *oid)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (strcmp(rules[i].oid, oid) == 0)
			return &rules[i];
	return NULL;
}

/* Adds an OID to the list as far as whole ones fit. */
static void
note_dropped(struct extreq *r, const char *oid)
{
	size_t n = strlen(r->dropped);

	if (n + 1 + strlen(oid) < sizeof r->dropped)
		snprintf(r->dropped + n, sizeof r->dropped - n, "%s%s", n == 0 ? "" : ",", oid);
}

static bool
is_repeated(const STACK_OF(X509_EXTENSION) *exts, int at)
{
	const ASN1_OBJECT *type = X509_EXTENSION_get_object(sk_X509_EXTENSION_value(exts, at));

	for (int i = 0; i < at; i++)
		if (OBJ_cmp(X509_EXTENSION_get_object(sk_X509_EXTENSION_value(exts, i)), type) == 0)
			return true;
	return false;
}

int
extreq_admit(
    const struct profile *p, const STACK_OF(X509_EXTENSION) *exts, struct extreq *r, struct err *e)
{
	int n = exts == NULL ? 0 : sk_X509_EXTENSION_num(exts);

	*r = (struct extreq){0};
	if (n > EXTREQ_MAX)
		return err_set(e, ERR_EXTENSIONS, "more than %d extensions requested", EXTREQ_MAX);
	for (int i = 0; i < n; i++) {
		X509_EXTENSION *ext = sk_X509_EXTENSION_value(exts, i);
		struct ask ask = {.profile = p, .out = r};
		const struct rule *rule;
		char oid[80] = "";

		OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(ext), 1);
		if (is_repeated(exts, i))
			return err_set(e, ERR_EXTENSIONS, "extension %s requested twice", oid);
		ask.value = ossl_string_view(X509_EXTENSION_get_data(ext));
		if ((rule = rule_of(oid)) != NULL && rule->ask(&ask, e) != 0)
			return -1;
		if (rule == NULL || ask.more)
			note_dropped(r, oid);
	}
	return 0;
}
