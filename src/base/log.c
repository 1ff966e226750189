/* SPDX-License-Identifier: ISC
 *
 * The log. A line is a list of fields in logfmt or JSON (RFC 8259), built in memory and handed over
 * in one write(2), so that lines of several processes never mix. Foreign octets pass through
 * log_escape: no request can end a line, hide in it or make it long.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"

#define MESSAGE_MAX 1024

enum kind { TO_STDERR, TO_SYSLOG, TO_FILE };

static struct {
	enum kind kind;
	int fd;
	char *path; /* of a file */
	enum log_format format;
	enum log_level level;
} target = {TO_STDERR, STDERR_FILENO, NULL, LOG_LOGFMT, LOG_LEVEL_INFO};

static const struct {
	const char *name;
	int syslog;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", LOG_ERR},
    [LOG_LEVEL_WARN] = {"warn", LOG_WARNING},
    [LOG_LEVEL_INFO] = {"info", LOG_INFO},
    [LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

static int
file_open(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0)
		err_set(e, ERR_FILE, "%s: %s", path, strerror(errno));
	return fd;
}

static void
target_close(void)
{
	if (target.kind == TO_FILE)
		close(target.fd);
	if (target.kind == TO_SYSLOG)
		closelog();
	free(target.path);
}

int
log_open(const char *where, enum log_format format, enum log_level level, struct err *e)
{
	enum kind kind = TO_FILE;
	char *path = NULL;
	int fd = STDERR_FILENO;

	if (strcmp(where, "stderr") == 0)
		kind = TO_STDERR;
	else if (strcmp(where, "syslog") == 0)
		kind = TO_SYSLOG;
	if (kind == TO_FILE) {
		if ((path = strdup(where)) == NULL)
			return err_set(e, ERR_FILE, "%s: %s", where, strerror(errno));
		if ((fd = file_open(path, e)) < 0) {
			free(path);
			return -1;
		}
	}
	target_close();
	if (kind == TO_SYSLOG)
		openlog(NULL, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	target.kind = kind;
	target.fd = fd;
	target.path = path;
	target.format = format;
	target.level = level;
	return 0;
}

int
log_reopen(struct err *e)
{
	int fd;

	if (target.kind != TO_FILE)
		return 0;
	if ((fd = file_open(target.path, e)) < 0)
		return -1;
	close(target.fd);
	target.fd = fd;
	return 0;
}

/* The code point of the UTF-8 sequence at p and its length in octets; 0 when there is none (RFC
 * 3629 section 4). */
static size_t
utf8_at(const uint8_t *p, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len == 0 || p[0] > 0xf4 || len > n)
		return 0;
	*cp = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	return *cp < least[len] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff) ? 0 : len;
}

/* What would end a line or reorder it on a screen: controls, line separators, bidirectional
 * overrides. */
static bool
hazardous(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

static int
add_escaped(struct buf *out, const uint8_t *p, size_t len, uint32_t cp)
{
	if (cp == '"' || cp == '\\')
		return buf_printf(out, "\\%c", (char)cp);
	if (cp == '\n')
		return buf_add_str(out, "\\n");
	if (hazardous(cp) || len == 0)
		return buf_printf(out, "\\u%04x", cp);
	return buf_add(out, p, len);
}

/* How many octets from here on are ASCII that stands for itself. */
static size_t
ascii_run(struct view in)
{
	size_t n = 0;

	while (n < in.n && in.p[n] >= 0x20 && in.p[n] < 0x7f && in.p[n] != '"' && in.p[n] != '\\')
		n++;
	return n;
}

int
log_escape(struct buf *out, struct view in, size_t max)
{
	size_t mark = out->n, len = ascii_run(view_of(in.p, in.n < max ? in.n : max));

	if (buf_add(out, in.p, len) != 0)
		return -1;
	for (size_t i = len; i < in.n; i += len == 0 ? 1 : len) {
		uint32_t cp = in.p[i];

		len = utf8_at(in.p + i, in.n - i, &cp);
		if (len == 0)
			cp = in.p[i];
		if (i + (len == 0 ? 1 : len) > max) {
			if (buf_add_str(out, "...") != 0)
				goto fail;
			return 0;
		}
		if (add_escaped(out, in.p + i, len, cp) != 0)
			goto fail;
	}
	return 0;
fail:
	buf_cut(out, mark);
	return -1;
}

/* Text that logfmt needs no quotes for. */
static bool
plain(struct view v)
{
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i], letter = c | 0x20;

		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr("._:/+@,-", c) == NULL))
			return false;
	}
	return true;
}

