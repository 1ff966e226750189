/* SPDX-License-Identifier: ISC
 *
 * Paths as clients send them, and the profile each one means.
 */
#include "wire/route.h"
#include "suites.h"

static void
paths(void)
{
	static const struct {
		const char *path;
		enum route_kind kind;
		const char *name; /* of a profile or an authority */
	} rows[] = {
	    {"/scep/vpn", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/pkiclient.exe", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/mscep.dll/pkiclient.exe", ROUTE_SCEP, "vpn"},
	    {"//scep///vpn//pkiclient.exe", ROUTE_SCEP, "vpn"},
	    {"/scep/7f6c0b1e-0000-4000-8000-000000000001/pkiclient.exe", ROUTE_SCEP,
	        "7f6c0b1e-0000-4000-8000-000000000001"},
	    {"/scep/challenge", ROUTE_SCEP, "challenge"},
	    {"/scep/vpn/challenge", ROUTE_CHALLENGE, "vpn"},
	    {"/scep//vpn//challenge", ROUTE_CHALLENGE, "vpn"},
	    {"/scep/challenge/challenge", ROUTE_CHALLENGE, "challenge"},
	    {"/scep/vpn/challenge/", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/challenge/x", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/Challenge", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/challenges", ROUTE_SCEP, "vpn"},
	    {"/scep/vpn/x/challenge", ROUTE_SCEP, "vpn"},
	    {"/health", ROUTE_HEALTH, ""},
	    {"/ready", ROUTE_READY, ""},
	    {"/metrics", ROUTE_METRICS, ""},
	    {"/metrics/", ROUTE_OTHER, ""},
	    {"/x/metrics", ROUTE_OTHER, ""},
	    {"/ready/", ROUTE_OTHER, ""},
	    {"/healthy", ROUTE_OTHER, ""},
	    {"/x/health", ROUTE_OTHER, ""},
	    {"", ROUTE_OTHER, ""},
	    {"/", ROUTE_OTHER, ""},
	    {"/scep", ROUTE_OTHER, ""},
	    {"/scep/", ROUTE_OTHER, ""},
	    {"/scep//", ROUTE_OTHER, ""},
	    {"scep/vpn", ROUTE_OTHER, ""},
	    {"/SCEP/vpn", ROUTE_OTHER, ""},
	    {"/scepter/vpn", ROUTE_OTHER, ""},
	    {"/x/scep/vpn", ROUTE_OTHER, ""},
	    {"/crl/ca-2.crl", ROUTE_CRL, "ca-2"},
	    {"//crl//ca.crl", ROUTE_CRL, "ca"},
	    {"/crl/ca.pem", ROUTE_CRL_PEM, "ca"},
	    {"/crl/ca.crl.crl", ROUTE_CRL, "ca.crl"},
	    {"/ca/ca.cer", ROUTE_CA_CERT, "ca"},
	    {"/crl/.crl", ROUTE_OTHER, ""},
	    {"/crl/ca.CRL", ROUTE_OTHER, ""},
	    {"/crl/ca.cer", ROUTE_OTHER, ""},
	    {"/crl/ca", ROUTE_OTHER, ""},
	    {"/crl/ca.crl/", ROUTE_OTHER, ""},
	    {"/crl/x/ca.crl", ROUTE_OTHER, ""},
	    {"/x/crl/ca.crl", ROUTE_OTHER, ""},
	    {"/ca/ca.crl", ROUTE_OTHER, ""},
	    {"/ca/ca.pem", ROUTE_OTHER, ""},
	    {"crl/ca.crl", ROUTE_OTHER, ""},
	    {"/scep/crl/ca.crl", ROUTE_SCEP, "crl"},
	    {"/cgi-bin/pkiclient.exe", ROUTE_OTHER, ""},
	    {"/certsrv/mscep/mscep.dll/pkiclient.exe", ROUTE_OTHER, ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct route r = route_of(view_str(rows[i].path));
		bool of_profile = r.kind == ROUTE_SCEP || r.kind == ROUTE_CHALLENGE;

		if (r.kind != rows[i].kind ||
		    !view_eq(of_profile ? r.profile : r.authority, view_str(rows[i].name)) ||
		    (of_profile ? r.authority : r.profile).n != 0)
			CU_FAIL(rows[i].path);
	}
}

static void
below_a_prefix(void)
{
	static const struct {
		const char *path, *prefix;
		bool below;
	} rows[] = {
	    {"/cgi-bin/pkiclient.exe", "/cgi-bin/pkiclient.exe", true},
	    {"/cgi-bin/pkiclient.exe", "/cgi-bin", true},
	    {"/cgi-bin/pkiclient.exe", "/cgi-bin//", true},
	    {"/cgi-bin", "/cgi-bin/", true},
	    {"//cgi-bin/x", "/cgi-bin", true},
	    {"/anything", "/", true},
	    {"/", "/", true},
	    {"/cgi-bin2/x", "/cgi-bin", false},
	    {"/cgi-bi", "/cgi-bin", false},
	    {"/x/cgi-bin", "/cgi-bin", false},
	    {"/", "/cgi-bin", false},
	    {"", "/cgi-bin", false},
	    {"/Cgi-bin", "/cgi-bin", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (route_below(view_str(rows[i].path), view_str(rows[i].prefix)) != rows[i].below)
			CU_FAIL(rows[i].path);
}

CU_TestInfo route_tests[] = {
    T(paths),
    T(below_a_prefix),
    CU_TEST_INFO_NULL,
};
