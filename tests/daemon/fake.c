/* SPDX-License-Identifier: ISC
 *
 * In place of configuration's assembly and the service: the path of a request says what is to
 * happen to the worker.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/assemble.h"

static const struct conf *conf;

/* Fails when there is a file "broken" beside scepd.conf. The journal is the file "issued" there. */
int
conf_assemble(const struct conf *c, struct service *s, struct err *e)
{
	char path[PATH_MAX];

	*s = (struct service){0};
	conf = c;
	snprintf(path, sizeof path, "%s/broken", c->dir);
	if (access(path, F_OK) == 0)
		return err_set(e, ERR_KEY_FILE, "%s: a key that is no key", path);
	snprintf(path, sizeof path, "%s/issued", c->dir);
	s->journal = journal_open(path, e);
	return s->journal != NULL ? 0 : -1;
}

/* Fails when there is a file "away" or "refused" beside scepd.conf. */
int
service_keys_here(const struct service *s, struct err *e)
{
	char path[PATH_MAX];

	(void)s;
	snprintf(path, sizeof path, "%s/away", conf->dir);
	if (access(path, F_OK) == 0)
		return err_set(e, ERR_KEY_GONE, "%s: a token that is away", path);
	snprintf(path, sizeof path, "%s/refused", conf->dir);
	if (access(path, F_OK) == 0)
		return err_set(e, ERR_KEY_FILE, "%s: a token that refuses the PIN", path);
	return 0;
}

void
service_free(struct service *s)
{
	journal_free(s->journal);
	*s = (struct service){0};
}

/* Waits until somebody opens the named pipe "gate" for writing and closes it. */
static void
wait_at_gate(void)
{
	char path[PATH_MAX], octet;
	int fd;

	snprintf(path, sizeof path, "%s/gate", conf->dir);
	if ((fd = open(path, O_RDONLY)) < 0)
		return;
	while (read(fd, &octet, 1) > 0)
		continue;
	close(fd);
}

static void
echo(const struct http_request *in, struct buf *out)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "other"};

	if (buf_printf(out,
	        "%s %.*s?%.*s body=%zu large=%d short=%d https=%d remote=%.*s forwarded=%.*s "
	        "agent=%.*s",
	        methods[in->method], (int)in->path.n, (const char *)in->path.p, (int)in->query.n,
	        (const char *)in->query.p, in->body.n, in->body_large, in->body_short, in->https,
	        (int)in->remote.n, (const char *)in->remote.p, (int)in->forwarded.n,
	        (const char *)in->forwarded.p, (int)in->user_agent.n,
	        (const char *)in->user_agent.p) != 0)
		abort();
}

void
service_handle(const struct service *s, const struct http_request *in, struct http_reply *out)
{
	struct err e = ERR_INIT;

	out->status = 200;
	out->type = "text/plain";
	if (view_eq(in->path, view_str("/crash")))
		abort();
	if (view_eq(in->path, view_str("/hang")))
		for (;;)
			pause();
	if (view_eq(in->path, view_str("/gate")))
		wait_at_gate();
	if (view_eq(in->path, view_str("/log")))
		log_msg(LOG_LEVEL_INFO, "a worker speaks");
	if (view_eq(in->path, view_str("/log")) &&
	    journal_add(s->journal, view_str("a worker records"), &e) != 0)
		abort();
	if (view_eq(in->path, view_str("/pid"))) {
		if (buf_printf(&out->body, "%d", (int)getpid()) != 0)
			abort();
	} else if (view_eq(in->path, view_str("/replacing"))) {
		if (buf_add_str(&out->body, s->replacing ? "1" : "2") != 0)
			abort();
	} else if (view_eq(in->path, view_str("/url"))) {
		if (buf_add_str(&out->body, conf->public_url) != 0)
			abort();
	} else {
		echo(in, &out->body);
	}
}
