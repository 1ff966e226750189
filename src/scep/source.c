/* SPDX-License-Identifier: ISC
 *
 * Who sent a request. X-Forwarded-For counts only as far as trusted proxies wrote it.
 */
#include <stdio.h>
#include <string.h>

#include "base/net.h"
#include "request.h"

static bool
is_trusted(const struct service *s, struct view address)
{
	for (size_t i = 0; i < s->n_trusted_proxies; i++)
		if (net_has(&s->trusted_proxies[i], address))
			return true;
	return false;
}

/* The last entry of a comma-separated list; *rest becomes what stands before it. */
static struct view
last_entry(struct view list, struct view *rest)
{
	size_t start = list.n, end = list.n;

	while (start > 0 && list.p[start - 1] != ',')
		start--;
	*rest = view_of(list.p, start > 0 ? start - 1 : 0);
	while (start < end && list.p[start] == ' ')
		start++;
	while (end > start && list.p[end - 1] == ' ')
		end--;
	return view_of(list.p + start, end - start);
}

bool
source_among(const struct request *r, const struct net *nets, size_t n)
{
	bool among = n == 0;

	for (size_t i = 0; i < n && !among; i++)
		among = net_has(&nets[i], view_str(r->source));
	return among;
}

void
request_source(struct request *r)
{
	struct view source = r->http->remote, list = r->http->forwarded;

	while (list.n > 0 && is_trusted(r->service, source)) {
		struct view next = last_entry(list, &list);

		if (next.n == 0)
			break;
		source = next;
	}
	snprintf(r->source, sizeof r->source, "%.*s", (int)source.n,
	    source.n > 0 ? (const char *)source.p : "");
}
