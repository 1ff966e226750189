/* SPDX-License-Identifier: ISC
 *
 * See ctl/carry.h.
 */
#include "ctl/carry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "base/enc.h"
#include "conf/assemble.h"
#include "conf/keys.h"
#include "conf/owner.h"
#include "conf/folder.h"
#include "conf/line.h"
#include "conf/ras.h"
#include "ctl/folder.h"
#include "signer/token.h"

#define FILE_MAX_OCTETS (1u << 20)

/* Packing under way. */
struct pack {
	struct ctl *c;
	struct sealed *to;
	json_t *seen; /* paths, so that what several profiles share goes once */
	bool keys;
	bool token; /* a key is in a token */
	size_t n;
};

/* The path as it is kept. */
static const char *
kept_path(const struct conf *c, const char *path)
{
	size_t n = strlen(c->dir);

	return strncmp(path, c->dir, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static int
add_line(struct pack *p, json_t *line, struct err *e)
{
	char *text = json_dumps(line, JSON_COMPACT);
	int rc = text != NULL ? sealed_add(p->to, view_str(text), e)
	                      : err_set(e, ERR_MEMORY, "no memory");

	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
	json_decref(line);
	return rc;
}

/* What is kept of the owner: whether it is the user that serves. */
static json_t *
describe(const struct pack *p, const char *kind, const char *path, const struct stat *st)
{
	const struct conf *c = &p->c->conf;
	uid_t service = conf_user(c);
	json_t *line = json_pack("{s:s,s:i,s:b}", kind, kept_path(c, path), "mode",
	    (int)(st->st_mode & 0777), "service", service != OWNER_NONE && st->st_uid == service);

	if (strcmp(path, c->file) == 0 && json_object_set_new(line, "conf", json_true()) != 0) {
		json_decref(line);
		return NULL;
	}
	return line;
}

static int
first_time(struct pack *p, const char *path)
{
	if (json_object_get(p->seen, path) != NULL)
		return 0;
	return json_object_set_new(p->seen, path, json_true()) == 0;
}

/* The folder of a file, with its permissions, unless it is that of scepd.conf. */
static int
add_folder(struct pack *p, const char *file, struct err *e)
{
	char *folder = conf_folder(file);
	struct stat st;
	int rc = 0;

	if (folder == NULL)
		return err_set(e, ERR_MEMORY, "no memory");
	if (strcmp(folder, p->c->conf.dir) != 0 && first_time(p, folder)) {
		if (stat(folder, &st) != 0)
			rc = err_set(e, ERR_FILE, "%s: %s", folder, strerror(errno));
		else
			rc = add_line(p, describe(p, "dir", folder, &st), e);
	}
	free(folder);
	return rc;
}

static int
add_content(struct pack *p, const char *path, const struct stat *st, struct err *e)
{
	struct buf data = {0}, text = {0};
	json_t *line = describe(p, "file", path, st);
	int rc = -1;

	if (file_read(path, FILE_MAX_OCTETS, &data, e) != 0) {
		json_decref(line);
	} else if (!p->keys && data.n > 0 &&
	           memmem(data.p, data.n, "PRIVATE KEY-----", 16) != NULL) {
		json_decref(line); /* a key, whatever its file is called */
		rc = 0;
	} else if (line == NULL || base64_write(&text, buf_view(&data)) != 0 ||
	           json_object_set_new(line, "data", json_string(buf_str(&text))) != 0) {
		err_set(e, ERR_MEMORY, "no memory");
		json_decref(line);
	} else
		rc = add_line(p, line, e);
	if (data.p != NULL)
		OPENSSL_cleanse(data.p, data.cap);
	if (text.p != NULL)
		OPENSSL_cleanse(text.p, text.cap);
	buf_free(&data);
	buf_free(&text);
	return rc;
}

static bool
ends_in(const char *name, const char *with)
{
	size_t n = strlen(name), m = strlen(with);

	return n >= m && strcmp(name + n - m, with) == 0;
}

/* One file; what is not configured or not there is no fault unless it must be. */
static int
add_file(struct pack *p, const char *path, bool must, struct err *e)
{
	struct stat st;

	if (*path == '\0' || !first_time(p, path))
		return 0;
	if (stat(path, &st) != 0)
		return must ? err_set(e, ERR_FILE, "%s: %s", path, strerror(errno)) : 0;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (add_folder(p, path, e) != 0 || add_content(p, path, &st, e) != 0)
		return -1;
	p->token = p->token || ends_in(path, ".uri");
	p->n++;
	return 0;
}

/* The plain files of a folder that no name begins with a dot. */
static int
add_all(struct pack *p, const char *folder, struct err *e)
{
	DIR *dir = *folder != '\0' ? opendir(folder) : NULL;
	const struct dirent *entry;
	int rc = 0;

	while (rc == 0 && dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path;

		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "root.key") == 0 ||
		    (!p->keys && ends_in(entry->d_name, ".key")))
			continue;
		if ((path = path_join(folder, entry->d_name)) == NULL)
			rc = err_set(e, ERR_MEMORY, "no memory");
		else
			rc = add_file(p, path, true, e);
		free(path);
	}
	if (dir != NULL)
		closedir(dir);
	return rc;
}

