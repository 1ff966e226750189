/* SPDX-License-Identifier: ISC
 *
 * The log: what lines look like, that no value can leave its place, and where lines go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "suites.h"
#include "tmpdir.h"

static struct tmpdir tmp;
static struct err error;

int
log_tests_begin(void)
{
	return tmpdir_make(&tmp);
}

int
log_tests_end(void)
{
	int rc = log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &error);

	tmpdir_remove(&tmp);
	return rc;
}

static void
start(enum log_format format, enum log_level level)
{
	struct err e = ERR_INIT;

	unlink(tmpdir_path(&tmp, "log"));
	CU_ASSERT_EQUAL_FATAL(log_open(tmpdir_path(&tmp, "log"), format, level, &e), 0);
}

/* What the log file holds; with `strip`, from the first occurrence of that text on. */
static const char *
logged(const char *name, const char *strip)
{
	static char text[65536];
	struct buf b = {0};
	struct err e = ERR_INIT;
	const char *from;

	text[0] = '\0';
	if (file_read(tmpdir_path(&tmp, name), sizeof text - 1, &b, &e) == 0)
		memcpy(text, buf_str(&b), b.n + 1);
	buf_free(&b);
	from = strip == NULL ? text : strstr(text, strip);
	return from == NULL ? "" : from;
}

static void
one_of_each(void)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_WARN);
	log_str(&l, "plain", "a.b:/+@,-_9");
	log_str(&l, "absent", NULL);
	log_str(&l, "empty", "");
	log_view(&l, "none", view_of("", 0));
	log_str(&l, "spaced", "a b=c");
	log_view(&l, "foreign", view_of("x\"\\\n\0\377", 6));
	log_hex(&l, "tag", view_of("\001\377", 2));
	log_int(&l, "ms", -12);
	log_end(&l);
}

static void
logfmt_line(void)
{
	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	one_of_each();
	CU_ASSERT_STRING_EQUAL(logged("log", "level="),
	    "level=warn plain=a.b:/+@,-_9 spaced=\"a b=c\" "
	    "foreign=\"x\\\"\\\\\\n\\u0000\\u00ff\" tag=01ff ms=-12\n");
	CU_ASSERT_EQUAL(strncmp(logged("log", NULL), "ts=", 3), 0);
}

static void
json_line(void)
{
	start(LOG_JSON, LOG_LEVEL_INFO);
	one_of_each();
	CU_ASSERT_STRING_EQUAL(logged("log", "\"level\""),
	    "\"level\":\"warn\",\"plain\":\"a.b:/+@,-_9\",\"spaced\":\"a b=c\","
	    "\"foreign\":\"x\\\"\\\\\\n\\u0000\\u00ff\",\"tag\":\"01ff\",\"ms\":-12}\n");
	CU_ASSERT_EQUAL(strncmp(logged("log", NULL), "{\"ts\":\"2", 8), 0);
}

static void
time_is_rfc_3339(void)
{
	int year, month, day, hour, minute, second, ms, end = 0;

	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	log_msg(LOG_LEVEL_INFO, "x");
	CU_ASSERT_EQUAL(sscanf(logged("log", NULL), "ts=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year,
	                    &month, &day, &hour, &minute, &second, &ms, &end),
	    7);
	CU_ASSERT_EQUAL(end, 27);
}

static void
message_with_pid(void)
{
	char expected[128];

	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	errno = ENOTTY;
	log_msg(LOG_LEVEL_ERROR, "worker %d\nlevel=info", 7);
	CU_ASSERT_EQUAL(errno, ENOTTY);
	snprintf(expected, sizeof expected, "level=error pid=%ld msg=\"worker 7\\nlevel=info\"\n",
	    (long)getpid());
	CU_ASSERT_STRING_EQUAL(logged("log", "level="), expected);
}

static void
level_holds_back(void)
{
	struct log_line l;

	start(LOG_LOGFMT, LOG_LEVEL_WARN);
	log_msg(LOG_LEVEL_INFO, "quiet");
	log_begin(&l, LOG_LEVEL_DEBUG);
	log_str(&l, "a", "quiet");
	log_end(&l);
	CU_ASSERT_STRING_EQUAL(logged("log", NULL), "");
	log_msg(LOG_LEVEL_WARN, "loud");
	CU_ASSERT_PTR_NOT_NULL(strstr(logged("log", NULL), "msg=loud\n"));
}

