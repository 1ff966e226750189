/* SPDX-License-Identifier: ISC
 *
 * Whether somebody has a reply already (RFC 9110 sections 8.8 and 13): he names its entity tag, or
 * repeats the date that he was given. Dates are compared as text, for they are our own.
 */
#include <stdio.h>
#include <string.h>

#include "wire/http.h"

void
http_date(time_t at, char out[HTTP_DATE_LEN])
{
	/* Not by strftime, whose names are those of a locale. */
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	                  months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	                      "Sep", "Oct", "Nov", "Dec"};
	struct tm tm = {.tm_mday = 1};

	gmtime_r(&at, &tm);
	snprintf(out, HTTP_DATE_LEN, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7],
	    tm.tm_mday % 100, months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
	    tm.tm_min % 100, tm.tm_sec % 100);
}

/* Takes the next element off a list with commas, without spaces around it; empty at the end. */
static struct view
element(struct view *list)
{
	struct view one;

	for (; list->n > 0 && strchr(" \t,", list->p[0]) != NULL; list->n--)
		list->p++;
	one = view_of(list->p, 0);
	for (; list->n > 0 && list->p[0] != ','; list->n--) {
		list->p++;
		one.n++;
	}
	while (one.n > 0 && (one.p[one.n - 1] == ' ' || one.p[one.n - 1] == '\t'))
		one.n--;
	return one;
}

/* The weak comparison, which is the one for If-None-Match; none of our tags has a comma in it. */
static bool
names_tag(struct view list, const char *etag)
{
	struct view one;

	while ((one = element(&list)).n > 0) {
		if (one.n > 2 && memcmp(one.p, "W/", 2) == 0)
			one = view_of(one.p + 2, one.n - 2);
		if (view_eq(one, view_str(etag)) || view_eq(one, view_str("*")))
			return true;
	}
	return false;
}

bool
http_unchanged(const struct http_request *in, const struct http_reply *r)
{
	char date[HTTP_DATE_LEN];

	if (r->status != 200 || (in->method != HTTP_GET && in->method != HTTP_HEAD))
		return false;
	if (in->if_none_match.n > 0)
		return *r->etag != '\0' && names_tag(in->if_none_match, r->etag);
	http_date(r->modified, date);
	return r->modified != 0 && view_eq(in->if_modified_since, view_str(date));
}

void
http_reply_unchanged(struct http_reply *r)
{
	buf_free(&r->body);
	r->status = 304;
	r->type = NULL;
}