/* The mark beside the certificate that its RA is not to be presented yet. */
static int
add_staged(struct pack *p, const struct conf_ra *ra, struct err *e)
{
	char *folder = conf_folder(ra->cert), *name = conf_ra_file(ra->number, RA_STAGED),
	     *path = folder != NULL && name != NULL ? path_join(folder, name) : NULL;
	int rc = path != NULL ? add_file(p, path, true, e) : err_set(e, ERR_MEMORY, "no memory");

	free(folder);
	free(name);
	free(path);
	return rc;
}

/* The key of an RA; of one in a token what leads to it, which is no secret. */
static int
add_ra_key(struct pack *p, const char *path, struct err *e)
{
	char *uri = key_place_uri_path(path);
	int rc = 0;

	p->token = p->token || token_is_uri(path);
	if (uri != NULL && path_exists(uri))
		rc = add_file(p, uri, true, e);
	else if (!token_is_uri(path) && p->keys)
		rc = add_file(p, path, true, e);
	free(uri);
	return rc;
}

/* The certificate last: it makes the RA exist, and with it must come the key and the mark. */
static int
add_ra(struct pack *p, const struct conf_ra *ra, struct err *e)
{
	int rc = add_ra_key(p, ra->key, e);

	if (rc == 0 && ra->sign_cert != NULL)
		rc = add_ra_key(p, ra->sign_key, e);
	if (rc == 0 && ra->sign_cert != NULL)
		rc = add_file(p, ra->sign_cert, true, e);
	if (rc == 0 && ra->staged)
		rc = add_staged(p, ra, e);
	return rc == 0 ? add_file(p, ra->cert, true, e) : rc;
}

/* The next CA before the one that it follows, whose folder says so. */
static int
add_profile(struct pack *p, const struct conf_profile *from, struct err *e)
{
	struct conf_line line;
	int rc = conf_line_read(&p->c->conf, from->profile.ca, &line, e);

	for (size_t i = line.n; rc == 0 && i-- > 0;) {
		char *ca = path_join(p->c->conf.ca_dir, line.names[i]);

		rc = ca != NULL ? add_all(p, ca, e) : err_set(e, ERR_MEMORY, "no memory");
		free(ca);
	}
	for (size_t i = 0; rc == 0 && i < from->n_ras; i++)
		rc = add_ra(p, &from->ras[i], e);
	return rc;
}

int
carry_pack(struct ctl *c, struct sealed *to, bool keys, size_t *n, struct err *e)
{
	const struct conf *conf = &c->conf;
	struct pack p = {.c = c, .to = to, .seen = json_object(), .keys = keys};
	/* The configuration comes first: it says who owns the rest. */
	int rc = add_file(&p, conf->file, true, e);

	for (size_t i = 0; rc == 0 && i < conf->n_profiles; i++)
		rc = add_file(&p, conf->profiles[i].file, true, e);
	if (rc == 0 && (add_file(&p, conf->store.pepper_file, true, e) != 0 ||
	                   add_file(&p, conf->store.password_file, true, e) != 0 ||
	                   add_file(&p, conf->operator_password_file, true, e) != 0 ||
	                   add_file(&p, conf->store.tls_ca_file, true, e) != 0))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < conf->n_profiles; i++)
		rc = add_profile(&p, &conf->profiles[i], e);
	if (rc == 0 && keys)
		rc = add_all(&p, conf->passphrase_dir, e);
	json_decref(p.seen);
	*n = p.n;
	if (rc == 0 && p.token)
		ctl_note(
		    c, "Keys in tokens stay there: what is carried is the URI that leads to them.");
	return rc;
}

/* Where a line goes here; the caller frees. NULL: REFUSED, MEMORY. */
static char *
target(struct ctl *c, const json_t *line, const char *path, struct err *e)
{
	char *conf = conf_absolute(c->conf_file), *folder, *out = NULL;

	if (strstr(path, "/../") != NULL || strncmp(path, "../", 3) == 0 || ends_in(path, "/..") ||
	    *path == '\0') {
		err_set(e, ERR_REFUSED, "%s: a path that leads out of its folder", path);
	} else if (conf != NULL && json_is_true(json_object_get(line, "conf")))
		out = strdup(conf);
	else if (conf != NULL && (folder = conf_folder(conf)) != NULL) {
		out = *path == '/' ? strdup(path) : path_join(folder, path);
		free(folder);
	}
	if (out == NULL)
		err_set(e, ERR_MEMORY, "no memory");
	free(conf);
	return out;
}

