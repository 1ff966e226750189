/* SPDX-License-Identifier: ISC
 *
 * Addresses and networks: what is one, and what lies in it.
 */
#include "base/net.h"
#include "suites.h"

static bool
has(const char *net, const char *address)
{
	struct net n;

	CU_ASSERT_EQUAL_FATAL(net_read(net, &n), 0);
	return net_has(&n, view_str(address));
}

static void
an_address_is_itself_however_written(void)
{
	CU_ASSERT(has("192.0.2.1", "192.0.2.1"));
	CU_ASSERT(!has("192.0.2.1", "192.0.2.2"));
	CU_ASSERT(!has("192.0.2.1", "193.0.2.1"));
	CU_ASSERT(has("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"));
	CU_ASSERT(!has("2001:db8::1", "2001:db8::2"));
	CU_ASSERT(has("192.0.2.1", "::ffff:192.0.2.1"));
	CU_ASSERT(has("::ffff:c000:201", "192.0.2.1"));
	CU_ASSERT(!has("192.0.2.1", "::192.0.2.1"));
	CU_ASSERT(has("unix:", "unix:"));
	CU_ASSERT(!has("unix:", "0.0.0.0"));
	CU_ASSERT(!has("unix:", ""));
	CU_ASSERT(!has("0.0.0.0", "unix:"));
}

static void
a_network_has_its_addresses(void)
{
	CU_ASSERT(has("10.0.0.0/8", "10.255.0.1"));
	CU_ASSERT(!has("10.0.0.0/8", "11.0.0.1"));
	CU_ASSERT(has("192.0.2.128/25", "192.0.2.255"));
	CU_ASSERT(!has("192.0.2.128/25", "192.0.2.127"));
	CU_ASSERT(has("192.0.2.1/32", "192.0.2.1"));
	CU_ASSERT(!has("192.0.2.1/32", "192.0.2.0"));
	CU_ASSERT(has("2001:db8::/33", "2001:db8:7fff::1"));
	CU_ASSERT(!has("2001:db8::/33", "2001:db8:8000::1"));
	CU_ASSERT(has("::ffff:10.0.0.0/104", "10.1.2.3"));
	CU_ASSERT(has("0.0.0.0/0", "203.0.113.9"));
	CU_ASSERT(has("::/0", "2001:db8::1"));
	/* Each family by itself: nobody who writes ::/0 thinks of IPv4. */
	CU_ASSERT(!has("::/0", "192.0.2.1"));
	CU_ASSERT(!has("::/0", "::ffff:192.0.2.1"));
	CU_ASSERT(!has("0.0.0.0/0", "2001:db8::1"));
	CU_ASSERT(!has("0.0.0.0/0", "unix:"));
}

static void
what_is_no_network(void)
{
	static const char *const bad[] = {"", "proxy", "192.0.2", "192.0.2.1.1", "192.0.2.1:80",
	    "[::1]", "fe80::1%eth0", "unix:/run/x", "unix:/8", "10.0.0.0/", "10.0.0.0/33",
	    "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/0008", "::/129", "10.0.0.1/8",
	    "192.0.2.129/25", "2001:db8::1/64", "::ffff:0.0.0.0/95", /* half of it is no IPv4 */
	    "0000000000000000000000000000000000000000000000000000000000000000000001"};
	struct net n;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (net_read(bad[i], &n) != -1)
			CU_FAIL(bad[i]);
}

static void
what_is_no_address_lies_nowhere(void)
{
	struct net n;

	CU_ASSERT_EQUAL_FATAL(net_read("0.0.0.0/0", &n), 0);
	CU_ASSERT(!net_has(&n, view_str("")));
	CU_ASSERT(!net_has(&n, view_str("unknown")));
	CU_ASSERT(!net_has(&n, view_str("10.0.0.0/8")));
	CU_ASSERT(!net_has(&n, view_of("10.0.0.1\0", 9)));
	CU_ASSERT(!net_has(&n,
	    view_str("0000000000000000000000000000000000000000000000000000000000000000000001")));
}

CU_TestInfo net_tests[] = {
    T(an_address_is_itself_however_written),
    T(a_network_has_its_addresses),
    T(what_is_no_network),
    T(what_is_no_address_lies_nowhere),
    CU_TEST_INFO_NULL,
};
