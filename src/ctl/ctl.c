/* SPDX-License-Identifier: ISC
 *
 * From a command line to a command: finds it in the tables of the groups, prints help and the one
 * line of an error, and turns an error into an exit code.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>
#include <libconfig.h>

#include "base/version.h"
#include "config.h"

static const struct command *const groups[] = {
    ca_commands,
    profile_commands,
    ra_commands,
    challenge_commands,
    request_commands,
    cert_commands,
    crl_commands,
    why_commands,
    token_commands,
    store_commands,
    node_commands,
    bundle_commands,
    backup_commands,
    check_commands,
    client_commands,
};
#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static const char exit_codes[] =
    "Exit codes\n"
    "  0  it worked\n"
    "  1  it failed: one line on stderr says why\n"
    "  2  the command line is wrong, or names what is not there or exists already\n"
    "  3  not yet: the server has not decided, or hosts are not ready; try again later;\n"
    "     or check found what will go wrong\n"
    "  4  the server refused the request\n";

void
ctl_init(struct ctl *c)
{
	*c = (struct ctl){
	    .conf_file = SYSCONFDIR "/scepd/scepd.conf",
	    .tty = "/dev/tty",
	    .in = stdin,
	    .out = stdout,
	    .err = stderr,
	};
}

void
ctl_free(struct ctl *c)
{
	if (c->conf_loaded)
		conf_free(&c->conf);
	c->conf_loaded = false;
}

void
ctl_note(struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(c->err, fmt, ap);
	va_end(ap);
	fputc('\n', c->err);
}

/* Only root can give files away; anybody else keeps what he makes. */
static int
find_owner(struct ctl *c, struct err *e)
{
	const struct passwd *pw;
	const struct group *gr;

	c->owner = (struct file_owner){(uid_t)-1, (gid_t)-1};
	if (geteuid() != 0)
		return 0;
	if (*c->conf.user != '\0') {
		pw = getpwnam(c->conf.user);
		if (pw == NULL)
			return err_set(
			    e, ERR_FILE, "%s: there is no user \"%s\"", c->conf.file, c->conf.user);
		c->owner = (struct file_owner){pw->pw_uid, pw->pw_gid};
	}
	if (*c->conf.group != '\0') {
		gr = getgrnam(c->conf.group);
		if (gr == NULL)
			return err_set(e, ERR_FILE, "%s: there is no group \"%s\"", c->conf.file,
			    c->conf.group);
		c->owner.gid = gr->gr_gid;
	}
	return 0;
}

int
ctl_conf(struct ctl *c, struct err *e)
{
	if (c->conf_loaded)
		return 0;
	if (conf_read(c->conf_file, &c->conf, e) != 0 || find_owner(c, e) != 0) {
		conf_free(&c->conf);
		return -1;
	}
	c->conf_loaded = true;
	return 0;
}

static void
print_overview(FILE *out)
{
	fprintf(out, "scepctl - certificates, profiles and challenges of a SCEP service\n\n"
	             "  scepctl [-c FILE] COMMAND ...      scepctl COMMAND --help      scepctl "
	             "--version\n\n");
	for (size_t g = 0; g < N_GROUPS; g++) {
		for (const struct command *cmd = groups[g]; cmd->name != NULL; cmd++)
			fprintf(out, "  %s%s%-*s %s\n", cmd->group, *cmd->group != '\0' ? " " : "",
			    (int)(18 - strlen(cmd->group) - (*cmd->group != '\0')), cmd->name,
			    cmd->summary);
	}
	fprintf(out, "\n%s", exit_codes);
}

static void
print_group(FILE *out, const char *group)
{
	for (size_t g = 0; g < N_GROUPS; g++) {
		for (const struct command *cmd = groups[g]; cmd->name != NULL; cmd++) {
			if (strcmp(cmd->group, group) == 0)
				args_help(cmd, out);
		}
	}
	fprintf(out, "%s", exit_codes);
}

static void
print_versions(FILE *out)
{
	fprintf(out, "scepctl %s\n", PACKAGE_VERSION);
	version_openssl(out);
	version_loaded(out, "libconfig", (void (*)(void))config_init, LIBCONFIG_VERSION);
	version_library(out, "jansson", jansson_version_str(), JANSSON_VERSION);
	version_library(
	    out, "libcurl", curl_version_info(CURLVERSION_NOW)->version, LIBCURL_VERSION);
	fprintf(out, "store protocol %s\n", STORE_PROTOCOL);
}