static void
values_are_bounded(void)
{
	char longer[4000], expected[LOG_VALUE_MAX + 32];
	struct log_line l;

	memset(longer, 'x', sizeof longer);
	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	log_begin(&l, LOG_LEVEL_INFO);
	log_view(&l, "v", view_of(longer, LOG_VALUE_MAX + 1));
	log_int(&l, "end", 1);
	log_end(&l);
	snprintf(expected, sizeof expected, " v=\"%.*s...\" end=1\n", LOG_VALUE_MAX, longer);
	CU_ASSERT_STRING_EQUAL(logged("log", " v="), expected);

	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	log_msg(LOG_LEVEL_INFO, "%.*s", (int)sizeof longer, longer);
	CU_ASSERT(strlen(logged("log", NULL)) < 1200);
	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	log_begin(&l, LOG_LEVEL_INFO);
	log_hex(&l, "h", view_of(longer, sizeof longer));
	log_end(&l);
	CU_ASSERT(strlen(logged("log", " h=")) < LOG_VALUE_MAX + 16);
}

static void
escaping(void)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} rows[] = {
	    {"a\"b\\c", 99, "a\\\"b\\\\c"},
	    {"\001\r\t\177", 99, "\\u0001\\u000d\\u0009\\u007f"},
	    {"Z\303\274rich \342\202\254 \360\237\230\200", 99,
	        "Z\303\274rich \342\202\254 \360\237\230\200"},
	    {"\303", 99, "\\u00c3"},
	    {"\303(", 99, "\\u00c3("},
	    {"\200\277", 99, "\\u0080\\u00bf"},
	    {"\300\257", 99, "\\u00c0\\u00af"},
	    {"\340\200\257", 99, "\\u00e0\\u0080\\u00af"},
	    {"\355\240\200", 99, "\\u00ed\\u00a0\\u0080"},
	    {"\364\220\200\200", 99, "\\u00f4\\u0090\\u0080\\u0080"},
	    {"\370\210\200\200\200", 99, "\\u00f8\\u0088\\u0080\\u0080\\u0080"},
	    {"\302\205", 99, "\\u0085"},
	    {"\342\200\250", 99, "\\u2028"},
	    {"\342\200\256", 99, "\\u202e"},
	    {"abcd", 4, "abcd"},
	    {"abcde", 4, "abcd..."},
	    {"abc\303\274", 4, "abc..."},
	    {"a", 0, "..."},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out = {0};

		CU_ASSERT_EQUAL(log_escape(&out, view_str(rows[i].in), rows[i].max), 0);
		CU_ASSERT_STRING_EQUAL(buf_str(&out), rows[i].out);
		buf_free(&out);
	}
}

static void
escaping_without_room(void)
{
	struct buf out = {.max = 8};

	CU_ASSERT_EQUAL(buf_add_str(&out, "a"), 0);
	CU_ASSERT_EQUAL(log_escape(&out, view_str("bc\001\002"), 99), -1);
	CU_ASSERT_STRING_EQUAL(buf_str(&out), "a");
	buf_free(&out);
}

