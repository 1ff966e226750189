/* SPDX-License-Identifier: ISC
 *
 * Hexadecimal, base64 and percent-encoding. The strict base64 (RFC 4648 section 4) refuses all that
 * a canonical writer does not produce. The forgiving one takes what real clients put into a GET
 * (RFC 8894 section 4.1): both alphabets,
 * '+' that became a space, lost padding, line breaks. On any failure the output is unchanged.
 */
#include <string.h>

#include "base/enc.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Takes back what was written into the room of a buffer. */
static int
refuse(struct buf *out)
{
	buf_cut(out, out->n);
	return -1;
}

int
hex_write(struct buf *out, struct view in)
{
	uint8_t *to = in.n > SIZE_MAX / 2 ? NULL : buf_room(out, in.n * 2);

	if (to == NULL)
		return -1;
	for (size_t i = 0; i < in.n; i++) {
		*to++ = (uint8_t)hex_digits[in.p[i] >> 4];
		*to++ = (uint8_t)hex_digits[in.p[i] & 15];
	}
	out->n += in.n * 2;
	return 0;
}

int
hex_read(struct buf *out, struct view in)
{
	uint8_t *to = in.n % 2 != 0 ? NULL : buf_room(out, in.n / 2);

	if (to == NULL)
		return -1;
	for (size_t i = 0; i < in.n; i += 2) {
		int hi = hex_value(in.p[i]), lo = hex_value(in.p[i + 1]);

		if (hi < 0 || lo < 0)
			return refuse(out);
		*to++ = (uint8_t)(hi << 4 | lo);
	}
	out->n += in.n / 2;
	return 0;
}

void
hex_of(struct view in, char *out)
{
	for (size_t i = 0; i < in.n; i++) {
		*out++ = hex_digits[in.p[i] >> 4];
		*out++ = hex_digits[in.p[i] & 15];
	}
	*out = '\0';
}

int
hex_into(struct view in, uint8_t *out, size_t n)
{
	if (in.n != 2 * n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_value(in.p[2 * i]), lo = hex_value(in.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

int
base64_write(struct buf *out, struct view in)
{
	size_t need = (in.n / 3 + (in.n % 3 != 0)) * 4;
	uint8_t *to = in.n > SIZE_MAX / 2 ? NULL : buf_room(out, need);

	if (to == NULL)
		return -1;
	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t w = (uint32_t)in.p[i] << 16;

		if (left > 1)
			w |= (uint32_t)in.p[i + 1] << 8;
		if (left > 2)
			w |= in.p[i + 2];
		*to++ = (uint8_t)base64_digits[w >> 18];
		*to++ = (uint8_t)base64_digits[w >> 12 & 63];
		*to++ = left > 1 ? (uint8_t)base64_digits[w >> 6 & 63] : '=';
		*to++ = left > 2 ? (uint8_t)base64_digits[w & 63] : '=';
	}
	out->n += need;
	return 0;
}

/* Collects digits of six bits into octets. */
struct sextets {
	uint8_t *to;
	uint32_t word;
	size_t count; /* digits seen */
};

static void
sextet_add(struct sextets *s, int value)
{
	s->word = s->word << 6 | (uint32_t)value;
	if (++s->count % 4 != 0)
		return;
	*s->to++ = (uint8_t)(s->word >> 16);
	*s->to++ = (uint8_t)(s->word >> 8);
	*s->to++ = (uint8_t)s->word;
	s->word = 0;
}

/* Writes the octets of the last, incomplete group. Gives the bits that are left over, or -1 for a
 * single digit. */
static int
sextet_end(struct sextets *s)
{
	uint32_t word = s->word;

	switch (s->count % 4) {
	case 1:
		return -1;
	case 2:
		*s->to++ = (uint8_t)(word >> 4);
		return (int)(word & 15);
	case 3:
		*s->to++ = (uint8_t)(word >> 10);
		*s->to++ = (uint8_t)(word >> 2);
		return (int)(word & 3);
	}
	return 0;
}

int
base64_read(struct buf *out, struct view in)
{
	uint8_t *room;
	struct sextets s = {NULL, 0, 0};

	if (in.n % 4 != 0 || (room = s.to = buf_room(out, in.n / 4 * 3)) == NULL)
		return -1;
	for (int pad = 0; pad < 2 && in.n > 0 && in.p[in.n - 1] == '='; pad++)
		in.n--;
	for (size_t i = 0; i < in.n; i++) {
		int v = base64_value(in.p[i]);

		if (v < 0)
			return refuse(out);
		sextet_add(&s, v);
	}
	/* Bits that encode nothing must be zero, so that each value has one text only. */
	if (sextet_end(&s) != 0)
		return refuse(out);
	out->n += (size_t)(s.to - room);
	return 0;
}

static int
lenient_value(uint8_t c)
{
	if (c == ' ' || c == '-')
		c = '+';
	if (c == '_')
		c = '/';
	return base64_value(c);
}

int
base64_read_lenient(struct buf *out, struct view in)
{
	uint8_t *room = buf_room(out, in.n / 4 * 3 + 3);
	struct sextets s = {room, 0, 0};

	if (room == NULL)
		return -1;
	for (size_t i = 0; i < in.n && in.p[i] != '='; i++) {
		int v = lenient_value(in.p[i]);

		if (in.p[i] == '\r' || in.p[i] == '\n' || in.p[i] == '\t')
			continue;
		if (v < 0)
			return refuse(out);
		sextet_add(&s, v);
	}
	if (sextet_end(&s) < 0)
		return refuse(out);
	out->n += (size_t)(s.to - room);
	return 0;
}

int
percent_read(struct buf *out, struct view in)
{
	uint8_t *room = buf_room(out, in.n), *to = room;

	if (room == NULL)
		return -1;
	for (size_t i = 0; i < in.n; i++) {
		int hi = -1, lo = -1;

		if (in.p[i] == '%' && in.n - i > 2) {
			hi = hex_value(in.p[i + 1]);
			lo = hex_value(in.p[i + 2]);
		}
		if (hi < 0 || lo < 0) {
			*to++ = in.p[i];
			continue;
		}
		*to++ = (uint8_t)(hi << 4 | lo);
		i += 2;
	}
	out->n += (size_t)(to - room);
	return 0;
}
