/* SPDX-License-Identifier: ISC
 *
 * See base/net.h. Every address is brought to octets by inet_pton(3), which resolves no names.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"

#define TEXT_MAX 64    /* longer than any address with its prefix */
#define MAPPED_BITS 96 /* in front of an IPv4 address in IPv6 (RFC 4291 section 2.5.5.2) */

static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* An address with all its bits. */
static int
address_read(const char *text, struct net *n)
{
	*n = (struct net){.kind = NET_IPV4, .bits = 32};
	if (inet_pton(AF_INET, text, n->address) == 1)
		return 0;
	*n = (struct net){.kind = NET_IPV6, .bits = 128};
	if (inet_pton(AF_INET6, text, n->address) == 1)
		return 0;
	*n = (struct net){.kind = NET_UNIX};
	return strcmp(text, "unix:") == 0 ? 0 : -1;
}

/* "/N": decimal, at most what the address has. */
static int
prefix_read(const char *text, struct net *n)
{
	size_t len = strlen(text);
	unsigned bits;

	if (n->kind == NET_UNIX || len == 0 || len > 3 || strspn(text, "0123456789") != len)
		return -1;
	bits = (unsigned)atoi(text);
	if (bits > n->bits)
		return -1;
	n->bits = bits;
	return 0;
}

/* Makes an IPv4 address of one that is mapped; one bit short of the mapping it stays IPv6. */
static void
unmap(struct net *n)
{
	if (n->kind != NET_IPV6 || n->bits < MAPPED_BITS ||
	    memcmp(n->address, mapped, sizeof mapped) != 0)
		return;
	n->kind = NET_IPV4;
	n->bits -= MAPPED_BITS;
	memmove(n->address, n->address + sizeof mapped, 4);
	memset(n->address + 4, 0, sizeof n->address - 4);
}

/* Whether the first `bits` bits are the same. */
static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

/* Whether no bit is set behind the prefix: most likely one too many was typed, or one too few. */
static bool
is_network(const struct net *n)
{
	for (unsigned i = n->bits; i < 8 * sizeof n->address; i++)
		if ((n->address[i / 8] & 0x80 >> i % 8) != 0)
			return false;
	return true;
}

int
net_read(const char *text, struct net *n)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char address[TEXT_MAX];

	*n = (struct net){.kind = NET_UNIX};
	if (len >= sizeof address)
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (address_read(address, n) != 0 || (slash != NULL && prefix_read(slash + 1, n) != 0))
		return -1;
	unmap(n);
	return is_network(n) ? 0 : -1;
}

bool
net_has(const struct net *n, struct view address)
{
	char text[TEXT_MAX];
	struct net one;

	if (address.n >= sizeof text || memchr(address.p, '\0', address.n) != NULL)
		return false;
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	if (address_read(text, &one) != 0)
		return false;
	unmap(&one);
	return one.kind == n->kind && same_bits(one.address, n->address, n->bits);
}

void
net_group(const char *text, char out[64])
{
	struct net n;

	snprintf(out, 64, "%s", text);
	if (address_read(text, &n) != 0)
		return;
	unmap(&n);
	if (n.kind == NET_IPV4)
		(void)inet_ntop(AF_INET, n.address, out, 64);
	if (n.kind != NET_IPV6)
		return;
	memset(n.address + 8, 0, 8);
	if (inet_ntop(AF_INET6, n.address, out, 60) != NULL)
		strcat(out, "/64");
}
