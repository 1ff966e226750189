/* SPDX-License-Identifier: ISC
 *
 * Durations as people write them: "90s", "60m", "12h", "14d", "2y" (a year is 365 days), "0".
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdint.h>

/* Seconds of a duration; -1 when the text is none or larger than 100 years. */
int64_t span_read(const char *text);

/* The shortest exact text of a duration in seconds, into out[24]. */
void span_write(int64_t seconds, char out[24]);

#endif
