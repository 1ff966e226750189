/* SPDX-License-Identifier: ISC
 *
 * Durations: a number and one unit. Reading takes no sign, no fraction, no space and no second
 * unit, so that a slip of the pen in a configuration is an error and not another duration.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"

#define DAY INT64_C(86400)
#define SPAN_MAX (100 * 365 * DAY)

/* From large to small. */
static const struct {
	char letter;
	int64_t seconds;
} units[] = {{'y', 365 * DAY}, {'d', DAY}, {'h', 3600}, {'m', 60}, {'s', 1}};
#define UNITS (sizeof units / sizeof units[0])

int64_t
span_read(const char *text)
{
	int64_t n = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		n = n * 10 + (text[i] - '0');
		if (n > SPAN_MAX)
			return -1;
	}
	if (text[digits] == '\0')
		return n == 0 ? 0 : -1;
	for (size_t i = 0; i < UNITS; i++)
		if (text[digits] == units[i].letter && text[digits + 1] == '\0')
			return n <= SPAN_MAX / units[i].seconds ? n * units[i].seconds : -1;
	return -1;
}

void
span_write(int64_t seconds, char out[24])
{
	if (seconds == 0) {
		snprintf(out, 24, "0");
		return;
	}
	for (size_t i = 0; i < UNITS; i++)
		if (seconds % units[i].seconds == 0) {
			snprintf(
			    out, 24, "%" PRId64 "%c", seconds / units[i].seconds, units[i].letter);
			return;
		}
}
