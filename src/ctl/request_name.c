/* SPDX-License-Identifier: ISC
 *
 * See ctl/request.h. The queue is short and looked through first; the records may be a million, and
 * are read in steps when the name is in neither list.
 */
#include "ctl/request.h"

#include <string.h>

#include "ctl/operator.h"
#include "store/record.h"

#define NAME_MIN 8 /* digits that name a request */

struct search {
	struct store *s;
	const char *begins;
	char *name;
	int n; /* different ones found, up to 2 */
};

static int
read_digits(const char *given, char begins[REQUEST_NAME_LEN + 1], struct err *e)
{
	size_t n = strlen(given);

	if (n < NAME_MIN || n > REQUEST_NAME_LEN || strspn(given, "0123456789abcdefABCDEF") != n)
		return err_set(e, ERR_USAGE,
		    "\"%.80s\" names no request: that takes %d to %d hexadecimal digits", given,
		    NAME_MIN, REQUEST_NAME_LEN);
	for (size_t i = 0; i <= n; i++)
		begins[i] = (char)(given[i] >= 'A' && given[i] <= 'F' ? given[i] + 32 : given[i]);
	return 0;
}

static int
search_lists(const struct ctl *c, struct search *w, struct err *e)
{
	for (size_t i = 0; w->n < 2 && i < c->conf.n_profiles; i++) {
		char other[REQUEST_NAME_LEN + 1];
		int more = store_request_find(w->s, c->conf.profiles[i].profile.id, w->begins,
		    w->n == 0 ? w->name : other, e);

		if (more < 0)
			return -1;
		w->n += more;
	}
	return 0;
}

/* A request may have got more than one certificate in its time. */
static int
take_record(void *arg, const struct record *r, struct err *e)
{
	struct search *w = arg;

	(void)e;
	if (r->request.n != REQUEST_NAME_LEN ||
	    (w->n > 0 && view_eq(r->request, view_str(w->name))))
		return 0;
	if (w->n++ == 0)
		snprintf(w->name, REQUEST_NAME_LEN + 1, "%.*s", (int)r->request.n,
		    (const char *)r->request.p);
	return w->n < 2 ? 0 : 1;
}

static int
search_ca(void *arg, const char *ca, struct err *e)
{
	struct search *w = arg;
	const struct record_filter filter = {.request = w->begins};

	return store_certs(w->s, ca, &filter, take_record, NULL, w, e);
}

int
request_name(struct ctl *c, struct store *s, const char *given, char name[REQUEST_NAME_LEN + 1],
    struct err *e)
{
	char begins[REQUEST_NAME_LEN + 1];
	struct search w = {.s = s, .begins = begins, .name = name};

	if (read_digits(given, begins, e) != 0)
		return -1;
	if (strlen(begins) == REQUEST_NAME_LEN) {
		memcpy(name, begins, sizeof begins);
		return 0;
	}
	if (search_lists(c, &w, e) != 0 ||
	    (w.n == 0 && operator_each_ca(c, NULL, search_ca, &w, e) < 0))
		return -1;
	if (w.n == 1)
		return 0;
	return err_set(e, ERR_USAGE,
	    w.n == 0 ? "no request that waits, was rejected or got a certificate begins with %s"
	             : "more than one request begins with %s",
	    begins);
}
