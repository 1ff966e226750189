/* SPDX-License-Identifier: ISC
 *
 * The text encodings: a strict reader takes only what its writer makes, the forgiving one takes
 * that too, and an escaped value has no octet that could end a line.
 */
#include "base/enc.h"
#include "base/log.h"
#include "base/span.h"
#include "fuzz.h"

typedef int codec(struct buf *, struct view);

/* What `write` makes, `read` takes. */
static void
there_and_back(codec *write, codec *read, struct view in)
{
	struct buf text = {0}, back = {0};

	PROMISE(write(&text, in) == 0 && read(&back, buf_view(&text)) == 0);
	PROMISE(view_eq(buf_view(&back), in));
	buf_free(&text);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = view_of(data, size);
	struct buf value = {0}, text = {0};

	there_and_back(hex_write, hex_read, in);
	there_and_back(base64_write, base64_read, in);
	there_and_back(base64_write, base64_read_lenient, in);
	if (base64_read(&value, in) == 0)
		PROMISE(base64_write(&text, buf_view(&value)) == 0 && view_eq(buf_view(&text), in));
	buf_cut(&text, 0);
	PROMISE(
	    base64_read_lenient(&value, in) == 0 || hex_read(&value, in) == 0 || value.n <= size);
	PROMISE(percent_read(&text, in) == 0 && text.n <= size);
	PROMISE(span_read(buf_str(&text)) >= -1);
	buf_cut(&text, 0);
	PROMISE(log_escape(&text, in, 64) == 0);
	for (size_t i = 0; i < text.n; i++)
		PROMISE(text.p[i] >= 0x20 && text.p[i] != 0x7f);
	buf_free(&value);
	buf_free(&text);
	return 0;
}
