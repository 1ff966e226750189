/* SPDX-License-Identifier: ISC
 *
 * See fill.h.
 */
#include "fill.h"

#include <stdio.h>
#include <stdlib.h>

#define STEP 10000

static const char pending_script[] =
    "local now = redis.call('TIME')[1] * 1000\n"
    "for i = tonumber(ARGV[2]), tonumber(ARGV[3]) do\n"
    "  local mac = redis.sha1hex('p' .. i) .. string.sub(redis.sha1hex('q' .. i), 1, 24)\n"
    "  local exp = now + 86400000 + i\n"
    "  redis.call('HSET', KEYS[1] .. ':ch:' .. mac, 'p', ARGV[1], 'exp', exp, 'by', 'test', 'at', "
    "now)\n"
    "  redis.call('PEXPIREAT', KEYS[1] .. ':ch:' .. mac, exp)\n"
    "  redis.call('ZADD', KEYS[1] .. ':pend:' .. ARGV[1], exp, mac)\n"
    "end\n";
static const char certs_script[] =
    "local now, der = redis.call('TIME')[1] + 0, string.rep('x', tonumber(ARGV[4]))\n"
    "for i = tonumber(ARGV[2]), tonumber(ARGV[3]) do\n"
    "  local serial, na = redis.sha1hex('s' .. i), now + 86400 * 365 + i\n"
    "  local key, subject = KEYS[1] .. ':crt:ca:' .. serial, 'CN=device-' .. i .. ',O=Example'\n"
    "  redis.call('HSET', key, 'der', der, 'p', ARGV[1], 'sub', subject, 'san', 'DNS:device-' .. i "
    "..\n"
    "    '.example.org', 'na', na, 'at', now * 1000, 'src', '192.0.2.7', 'by', "
    "'dynamic:0123456789abcdef',\n"
    "    'spki', string.rep('0', 64), 'req', string.rep('0', 64))\n"
    "  redis.call('PEXPIREAT', key, (na + 86400) * 1000)\n"
    "  redis.call('ZADD', KEYS[1] .. ':exp:ca', na, serial)\n"
    "  redis.call('SET', KEYS[1] .. ':own:' .. redis.sha1hex(ARGV[1] .. '\\n' .. subject), "
    "'ca:' .. serial,\n"
    "    'PXAT', (na + 86400) * 1000)\n"
    "end\n";

static void
fill(struct test_redis *r, const char *script, const char *profile, long from, long to)
{
	for (long i = from; i < to; i += STEP) {
		redisReply *reply = redis_do(r, "EVAL %s 1 {scepd} %s %ld %ld %d", script, profile,
		    i, i + STEP < to ? i + STEP - 1 : to - 1, FILL_CERT_LEN);

		if (reply->type == REDIS_REPLY_ERROR) {
			fprintf(stderr, "fill: %s\n", reply->str);
			exit(1);
		}
		freeReplyObject(reply);
	}
}

void
fill_certs(struct test_redis *r, const char *profile, long from, long to)
{
	fill(r, certs_script, profile, from, to);
}

void
fill_pending(struct test_redis *r, const char *profile, long n)
{
	fill(r, pending_script, profile, 0, n);
}
