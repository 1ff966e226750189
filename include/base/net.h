/* SPDX-License-Identifier: ISC
 *
 * Addresses of peers, compared by value: "127.0.0.1" and "::ffff:127.0.0.1" are the same, however
 * they are written.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* One address, or a network of them. */
struct net {
	enum net_kind { NET_UNIX, NET_IPV4, NET_IPV6 } kind;
	uint8_t address[16]; /* 4 octets of it for IPv4; none for NET_UNIX */
	unsigned bits;       /* how many of them count */
};

/* Reads "192.0.2.1", "2001:db8::1", a network "10.0.0.0/8", or "unix:", which is how web servers
 * name a peer on a Unix socket. IPv6 addresses that are mapped from IPv4 are IPv4. -1: none of
 * these, or a network with bits set behind its prefix. */
int net_read(const char *text, struct net *n) __attribute__((warn_unused_result));

/* Whether an address as text lies in it; no for what is no address. A network of IPv6 holds no
 * address of IPv4. */
bool net_has(const struct net *n, struct view address);

/* Who counts as one when wrong attempts are counted: an IPv4 address, or the /64 of one of IPv6, of
 * which a single subscriber has as many as he likes. Into out; what is no address stays as it is. */
void net_group(const char *text, char out[64]);

#endif
