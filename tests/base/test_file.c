/* SPDX-License-Identifier: ISC
 *
 * Files: what may be read, what a secret's file must look like, and that writing is all or nothing.
 */
#include <dirent.h>
#include <string.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "suites.h"
#include "tmpdir.h"

#define LEAVE ((struct file_owner){(uid_t)-1, (gid_t)-1})

static struct tmpdir tmp;

int
file_tests_begin(void)
{
	umask(022);
	return tmpdir_make(&tmp);
}

int
file_tests_end(void)
{
	tmpdir_remove(&tmp);
	return 0;
}

static const char *
at(const char *name)
{
	return tmpdir_path(&tmp, name);
}

static void
put(const char *name, const char *text, mode_t mode)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(file_write(at(name), view_str(text), mode, LEAVE, false, &e), 0);
}

static unsigned
mode_of(const char *name)
{
	struct stat st;

	return stat(at(name), &st) != 0 ? 0 : (unsigned)st.st_mode & 07777;
}

static bool
holds(const char *name, const char *text)
{
	struct buf b = {0};
	struct err e = ERR_INIT;
	bool same = file_read(at(name), 4096, &b, &e) == 0 && view_eq(buf_view(&b), view_str(text));

	buf_free(&b);
	return same;
}

static void
reading_appends(void)
{
	struct buf b = {0};
	struct err e = ERR_INIT;

	put("plain", "hello", 0644);
	CU_ASSERT_EQUAL(buf_add_str(&b, ">"), 0);
	CU_ASSERT_EQUAL(file_read(at("plain"), 5, &b, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&b), ">hello");
	buf_free(&b);
	put("empty", "", 0644);
	CU_ASSERT_EQUAL(file_read(at("empty"), 5, &b, &e), 0);
	CU_ASSERT_EQUAL(b.n, 0);
	buf_free(&b);
}

