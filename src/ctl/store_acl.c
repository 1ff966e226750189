/* SPDX-License-Identifier: ISC
 *
 * scepctl store acl: an account for the store, to be put into the server's ACL file or sent to it.
 * The password is printed as its hash alone.
 */
#include <string.h>

#include "base/enc.h"
#include "base/ossl.h"
#include "ctl/ask.h"
#include "ctl/store.h"
#include "store/acl.h"

static int
role_read(const char *text, enum acl_role *role, struct err *e)
{
	for (*role = 0; *role < ACL_ROLES; (*role)++)
		if (strcmp(text, acl_role_name(*role)) == 0)
			return 0;
	return err_set(e, ERR_USAGE, "a role is worker, operator or admin, not \"%s\"", text);
}

/* A name without what would be another word of the line. */
static int
check_name(const char *name, struct err *e)
{
	size_t n = strlen(name);

	return n > 0 && n < 64 && profile_name_ok(name)
	           ? 0
	           : err_set(e, ERR_USAGE,
	                 "the name of an account has 1 to 63 letters, digits, \".\", \"_\" and "
	                 "\"-\"");
}

static int
password_hash(struct ctl *c, const struct args *a, char text[68], struct err *e)
{
	struct ask ask = {.prompt = "Password", .option = "password", .file = a->password_file};
	struct secret password = {0};
	uint8_t digest[32];

	if (a->password_file == NULL) {
		*text = '\0';
		return 0;
	}
	if (ask_secret(c, &ask, &password, e) != 0)
		return -1;
	ossl_sha256(secret_view(&password), digest);
	secret_free(&password);
	text[0] = '#';
	hex_of(view_of(digest, sizeof digest), text + 1);
	strcat(text, " ");
	return 0;
}

int
store_acl_run(struct ctl *c, const struct args *a, struct err *e)
{
	static const char *const usual[ACL_ROLES] = {"scepd", "scepctl", "scepd-admin"};
	enum acl_role role;
	const char *name;
	struct buf line = {0};
	char password[68];
	int rc = -1;

	if (role_read(a->operand, &role, e) != 0 || ctl_conf(c, e) != 0)
		return -1;
	name = a->user != NULL ? a->user : usual[role];
	if (check_name(name, e) != 0 || password_hash(c, a, password, e) != 0)
		return -1;
	if (buf_printf(&line, "%s %s %son %s", a->setuser ? "ACL SETUSER" : "user", name,
	        a->setuser ? "reset " : "", password) != 0)
		err_set(e, ERR_MEMORY, "no memory");
	else if (acl_rules(role, c->conf.store.prefix, &line, e) == 0) {
		fprintf(c->out, "%s\n", buf_str(&line));
		if (*password == '\0')
			ctl_note(c,
			    "nobody can sign in until a password is added: --password-file, "
			    "or \">PASSWORD\" in the line");
		rc = CTL_OK;
	}
	buf_free(&line);
	return rc;
}