/* A datagram socket keeps the boundaries of writes. */
static void
a_line_is_one_write(void)
{
	char got[512];
	struct err e = ERR_INIT;
	int pair[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	CU_ASSERT_EQUAL(log_open("stderr", LOG_JSON, LOG_LEVEL_INFO, &e), 0);
	dup2(pair[0], STDERR_FILENO);
	one_of_each();
	dup2(saved, STDERR_FILENO);
	n = recv(pair[1], got, sizeof got, MSG_DONTWAIT);
	CU_ASSERT_FATAL(n > 2);
	CU_ASSERT_EQUAL(got[0], '{');
	CU_ASSERT_EQUAL(memcmp(got + n - 2, "}\n", 2), 0);
	close(pair[0]);
	close(pair[1]);
	close(saved);
}

static void
file_is_private_and_appended_to(void)
{
	struct stat st;

	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	log_msg(LOG_LEVEL_INFO, "one");
	CU_ASSERT_EQUAL(log_open(tmpdir_path(&tmp, "log"), LOG_LOGFMT, LOG_LEVEL_INFO, &error), 0);
	log_msg(LOG_LEVEL_INFO, "two");
	CU_ASSERT_PTR_NOT_NULL(strstr(logged("log", "msg=one"), "msg=two"));
	CU_ASSERT_EQUAL_FATAL(stat(tmpdir_path(&tmp, "log"), &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0137, 0);
}

static void
reopening_follows_the_name(void)
{
	char moved[PATH_MAX];
	struct err e = ERR_INIT;

	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	snprintf(moved, sizeof moved, "%s", tmpdir_path(&tmp, "log.1"));
	log_msg(LOG_LEVEL_INFO, "one");
	CU_ASSERT_EQUAL(rename(tmpdir_path(&tmp, "log"), moved), 0);
	log_msg(LOG_LEVEL_INFO, "two");
	CU_ASSERT_PTR_NOT_NULL(strstr(logged("log.1", NULL), "msg=two"));
	CU_ASSERT_EQUAL(log_reopen(&e), 0);
	log_msg(LOG_LEVEL_INFO, "three");
	CU_ASSERT_PTR_NOT_NULL(strstr(logged("log", NULL), "msg=three"));
	CU_ASSERT_PTR_NULL(strstr(logged("log.1", NULL), "msg=three"));
}

static void
a_failed_opening_changes_nothing(void)
{
	struct err e = ERR_INIT;

	start(LOG_LOGFMT, LOG_LEVEL_INFO);
	CU_ASSERT_EQUAL(log_open(tmpdir_path(&tmp, "none/log"), LOG_JSON, LOG_LEVEL_ERROR, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	log_msg(LOG_LEVEL_INFO, "still");
	CU_ASSERT_PTR_NOT_NULL(strstr(logged("log", "level=info"), "msg=still\n"));
}

static void
failed_reopening_keeps_the_file(void)
{
	char folder[PATH_MAX], path[PATH_MAX], away[PATH_MAX];
	struct err e = ERR_INIT;

	snprintf(folder, sizeof folder, "%s", tmpdir_path(&tmp, "d"));
	snprintf(path, sizeof path, "%s", tmpdir_path(&tmp, "d/log"));
	snprintf(away, sizeof away, "%s", tmpdir_path(&tmp, "away"));
	CU_ASSERT_EQUAL_FATAL(mkdir(folder, 0700), 0);
	CU_ASSERT_EQUAL(log_open(path, LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	CU_ASSERT_EQUAL(rename(folder, away), 0);
	CU_ASSERT_EQUAL(log_reopen(&e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_FILE);
	log_msg(LOG_LEVEL_INFO, "still");
	CU_ASSERT_PTR_NOT_NULL(strstr(logged("away/log", NULL), "msg=still"));
}

static int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

static void
only_files_are_closed(void)
{
	struct err e = ERR_INIT;
	int before;

	CU_ASSERT_EQUAL(log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	before = lowest_free();
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(
		    log_open(tmpdir_path(&tmp, "log"), LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
		CU_ASSERT_EQUAL(
		    log_open(tmpdir_path(&tmp, "log"), LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
		CU_ASSERT_EQUAL(log_reopen(&e), 0);
		CU_ASSERT_EQUAL(log_open("stderr", LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	}
	CU_ASSERT_EQUAL(lowest_free(), before);
	CU_ASSERT(fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

static void
syslog_is_no_file(void)
{
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(log_open("syslog", LOG_LOGFMT, LOG_LEVEL_INFO, &e), 0);
	CU_ASSERT_EQUAL(log_reopen(&e), 0);
	log_msg(LOG_LEVEL_INFO, "test of the log");
	CU_ASSERT_EQUAL(access("syslog", F_OK), -1);
}

CU_TestInfo log_tests[] = {
    T(logfmt_line),
    T(json_line),
    T(time_is_rfc_3339),
    T(message_with_pid),
    T(level_holds_back),
    T(values_are_bounded),
    T(escaping),
    T(escaping_without_room),
    T(a_line_is_one_write),
    T(file_is_private_and_appended_to),
    T(reopening_follows_the_name),
    T(a_failed_opening_changes_nothing),
    T(failed_reopening_keeps_the_file),
    T(only_files_are_closed),
    T(syslog_is_no_file),
    CU_TEST_INFO_NULL,
};
