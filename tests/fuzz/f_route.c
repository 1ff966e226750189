/* SPDX-License-Identifier: ISC
 *
 * Any octets as a path and as a method: the profile lies inside the path and holds no slash.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/http.h"
#include "wire/route.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view path = view_of(data, size), profile;
	struct route r = route_of(path);
	struct buf text = {0};

	profile = r.profile;
	PROMISE((profile.n > 0) == (r.kind == ROUTE_SCEP || r.kind == ROUTE_CHALLENGE));
	PROMISE((r.authority.n > 0) ==
	        (r.kind == ROUTE_CRL || r.kind == ROUTE_CRL_PEM || r.kind == ROUTE_CA_CERT));
	if (r.authority.n > 0) {
		PROMISE(
		    r.authority.p > data && r.authority.n < size - (size_t)(r.authority.p - data));
		PROMISE(memchr(r.authority.p, '/', r.authority.n) == NULL);
	}
	if (profile.n > 0) {
		PROMISE(profile.p >= data && profile.n <= size - (size_t)(profile.p - data));
		PROMISE(memchr(profile.p, '/', profile.n) == NULL);
		PROMISE(route_below(path, view_str("/scep/")));
	}
	PROMISE(route_below(path, path));
	if (buf_add(&text, data, size) == 0)
		PROMISE(http_method_read(buf_str(&text)) <= HTTP_OTHER);
	buf_free(&text);
	return 0;
}
