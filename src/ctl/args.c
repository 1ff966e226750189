/* SPDX-License-Identifier: ISC
 *
 * The one parser of options. `--name value` and `--name=value` are the same, `--` ends the options,
 * no option may be given twice unless its table says so, and names are not abbreviated, so that a
 * script keeps its meaning when options are added.
 */
#include "ctl/args.h"

#include <string.h>

#define HELP_COLUMN 30

static const struct opt global_options[] = {
    OPT("config", conf_file, "FILE", "the configuration to work with (also -c FILE)"),
    OPT_FLAG("help", help, "this text (also -h)"),
    OPT_END,
};

static const struct opt *
find_in(const struct opt *table, const char *name, size_t len)
{
	for (; table != NULL && table->name != NULL; table++) {
		if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
			return table;
	}
	return NULL;
}

static const struct opt *
find(const struct command *cmd, const char *name, size_t len)
{
	const struct opt *o = find_in(cmd->options, name, len);

	return o != NULL ? o : find_in(global_options, name, len);
}

static const char **
text_of(struct args *a, const struct opt *o)
{
	return (const char **)(void *)((char *)a + o->at);
}

static struct arg_list *
list_of(struct args *a, const struct opt *o)
{
	return (struct arg_list *)(void *)((char *)a + o->at);
}

static bool *
flag_of(struct args *a, const struct opt *o)
{
	return (bool *)(void *)((char *)a + o->at);
}

/* Sets the option that `word` names; *i moves over a value that is an argument of its own. */
static int
read_option(const struct command *cmd, const char *word, int argc, char **argv, int *i,
    struct args *a, struct err *e)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct opt *o = find(cmd, name, len);
	const char *value = equals != NULL ? equals + 1 : NULL;

	if (o == NULL)
		return err_set(e, ERR_USAGE, "unknown option --%.*s", (int)len, name);
	if (o->value == NULL) {
		if (value != NULL)
			return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
		*flag_of(a, o) = true;
		return 0;
	}
	if (value == NULL && *i + 1 < argc)
		value = argv[++*i];
	if (value == NULL || *value == '\0')
		return err_set(e, ERR_USAGE, "--%s needs a value: %s", o->name, o->value);
	if (o->many) {
		if (list_of(a, o)->n == ARG_MANY_MAX)
			return err_set(e, ERR_USAGE, "--%s is given more than %d times", o->name,
			    ARG_MANY_MAX);
		list_of(a, o)->v[list_of(a, o)->n++] = value;
		return 0;
	}
	if (*text_of(a, o) != NULL)
		return err_set(e, ERR_USAGE, "--%s is given twice", o->name);
	*text_of(a, o) = value;
	return 0;
}

/* Whether the command takes one more operand: one for each word of "PROFILE RA", any number for
 * "LOG...". */
static bool
takes_more(const struct command *cmd, const struct args *a)
{
	size_t most = cmd->operand != NULL;

	if (cmd->operand == NULL || a->n_operands == OPERANDS_MAX)
		return false;
	for (const char *p = cmd->operand; *p != '\0'; p++)
		most += *p == ' ';
	return a->n_operands < most || strstr(cmd->operand, "...") != NULL;
}

/* Of the words that name operands the first that stands for one that was not given and must be. */
static int
check_operands(const struct command *cmd, const struct args *a, struct err *e)
{
	const char *word = cmd->operand;

	for (size_t i = 0; word != NULL && *word != '\0'; i++) {
		size_t n = strcspn(word, " ");

		if (*word != '[' && a->n_operands <= i)
			return err_set(e, ERR_USAGE, "%.*s is missing", (int)n, word);
		word += n + (word[n] == ' ');
	}
	return 0;
}

static int
check_complete(const struct command *cmd, struct args *a, struct err *e)
{
	if (check_operands(cmd, a, e) != 0)
		return -1;
	for (const struct opt *o = cmd->options; o != NULL && o->name != NULL; o++) {
		if (o->required && *text_of(a, o) == NULL)
			return err_set(e, ERR_USAGE, "--%s %s is missing", o->name, o->value);
	}
	return 0;
}

/* The two options that have a short form too. */
static const char *
long_form(const char *word)
{
	if (strcmp(word, "-c") == 0)
		return "--config";
	return strcmp(word, "-h") == 0 ? "--help" : word;
}

int
args_read(const struct command *cmd, int argc, char **argv, struct args *a, struct err *e)
{
	bool options = true;

	for (int i = 0; i < argc && !a->help; i++) {
		const char *word = options ? long_form(argv[i]) : argv[i];

		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && strncmp(word, "--", 2) == 0) {
			if (read_option(cmd, word, argc, argv, &i, a, e) != 0)
				return -1;
		} else if (options && word[0] == '-' && word[1] != '\0') {
			return err_set(e, ERR_USAGE, "unknown option %s", word);
		} else if (!takes_more(cmd, a)) {
			return err_set(e, ERR_USAGE, "\"%s\" is one argument too many", word);
		} else {
			a->operand = a->operand != NULL ? a->operand : word;
			a->operands[a->n_operands++] = word;
		}
	}
	return a->help ? 0 : check_complete(cmd, a, e);
}

void
args_help(const struct command *cmd, FILE *out)
{
	fprintf(out, "  scepctl %s%s%s", cmd->group, *cmd->group != '\0' ? " " : "", cmd->name);
	if (cmd->operand != NULL)
		fprintf(out, " %s", cmd->operand);
	fprintf(out, "%s\n      %s\n", cmd->options != NULL ? " [options]" : "", cmd->summary);
	for (const struct opt *o = cmd->options; o != NULL && o->name != NULL; o++) {
		int n = fprintf(out, "        --%s%s%s", o->name, o->value != NULL ? " " : "",
		    o->value != NULL ? o->value : "");

		if (n >= HELP_COLUMN)
			n = fprintf(out, "\n") - 1;
		fprintf(out, "%*s%s%s\n", HELP_COLUMN - n, "", o->help,
		    o->required ? " (required)" : "");
	}
	fprintf(out, "\n");
}