static int
add_key(struct log_line *l, const char *key)
{
	bool json = target.format == LOG_JSON;
	const char *before = l->text.n == 0 ? (json ? "{\"" : "") : (json ? ",\"" : " ");

	return buf_add_str(&l->text, before) == 0 && buf_add_str(&l->text, key) == 0 &&
	               buf_add_str(&l->text, json ? "\":" : "=") == 0
	           ? 0
	           : -1;
}

/* A field is there whole or not at all. */
static void
add_text(struct log_line *l, const char *key, struct view value, size_t max)
{
	size_t mark = l->text.n;
	const char *quote =
	    target.format == LOG_LOGFMT && value.n <= max && plain(value) ? "" : "\"";

	if (value.n == 0)
		return;
	if (add_key(l, key) != 0 || buf_add_str(&l->text, quote) != 0 ||
	    log_escape(&l->text, value, max) != 0 || buf_add_str(&l->text, quote) != 0)
		buf_cut(&l->text, mark);
}

static void
add_time(struct log_line *l)
{
	char day[32], text[64];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof text, "%s.%03ldZ", day, now.tv_nsec / 1000000);
	log_str(l, "ts", text);
}

void
log_begin(struct log_line *l, enum log_level level)
{
	*l = (struct log_line){.level = level};
	add_time(l);
	log_str(l, "level", levels[level].name);
}

void
log_str(struct log_line *l, const char *key, const char *value)
{
	add_text(l, key, view_str(value), LOG_VALUE_MAX);
}

void
log_view(struct log_line *l, const char *key, struct view value)
{
	add_text(l, key, value, LOG_VALUE_MAX);
}

void
log_hex(struct log_line *l, const char *key, struct view value)
{
	struct buf hex = {0};

	if (value.n > LOG_VALUE_MAX)
		value.n = LOG_VALUE_MAX;
	if (hex_write(&hex, value) == 0)
		add_text(l, key, buf_view(&hex), LOG_VALUE_MAX);
	buf_free(&hex);
}

void
log_int(struct log_line *l, const char *key, int64_t value)
{
	size_t mark = l->text.n;

	if (add_key(l, key) != 0 || buf_printf(&l->text, "%" PRId64, value) != 0)
		buf_cut(&l->text, mark);
}

static void
put(struct log_line *l)
{
	ssize_t n;

	if (target.kind == TO_SYSLOG) {
		syslog(levels[l->level].syslog, "%s", buf_str(&l->text));
		return;
	}
	if (buf_add_str(&l->text, "\n") != 0)
		return;
	do
		n = write(target.fd, l->text.p, l->text.n);
	while (n < 0 && errno == EINTR);
}

void
log_end(struct log_line *l)
{
	int saved = errno;

	if (l->level <= target.level && l->text.n > 0 &&
	    (target.format == LOG_LOGFMT || buf_add_str(&l->text, "}") == 0))
		put(l);
	buf_free(&l->text);
	errno = saved;
}

void
log_msg(enum log_level level, const char *fmt, ...)
{
	char text[MESSAGE_MAX];
	struct log_line l;
	int saved = errno;
	va_list ap;

	if (level > target.level)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_begin(&l, level);
	log_int(&l, "pid", getpid());
	add_text(&l, "msg", view_str(text), sizeof text);
	log_end(&l);
	errno = saved;
}
