/* SPDX-License-Identifier: ISC
 *
 * See stage.h.
 */
#include "stage.h"

#include <dirent.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "base/enc.h"
#include "base/file.h"

static const char plain_conf[] = "public_url = \"http://scep.example\";\nuser = \"\";\n";

static void
die(const char *what)
{
	fprintf(stderr, "stage: %s\n", what);
	exit(99);
}

const char *
stage_path(struct stage *s, const char *name)
{
	static char paths[4][PATH_MAX];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", s->dir.path, name);
	return path;
}

void
stage_write(struct stage *s, const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(stage_path(s, name), "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 ||
	    chmod(stage_path(s, name), mode) != 0)
		die(name);
}

void
stage_open(struct stage *s, const char *conf)
{
	*s = (struct stage){0};
	if (tmpdir_make(&s->dir) != 0)
		die("no folder");
	stage_write(s, "scepd.conf", conf != NULL ? conf : plain_conf, 0644);
	snprintf(s->conf, sizeof s->conf, "%s", stage_path(s, "scepd.conf"));
}

void
stage_close(struct stage *s)
{
	tmpdir_remove(&s->dir);
	free(s->out);
	free(s->err);
}

/* Cuts the line at '|' and puts the folder in the place of '@'. */
static int
split(struct stage *s, char *line, char **argv, int max)
{
	int n = 0;

	for (char *word; (word = strsep(&line, "|")) != NULL && n < max;) {
		if (*word == '@') {
			if (asprintf(&argv[n++], "%s/%s", s->dir.path, word + 1) < 0)
				die("memory");
		} else {
			argv[n++] = strdup(word);
		}
	}
	return n;
}

int
stage_run(struct stage *s, const char *input, const char *fmt, ...)
{
	char *argv[48] = {NULL}, *line = NULL;
	size_t out_len, err_len;
	struct ctl c;
	va_list ap;
	int argc, rc;

	free(s->out);
	free(s->err);
	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		die("memory");
	va_end(ap);
	argv[0] = strdup("scepctl");
	argv[1] = strdup("-c");
	argv[2] = strdup(s->conf);
	argc = 3 + split(s, line, argv + 3, 40);
	ctl_init(&c);
	c.tty = s->tty != NULL ? s->tty : "/nonexistent/tty";
	c.in = tmpfile();
	c.out = open_memstream(&s->out, &out_len);
	c.err = open_memstream(&s->err, &err_len);
	if (c.in == NULL || c.out == NULL || c.err == NULL)
		die("streams");
	fputs(input != NULL ? input : "", c.in);
	rewind(c.in);
	rc = ctl_run(&c, argc, argv);
	ctl_free(&c);
	fclose(c.in);
	fclose(c.out);
	fclose(c.err);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	free(line);
	return rc;
}

X509 *
stage_cert(struct stage *s, const char *name)
{
	FILE *f = fopen(stage_path(s, name), "r");
	X509 *cert = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f != NULL)
		fclose(f);
	return cert;
}

const char *
stage_cert_id(struct stage *s, const char *name)
{
	static char ids[4][65];
	static int next;
	char *id = ids[next++ % 4];
	unsigned char digest[32];
	X509 *cert = stage_cert(s, name);

	id[0] = '\0';
	if (cert != NULL && X509_digest(cert, EVP_sha256(), digest, NULL) == 1)
		hex_of(view_of(digest, sizeof digest), id);
	X509_free(cert);
	return id;
}

EVP_PKEY *
stage_key(struct stage *s, const char *name, const char *passphrase)
{
	FILE *f = fopen(stage_path(s, name), "r");
	EVP_PKEY *key = NULL;

	if (f != NULL) {
		key = PEM_read_PrivateKey(
		    f, NULL, NULL, (void *)(passphrase != NULL ? passphrase : ""));
		fclose(f);
	}
	return key;
}

int
stage_mode(struct stage *s, const char *name)
{
	struct stat st;

	return lstat(stage_path(s, name), &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

int
stage_count(struct stage *s, const char *name)
{
	struct dirent **found = NULL;
	int n = scandir(stage_path(s, name), &found, NULL, NULL);

	for (int i = 0; i < n; i++)
		free(found[i]);
	free(found);
	return n < 0 ? -1 : n - 2;
}

char *
stage_text(struct stage *s, const char *name)
{
	struct buf text = {0};
	struct err e = ERR_INIT;

	if (file_read(stage_path(s, name), 1 << 20, &text, &e) != 0)
		return NULL;
	return (char *)text.p;
}

bool
stage_said(const struct stage *s, const char *text)
{
	return s->err != NULL && strstr(s->err, text) != NULL;
}

bool
stage_printed(const struct stage *s, const char *text)
{
	return s->out != NULL && strstr(s->out, text) != NULL;
}