static void
reading_refuses(void)
{
	struct buf b = {0}, tight = {.max = 4};
	struct err e = ERR_INIT;

	put("plain", "hello", 0644);
	CU_ASSERT_EQUAL(file_read(at("plain"), 4, &b, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "larger than 4 bytes"));
	err_clear(&e);
	CU_ASSERT_EQUAL(file_read(at("plain"), 5, &tight, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	err_clear(&e);
	CU_ASSERT_EQUAL(file_read(at("absent"), 5, &b, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	err_clear(&e);
	CU_ASSERT_EQUAL(file_read(tmp.path, 4096, &b, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "not a regular file"));
	err_clear(&e);
	CU_ASSERT_EQUAL(mkfifo(at("pipe"), 0600), 0);
	CU_ASSERT_EQUAL(file_read(at("pipe"), 5, &b, &e), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "not a regular file"));
	CU_ASSERT_EQUAL(b.n, 0);
	buf_free(&b);
	buf_free(&tight);
}

static void
secret_refused(const char *name, const char *because)
{
	struct secret s = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(file_read_secret(at(name), 100, OWNER_NONE, &s, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_KEY_FILE);
	if (strstr(e.detail, because) == NULL)
		CU_FAIL(because);
	CU_ASSERT_PTR_NULL(s.p);
}

static bool
secret_taken_from(const char *name, uid_t service)
{
	struct secret s = {0};
	struct err e = ERR_INIT;
	bool taken = file_read_secret(at(name), 6, service, &s, &e) == 0 &&
	             view_eq(secret_view(&s), view_str("secret"));

	secret_free(&s);
	return taken;
}

static bool
secret_taken(const char *name)
{
	return secret_taken_from(name, OWNER_NONE);
}

static void
secret_of_ones_own(void)
{
	put("key", "secret", 0600);
	CU_ASSERT(secret_taken("key"));
	put("key", "secret", 0400);
	CU_ASSERT(secret_taken("key"));
}

static void
secret_open_to_others(void)
{
	static const mode_t modes[] = {0640, 0620, 0604, 0602, 0644};

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		put("key", "secret", modes[i]);
		secret_refused("key", "run chmod 600");
	}
}

static void
secret_of_the_wrong_kind(void)
{
	char target[PATH_MAX];

	put("key", "secret", 0600);
	snprintf(target, sizeof target, "%s", at("key"));
	CU_ASSERT_EQUAL(symlink(target, at("link")), 0);
	secret_refused("link", "name the file itself");
	CU_ASSERT_EQUAL(mkdir(at("folder"), 0700), 0);
	secret_refused("folder", "not a regular file");
	CU_ASSERT_EQUAL(mkfifo(at("fifo"), 0600), 0);
	secret_refused("fifo", "not a regular file");
	secret_refused("nothing", "No such file");
	secret_refused("nowhere/key", "No such file");
	put("key",
	    "a secret of more than a hundred octets: "
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxx",
	    0600);
	secret_refused("key", "larger than 100 bytes");
}

static void
secret_in_a_writable_folder(void)
{
	CU_ASSERT_EQUAL(mkdir(at("open"), 0700), 0);
	put("open/key", "secret", 0600);
	CU_ASSERT(secret_taken("open/key"));
	CU_ASSERT_EQUAL(chmod(at("open"), 0770), 0);
	secret_refused("open/key", "folder is writable");
	CU_ASSERT_EQUAL(chmod(at("open"), 0707), 0);
	secret_refused("open/key", "folder is writable");
	CU_ASSERT_EQUAL(chmod(at("open"), 01777), 0);
	CU_ASSERT(secret_taken("open/key"));
}

/* Only the superuser can make a file of somebody else, and only it could read one. */
static void
secret_of_somebody_else(void)
{
	if (geteuid() != 0)
		return;
	CU_ASSERT_EQUAL(mkdir(at("theirs"), 0700), 0);
	put("theirs/key", "secret", 0600);
	CU_ASSERT_EQUAL(chown(at("theirs/key"), 12345, 12345), 0);
	secret_refused("theirs/key", "belongs to user 12345");
	CU_ASSERT(secret_taken_from("theirs/key", 12345));
	CU_ASSERT(!secret_taken_from("theirs/key", 12346));
	/* The owner of the folder is no better than anybody, and could put another file there. */
	CU_ASSERT_EQUAL(chown(at("theirs"), 12345, 12345), 0);
	secret_refused("theirs/key", "belongs to user 12345");
	CU_ASSERT(secret_taken_from("theirs/key", 12345));
	CU_ASSERT_EQUAL(chown(at("theirs/key"), 0, 0), 0);
	secret_refused("theirs/key", "its folder belongs to user 12345");
}

static bool
judged(const char *name, uid_t service, const char *because)
{
	struct err e = ERR_INIT;
	int rc = file_judge(at(name), service, &e);

	if (because == NULL)
		return rc == 0 && e.code == ERR_OK;
	return rc == -1 && e.code == ERR_CONFIG && strstr(e.detail, because) != NULL;
}

static void
what_others_can_write(void)
{
	put("conf", "text", 0644);
	CU_ASSERT(judged("conf", OWNER_NONE, NULL));
	CU_ASSERT(judged("not there", OWNER_NONE, NULL));
	CU_ASSERT(judged("conf/below", OWNER_NONE, "Not a directory"));
	put("conf", "text", 0664);
	CU_ASSERT(judged("conf", OWNER_NONE, "(mode 0664): run chmod go-w"));
	put("conf", "text", 0646);
	CU_ASSERT(judged("conf", OWNER_NONE, "writable by group or others"));
	put("conf", "text", 01646);
	CU_ASSERT(judged("conf", OWNER_NONE, "writable by group or others"));
	CU_ASSERT_EQUAL(mkdir(at("shared"), 0700), 0);
	CU_ASSERT_EQUAL(chmod(at("shared"), 0777), 0);
	CU_ASSERT(judged("shared", OWNER_NONE, "writable by group or others"));
	CU_ASSERT_EQUAL(chmod(at("shared"), 01777), 0);
	CU_ASSERT(judged("shared", OWNER_NONE, NULL));
	if (geteuid() != 0)
		return;
	CU_ASSERT_EQUAL(chmod(at("shared"), 0700), 0);
	CU_ASSERT_EQUAL(chown(at("shared"), 12345, 12345), 0);
	CU_ASSERT(judged("shared", OWNER_NONE, "belongs to user 12345: run chown"));
	CU_ASSERT(judged("shared", 12345, NULL));
}

static int
names_in(const char *folder)
{
	DIR *d = opendir(folder);
	int n = -2;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

static void
writing_replaces_and_leaves_nothing(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(mkdir(at("w"), 0700), 0);
	CU_ASSERT_EQUAL(file_write(at("w/f"), view_str("one"), 0640, LEAVE, false, &e), 0);
	CU_ASSERT(holds("w/f", "one"));
	CU_ASSERT_EQUAL(mode_of("w/f"), 0640);
	CU_ASSERT_EQUAL(file_write(at("w/f"), view_str("two"), 0600, LEAVE, false, &e), 0);
	CU_ASSERT(holds("w/f", "two"));
	CU_ASSERT_EQUAL(mode_of("w/f"), 0600);
	CU_ASSERT_EQUAL(names_in(at("w")), 1);
}

static void
fresh_does_not_replace(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(mkdir(at("n"), 0700), 0);
	CU_ASSERT_EQUAL(file_write(at("n/f"), view_str("one"), 0600, LEAVE, true, &e), 0);
	CU_ASSERT_EQUAL(file_write(at("n/f"), view_str("two"), 0600, LEAVE, true, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "File exists"));
	CU_ASSERT(holds("n/f", "one"));
	CU_ASSERT_EQUAL(names_in(at("n")), 1);
}

static void
failed_writing_leaves_nothing(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(mkdir(at("x"), 0700), 0);
	CU_ASSERT_EQUAL(mkdir(at("x/f"), 0700), 0);
	CU_ASSERT_EQUAL(file_write(at("x/f"), view_str("one"), 0600, LEAVE, false, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	CU_ASSERT_EQUAL(names_in(at("x")), 1);
	err_clear(&e);
	CU_ASSERT_EQUAL(file_write(at("absent/f"), view_str("one"), 0600, LEAVE, false, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
}

/* A limit on the size of files stands for a full disk. */
static void
a_full_disk_leaves_nothing(void)
{
	struct rlimit was, tight;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(mkdir(at("full"), 0700), 0);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &was), 0);
	tight = was;
	tight.rlim_cur = 4;
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &tight), 0);
	CU_ASSERT_EQUAL(
	    file_write(at("full/f"), view_str("more than four"), 0600, LEAVE, false, &e), -1);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_DFL);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	CU_ASSERT_EQUAL(names_in(at("full")), 0);
}

static void
names_without_a_folder(void)
{
	char back[PATH_MAX];
	struct secret s = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(back, sizeof back));
	CU_ASSERT_EQUAL_FATAL(chdir(tmp.path), 0);
	CU_ASSERT_EQUAL(file_write("bare", view_str("x"), 0600, LEAVE, true, &e), 0);
	CU_ASSERT_EQUAL(file_read_secret("bare", 9, OWNER_NONE, &s, &e), 0);
	CU_ASSERT_EQUAL(dir_make("below", 0700, LEAVE, &e), 0);
	CU_ASSERT_EQUAL_FATAL(chdir(back), 0);
	CU_ASSERT_EQUAL(mode_of("below"), 0700);
	secret_free(&s);
}

static int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

static void
nothing_stays_open(void)
{
	struct buf b = {0};
	struct secret s = {0};
	struct err e = ERR_INIT;
	int before = lowest_free();

	put("closed", "secret", 0600);
	CU_ASSERT_EQUAL(file_read(at("closed"), 6, &b, &e), 0);
	CU_ASSERT_EQUAL(file_read(at("closed"), 5, &b, &e), -1);
	CU_ASSERT_EQUAL(file_read_secret(at("closed"), 6, OWNER_NONE, &s, &e), 0);
	CU_ASSERT_EQUAL(file_read_secret(at("closed"), 5, OWNER_NONE, &(struct secret){0}, &e), -1);
	CU_ASSERT_EQUAL(file_write(at("closed"), view_str("x"), 0600, LEAVE, true, &e), -1);
	CU_ASSERT_EQUAL(dir_make(at("closed.d/d"), 0700, LEAVE, &e), 0);
	CU_ASSERT_EQUAL(lowest_free(), before);
	buf_free(&b);
	secret_free(&s);
}

static void
owner_is_given(void)
{
	struct file_owner owner = {12345, 23456};
	struct err e = ERR_INIT;
	struct stat st;

	if (geteuid() != 0)
		return;
	CU_ASSERT_EQUAL(file_write(at("owned"), view_str("x"), 0600, owner, false, &e), 0);
	CU_ASSERT_EQUAL_FATAL(stat(at("owned"), &st), 0);
	CU_ASSERT(st.st_uid == 12345 && st.st_gid == 23456);
	CU_ASSERT_EQUAL(dir_make(at("p/owned"), 0750, owner, &e), 0);
	CU_ASSERT_EQUAL_FATAL(stat(at("p/owned"), &st), 0);
	CU_ASSERT(st.st_uid == 12345 && st.st_gid == 23456);
	CU_ASSERT_EQUAL_FATAL(stat(at("p"), &st), 0);
	CU_ASSERT_EQUAL(st.st_uid, 0);
}

static void
folder_with_parents(void)
{
	struct err e = ERR_INIT;

	umask(077);
	CU_ASSERT_EQUAL(dir_make(at("a//b/c/"), 0750, LEAVE, &e), 0);
	umask(022);
	CU_ASSERT_EQUAL(mode_of("a"), 0755);
	CU_ASSERT_EQUAL(mode_of("a/b"), 0755);
	CU_ASSERT_EQUAL(mode_of("a/b/c"), 0750);
	CU_ASSERT_EQUAL(dir_make(at("a/b"), 0700, LEAVE, &e), 0);
	CU_ASSERT_EQUAL(mode_of("a/b"), 0755);
	CU_ASSERT_EQUAL(dir_make("/", 0700, LEAVE, &e), 0);
}

static void
folder_in_the_way_of_a_file(void)
{
	struct err e = ERR_INIT;

	put("file", "x", 0600);
	CU_ASSERT_EQUAL(dir_make(at("file"), 0700, LEAVE, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "Not a directory"));
	err_clear(&e);
	CU_ASSERT_EQUAL(dir_make(at("file/below"), 0700, LEAVE, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	err_clear(&e);
	CU_ASSERT_EQUAL(dir_make("", 0700, LEAVE, &e), -1);
}

CU_TestInfo file_tests[] = {
    T(reading_appends),
    T(reading_refuses),
    T(secret_of_ones_own),
    T(secret_open_to_others),
    T(secret_of_the_wrong_kind),
    T(secret_in_a_writable_folder),
    T(secret_of_somebody_else),
    T(what_others_can_write),
    T(writing_replaces_and_leaves_nothing),
    T(fresh_does_not_replace),
    T(failed_writing_leaves_nothing),
    T(a_full_disk_leaves_nothing),
    T(names_without_a_folder),
    T(nothing_stays_open),
    T(owner_is_given),
    T(folder_with_parents),
    T(folder_in_the_way_of_a_file),
    CU_TEST_INFO_NULL,
};
