/* SPDX-License-Identifier: ISC
 *
 * The head of a reply, whatever its status and body: lines of CGI, one of them empty and the last.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/http.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_reply r = {.status = size > 1 ? data[0] << 8 | data[1] : 200,
	    .type = "text/plain",
	    .retry_after = size > 2 ? data[2] : 0};
	struct buf head = {0};
	char length[40];

	PROMISE(buf_add(&r.body, data, size) == 0 && http_reply_head(&r, &head) == 0);
	PROMISE(strncmp(buf_str(&head), "Status: ", 8) == 0);
	PROMISE(strstr(buf_str(&head), "\r\n\r\n") == buf_str(&head) + head.n - 4);
	snprintf(length, sizeof length, "\r\nContent-Length: %zu\r\n", size);
	PROMISE(strstr(buf_str(&head), length) != NULL);
	PROMISE((strstr(buf_str(&head), "\r\nRetry-After: ") != NULL) == (r.retry_after != 0));
	http_reply_free(&r);
	buf_free(&head);
	return 0;
}
