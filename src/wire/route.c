/* SPDX-License-Identifier: ISC
 *
 * Paths. Clients append what they like to the address they were given (/pkiclient.exe, another
 * slash), so a path is read segment by segment and what follows the profile does not matter.
 */
#include "wire/route.h"

#include <string.h>
#include <strings.h>

/* Takes the next segment off the path; empty when there is none. */
static struct view
segment(struct view *path)
{
	struct view s;

	for (; path->n > 0 && path->p[0] == '/'; path->n--)
		path->p++;
	s = view_of(path->p, 0);
	for (; path->n > 0 && path->p[0] != '/'; path->n--) {
		path->p++;
		s.n++;
	}
	return s;
}

/* The segment without the suffix; empty when it has another one. */
static struct view
without(struct view segment, const char *suffix)
{
	size_t n = strlen(suffix);

	if (segment.n <= n || memcmp(segment.p + segment.n - n, suffix, n) != 0)
		return (struct view){0};
	return view_of(segment.p, segment.n - n);
}

/* /crl/NAME.crl and the like: two segments and nothing behind them. */
static bool
of_authority(struct view path, struct route *r)
{
	static const struct {
		const char *folder, *suffix;
		enum route_kind kind;
	} files[] = {{"crl", ".crl", ROUTE_CRL}, {"crl", ".pem", ROUTE_CRL_PEM},
	    {"ca", ".cer", ROUTE_CA_CERT}};
	struct view folder = segment(&path), name = segment(&path);

	for (size_t i = 0; path.n == 0 && i < sizeof files / sizeof files[0]; i++) {
		r->authority = without(name, files[i].suffix);
		if (r->authority.n > 0 && view_eq(folder, view_str(files[i].folder))) {
			r->kind = files[i].kind;
			return true;
		}
	}
	r->authority = (struct view){0};
	return false;
}

struct route
route_of(struct view path)
{
	struct route r = {.kind = ROUTE_OTHER};
	struct view profile;

	if (view_eq(path, view_str("/health")))
		r.kind = ROUTE_HEALTH;
	if (view_eq(path, view_str("/ready")))
		r.kind = ROUTE_READY;
	if (view_eq(path, view_str("/metrics")))
		r.kind = ROUTE_METRICS;
	if (path.n == 0 || path.p[0] != '/' || of_authority(path, &r) ||
	    !view_eq(segment(&path), view_str("scep")))
		return r;
	profile = segment(&path);
	if (profile.n == 0)
		return r;
	r.profile = profile;
	r.kind = view_eq(segment(&path), view_str("challenge")) && path.n == 0 ? ROUTE_CHALLENGE
	                                                                       : ROUTE_SCEP;
	return r;
}

bool
route_is_program(struct view segment)
{
	static const char *const programs[] = {
	    "pkiclient.exe", "pkiclient", "mscep.dll", "mscep", "cgi-bin", "certsrv"};

	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		if (segment.n == strlen(programs[i]) &&
		    strncasecmp((const char *)segment.p, programs[i], segment.n) == 0)
			return true;
	return false;
}

bool
route_below(struct view path, struct view prefix)
{
	struct view want;

	while ((want = segment(&prefix)).n > 0)
		if (!view_eq(segment(&path), want))
			return false;
	return true;
}
