/* SPDX-License-Identifier: ISC
 *
 * Any octets as a query string and as a body: an operation or an error, a message or an error.
 */
#include "fuzz.h"
#include "wire/query.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum http_method methods[] = {HTTP_GET, HTTP_POST};
	struct view input = view_of(data, size);

	for (size_t i = 0; i < 2; i++) {
		struct http_request r = {.method = methods[i], .query = input, .body = input};
		struct err e = ERR_INIT;
		enum scep_operation op;
		struct buf message = {0};

		if (query_operation(&r, &op, &e) == 0)
			PROMISE(query_operation_name(op)[0] != '\0');
		err_clear(&e);
		if (query_message(&r, &message, &e) == 0)
			PROMISE(message.n > 0);
		else
			PROMISE(message.n == 0 && e.code != ERR_OK);
		buf_free(&message);
	}
	return 0;
}
