/* SPDX-License-Identifier: ISC
 *
 * The options of commands: a table a command, one parser, and help that is printed from the same
 * table. Values go into one struct, so that a misspelt name does not compile. Nothing secret is
 * ever an option's value: secrets come from a file, stdin or the terminal.
 */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

struct ctl;

#define OPERANDS_MAX 64
#define ARG_MANY_MAX 32

/* An option that may be given several times. */
struct arg_list {
	const char *v[ARG_MANY_MAX];
	size_t n;
};

/* All values borrowed from argv; NULL or false when not given. */
struct args {
	const char *conf_file, *operand;
	bool help;
	/* Of a command that takes several ("LOG...", "PROFILE RA"): all, `operand` being the first.
	 */
	const char *operands[OPERANDS_MAX];
	size_t n_operands;

	const char *subject, *key, *cert, *cert_key, *chain, *p12, *passphrase_file, *ca,
	    *challenge, *challenge_file;
	const char *validity, *path, *ra_eku, *profile, *url, *out, *fingerprint, *san, *key_file,
	    *cipher, *digest;
	const char *tls_ca;
	bool single, encrypt, passphrase_stdin, with_chain, der, json, replace, challenge_stdin,
	    generate, modern, yes, dry_run;
	bool get, pss, oaep, as_pkcsreq;
	const char *expiring, *source;
	const char *admin_user, *admin_password_file, *user, *password_file;
	bool prune, force, setuser, keys;
	const char *expires, *from, *reason;
	const char *key_type;
	struct arg_list profiles;
	bool state, tokens, accept_loss, no_history;
	const char *ra_keys, *sign_key, *name, *root_key;
	bool next, add;
	const char *within;
};

struct opt {
	const char *name;  /* without the dashes; NULL ends a table */
	const char *value; /* what its value is called in the help; NULL: a flag */
	size_t at;         /* offset of the field in struct args */
	bool required;
	const char *help;
	bool many; /* the field is a struct arg_list */
};

#define OPT(name, field, value, help)                                                              \
	{                                                                                          \
		name, value, offsetof(struct args, field), false, help, false                      \
	}
#define OPT_MANY(name, field, value, help)                                                         \
	{                                                                                          \
		name, value, offsetof(struct args, field), false, help, true                       \
	}
#define OPT_NEED(name, field, value, help)                                                         \
	{                                                                                          \
		name, value, offsetof(struct args, field), true, help, false                       \
	}
#define OPT_FLAG(name, field, help)                                                                \
	{                                                                                          \
		name, NULL, offsetof(struct args, field), false, help, false                       \
	}
#define OPT_END                                                                                    \
	{                                                                                          \
		NULL, NULL, 0, false, NULL, false                                                  \
	}

struct command {
	const char *group;   /* "ca"; "" for a command of one word */
	const char *name;    /* "create"; NULL ends a table */
	const char *operand; /* "NAME", "[NAME]", "NAME OTHER", "NAME...", or NULL: takes none */
	const char *summary;
	const struct opt *options;
	int (*run)(struct ctl *c, const struct args *a, struct err *e);
};

/* Reads what follows the command's name. With --help in it nothing else is checked. -1: USAGE. */
int args_read(const struct command *cmd, int argc, char **argv, struct args *a, struct err *e)
    __attribute__((warn_unused_result));

/* "ca create NAME [options]" with a line an option. */
void args_help(const struct command *cmd, FILE *out);

#endif