static int
content_of(const json_t *line, struct buf *data, struct err *e)
{
	return base64_read(data, view_str(json_string_value(json_object_get(line, "data")))) == 0
	           ? 0
	           : err_set(e, ERR_REFUSED, "a file is not base64");
}

/* Whether the same octets are there already. */
static bool
is_same(const char *path, const struct buf *data)
{
	struct buf there = {0};
	struct err ignored = ERR_INIT;
	bool same = file_read(path, FILE_MAX_OCTETS, &there, &ignored) == 0 &&
	            view_eq(buf_view(&there), buf_view(data));

	if (there.p != NULL)
		OPENSSL_cleanse(there.p, there.cap);
	buf_free(&there);
	return same;
}

/* Settings may differ from host to host; two keys of one name never. */
static bool
may_stay(const char *path)
{
	return !ends_in(path, ".pem") && !ends_in(path, ".key") && !ends_in(path, ".uri");
}

int
carry_check(struct ctl *c, const json_t *line, enum carry_there there, struct err *e)
{
	const char *path = json_string_value(json_object_get(line, "file"));
	struct buf data = {0};
	char *at;
	int rc = 0;

	if (path == NULL)
		path = json_string_value(json_object_get(line, "dir"));
	if (path == NULL)
		return 0;
	if ((at = target(c, line, path, e)) == NULL)
		return -1;
	if (json_object_get(line, "file") != NULL) {
		rc = content_of(line, &data, e);
		if (rc == 0 && there != CARRY_REPLACE && path_exists(at) && !is_same(at, &data) &&
		    !(there == CARRY_KEEP && may_stay(at)))
			rc = err_set(e, ERR_USAGE, "%s exists and is another one (--replace)", at);
	}
	if (data.p != NULL)
		OPENSSL_cleanse(data.p, data.cap);
	buf_free(&data);
	free(at);
	return rc;
}

static int
write_file(const char *at, const json_t *line, mode_t mode, struct file_owner owner, bool replace,
    struct err *e)
{
	char *folder = conf_folder(at);
	struct buf data = {0};
	int rc = -1;

	if (folder == NULL)
		err_set(e, ERR_MEMORY, "no memory");
	else if (content_of(line, &data, e) == 0 && dir_make(folder, 0755, NOBODY_ELSE, e) == 0)
		rc = file_write(
		    at, buf_view(&data), mode, owner, !replace && !is_same(at, &data), e);
	if (data.p != NULL)
		OPENSSL_cleanse(data.p, data.cap);
	buf_free(&data);
	free(folder);
	return rc;
}

static int
keep_file(struct ctl *c, const char *at, const json_t *line, struct err *e)
{
	struct buf data = {0};
	int rc = content_of(line, &data, e);

	if (rc == 0 && !is_same(at, &data))
		ctl_note(c, "%s stays as it is here", at);
	if (data.p != NULL)
		OPENSSL_cleanse(data.p, data.cap);
	buf_free(&data);
	return rc;
}

/* The mark that an RA waits, for one that is here without it, so that it was presented by now. */
static bool
is_late_mark(const char *at)
{
	size_t end = strlen(".staged");
	bool late = false;
	char *cert;

	if (!ends_in(at, ".staged") || asprintf(&cert, "%.*s.pem", (int)(strlen(at) - end), at) < 0)
		return false;
	late = path_exists(cert);
	free(cert);
	return late;
}

int
carry_unpack(struct ctl *c, const json_t *line, enum carry_there there, struct err *e)
{
	const char *file = json_string_value(json_object_get(line, "file")),
	           *dir = json_string_value(json_object_get(line, "dir"));
	mode_t mode = (mode_t)json_integer_value(json_object_get(line, "mode")) & 0777;
	struct file_owner owner = NOBODY_ELSE;
	char *at;
	int rc;

	if (file == NULL && dir == NULL)
		return 0;
	if ((at = target(c, line, file != NULL ? file : dir, e)) == NULL)
		return -1;
	if (file != NULL && there == CARRY_KEEP && path_exists(at)) {
		int kept = keep_file(c, at, line, e);

		free(at);
		return kept;
	}
	if (file != NULL && there == CARRY_KEEP && is_late_mark(at)) {
		free(at);
		return 0;
	}
	/* The configuration was the first, so it can be asked who serves here. */
	rc = json_is_true(json_object_get(line, "service")) ? ctl_conf(c, e) : 0;
	if (rc == 0 && json_is_true(json_object_get(line, "service")))
		owner = c->owner;
	if (rc == 0 && dir != NULL)
		rc = dir_make(at, mode, owner, e);
	else if (rc == 0)
		rc = write_file(at, line, mode, owner, there == CARRY_REPLACE, e);
	free(at);
	return rc == 0 ? file != NULL : -1;
}