static bool
is_group(const char *word)
{
	for (size_t g = 0; g < N_GROUPS; g++) {
		if (*groups[g]->group != '\0' && strcmp(groups[g]->group, word) == 0)
			return true;
	}
	return false;
}

static const struct command *
find_command(const char *group, const char *name)
{
	for (size_t g = 0; g < N_GROUPS; g++) {
		for (const struct command *cmd = groups[g]; cmd->name != NULL; cmd++) {
			if (strcmp(cmd->group, group) == 0 && strcmp(cmd->name, name) == 0)
				return cmd;
		}
	}
	return NULL;
}

/* Options before the command. Returns the index of the command's first word, or -1 when `*done` has
 * the answer. */
static int
read_leading(struct ctl *c, int argc, char **argv, int *done, struct err *e)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_overview(c->out);
			*done = CTL_OK;
			return -1;
		}
		if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-V") == 0) {
			print_versions(c->out);
			*done = CTL_OK;
			return -1;
		}
		if ((strcmp(argv[i], "-c") != 0 && strcmp(argv[i], "--config") != 0) ||
		    i + 1 == argc)
			break;
		c->conf_file = argv[++i];
	}
	if (i < argc && argv[i][0] != '-')
		return i;
	if (i < argc)
		err_set(e, ERR_USAGE, "unknown option %s", argv[i]);
	else
		err_set(e, ERR_USAGE, "a command is missing");
	*done = -1;
	return -1;
}

/* Finds the command of one or two words; *i moves behind it. NULL: *done has the answer. */
static const struct command *
read_command(struct ctl *c, int argc, char **argv, int *i, int *done, struct err *e)
{
	const char *first = argv[*i], *second = *i + 1 < argc ? argv[*i + 1] : NULL;
	const struct command *cmd = NULL;

	*done = -1;
	if (!is_group(first)) {
		*i += 1;
		cmd = find_command("", first);
		if (cmd == NULL)
			err_set(e, ERR_USAGE, "unknown command \"%s\"", first);
	} else if (second == NULL) {
		err_set(e, ERR_USAGE, "\"%s\" needs a second word", first);
	} else if (strcmp(second, "--help") == 0 || strcmp(second, "-h") == 0) {
		print_group(c->out, first);
		*done = CTL_OK;
	} else {
		*i += 2;
		cmd = find_command(first, second);
		if (cmd == NULL)
			err_set(e, ERR_USAGE, "unknown command \"%s %s\"", first, second);
	}
	return cmd;
}

/* Understands the command line. 0: *cmd is to be run with *a; -1: an error, or *done has the
 * answer. */
static int
understand(struct ctl *c, int argc, char **argv, const struct command **cmd, struct args *a,
    int *done, struct err *e)
{
	int i = read_leading(c, argc, argv, done, e);

	if (i < 0)
		return -1;
	*cmd = read_command(c, argc, argv, &i, done, e);
	if (*cmd == NULL)
		return -1;
	*done = -1;
	if (args_read(*cmd, argc - i, argv + i, a, e) != 0)
		return -1;
	if (a->help) {
		args_help(*cmd, c->out);
		fprintf(c->out, "%s", exit_codes);
		*done = CTL_OK;
		return -1;
	}
	if (a->conf_file != NULL)
		c->conf_file = a->conf_file;
	return 0;
}

static int
exit_of(enum err_code code)
{
	switch (code) {
	case ERR_USAGE:
		return CTL_USAGE;
	case ERR_REFUSED:
		return CTL_REFUSED;
	default:
		return CTL_FAILED;
	}
}

int
ctl_run(struct ctl *c, int argc, char **argv)
{
	const struct command *cmd = NULL;
	struct err e = ERR_INIT;
	struct args a = {0};
	bool understood;
	int rc = -1;

	understood = understand(c, argc, argv, &cmd, &a, &rc, &e) == 0;
	if (understood)
		rc = cmd->run(c, &a, &e);
	/* What was printed counts only when it arrived: a full disk must not look like success. */
	if (rc >= 0 && (fflush(c->out) != 0 || ferror(c->out)))
		rc = err_set(&e, ERR_FILE, "cannot write the output: %s", strerror(errno));
	if (rc >= 0)
		return rc;
	ctl_note(c, "scepctl: %s", *e.detail != '\0' ? e.detail : err_slug(e.code));
	if (!understood && cmd != NULL)
		ctl_note(c, "scepctl %s%s%s --help shows the options", cmd->group,
		    *cmd->group != '\0' ? " " : "", cmd->name);
	else if (!understood)
		ctl_note(c, "scepctl --help shows the commands");
	return exit_of(e.code);
}
