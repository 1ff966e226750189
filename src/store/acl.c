/* SPDX-License-Identifier: ISC
 *
 * See store/acl.h. The library is cut into its functions; from those that a role calls everything
 * is followed that they call, and the commands on the way are what the role needs.
 */
#include "store/acl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"

#define PARTS_MAX 160
#define COMMANDS_MAX 64
#define COMMAND_LEN 24

/* Who calls what. A role may do what those before it may. */
static const struct {
	enum acl_role role;
	const char *functions;
} callers[] = {
    {ACL_WORKER, " hello state ready note report touch token mint_by_token reserve commit lookup "
                 "poll cert revoke revoked superseded crl crl_lease crl_publish crl_keep crl_refuse "},
    {ACL_OPERATOR,
        " mint challenges drop token_add token_drop tokens switch say requests requests_named "
        "request decide forget certs orphans settle events nodes sizes put dump dump_hash "
        "put_hash crl_mark "},
};

#define PLAIN_ADMIN                                                                                \
	"fcall info ping select wait hset hgetall config|get function|load function|list "         \
	"function|delete"

/* What is called past the functions. */
static const char *const plain[ACL_ROLES] = {
    [ACL_WORKER] = "fcall info ping select wait",
    [ACL_OPERATOR] = "fcall info ping select wait",
    [ACL_ADMIN] = PLAIN_ADMIN,
};

/* A function of the library: from the line that begins it to the `end` at the margin. */
struct part {
	char name[COMMAND_LEN * 2];
	const char *body;
	size_t n;
	bool registered, used;
};

struct commands {
	char name[COMMANDS_MAX][COMMAND_LEN];
	size_t n;
};

const char *
acl_role_name(enum acl_role role)
{
	static const char *const names[] = {"worker", "operator", "admin"};

	return role < ACL_ROLES ? names[role] : "";
}

enum acl_role
acl_caller(const char *function)
{
	char word[COMMAND_LEN * 2 + 2];

	snprintf(word, sizeof word, " %s ", function);
	for (size_t i = 0; i < sizeof callers / sizeof *callers; i++)
		if (strstr(callers[i].functions, word) != NULL)
			return callers[i].role;
	return ACL_ROLES;
}

static bool
begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* Takes the name of the function that a line begins. false: it begins none. */
static bool
take_name(const char *line, struct part *p)
{
	static const char local[] = "local function ", entry[] = "register('";
	size_t skip;

	*p = (struct part){.body = line, .registered = begins(line, entry)};
	if (!p->registered && !begins(line, local))
		return false;
	skip = p->registered ? sizeof entry - 1 : sizeof local - 1;
	snprintf(p->name, sizeof p->name, "%.*s", (int)strcspn(line + skip, "'(\n"), line + skip);
	return true;
}

static size_t
cut(const char *text, struct part *parts)
{
	size_t n = 0;
	bool inside = false;

	for (const char *line = text; line != NULL && n < PARTS_MAX;) {
		const char *next = strchr(line, '\n');

		if (!inside)
			inside = take_name(line, &parts[n]);
		else if (begins(line, "end\n") || begins(line, "end)\n")) {
			parts[n].n = (size_t)(line - parts[n].body);
			n++;
			inside = false;
		}
		line = next != NULL ? next + 1 : NULL;
	}
	return n;
}

/* Whether a part calls the function of that name. */
static bool
calls(const struct part *p, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = p->body; (at = strstr(at, name)) != NULL && at < p->body + p->n;
	     at += n)
		if (at[n] == '(' && !isalnum((unsigned char)at[-1]) && at[-1] != '_')
			return true;
	return false;
}

static void
follow(struct part *parts, size_t n, struct part *p)
{
	p->used = true;
	for (size_t i = 0; i < n; i++)
		if (!parts[i].registered && !parts[i].used && calls(p, parts[i].name))
			follow(parts, n, &parts[i]);
}

static int
add_command(struct commands *c, const char *name, size_t len)
{
	char lower[COMMAND_LEN] = "";

	if (c->n == COMMANDS_MAX || len >= COMMAND_LEN)
		return -1;
	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->name[i], lower) == 0)
			return 0;
	memcpy(c->name[c->n++], lower, COMMAND_LEN);
	return 0;
}

static int
add_called(struct commands *c, const struct part *p)
{
	static const char call[] = "redis.call('";

	for (const char *at = p->body; (at = strstr(at, call)) != NULL && at < p->body + p->n;) {
		at += sizeof call - 1;
		if (add_command(c, at, strcspn(at, "'\n")) != 0)
			return -1;
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
collect(enum acl_role role, const char *text, struct part *parts, struct commands *c)
{
	size_t n = cut(text, parts);

	for (const char *word = plain[role]; *word != '\0'; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		if (add_command(c, word, len) != 0)
			return -1;
		word += len;
	}
	for (size_t i = 0; i < n; i++)
		if (parts[i].registered && acl_caller(parts[i].name) <= role)
			follow(parts, n, &parts[i]);
	for (size_t i = 0; i < n; i++)
		if (parts[i].used && add_called(c, &parts[i]) != 0)
			return -1;
	qsort(c->name, c->n, COMMAND_LEN, by_name);
	return 0;
}

int
acl_rules(enum acl_role role, const char *prefix, struct buf *out, struct err *e)
{
	struct view library = library_text();
	char *text = strndup((const char *)library.p, library.n);
	struct part *parts = calloc(PARTS_MAX, sizeof *parts);
	struct commands *c = calloc(1, sizeof *c);
	int rc = -1;

	if (text == NULL || parts == NULL || c == NULL || collect(role, text, parts, c) != 0)
		goto out;
	rc = buf_printf(out, "resetchannels resetkeys ~{%s} ~{%s}:* -@all", prefix, prefix);
	for (size_t i = 0; rc == 0 && i < c->n; i++)
		rc = buf_printf(out, " +%s", c->name[i]);
out:
	free(text);
	free(parts);
	free(c);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "rules");
}
