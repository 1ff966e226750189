/* SPDX-License-Identifier: ISC
 *
 * See base/shared.h.
 */
#include "base/shared.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

void *
shared_make(size_t n, struct err *e)
{
	void *shared = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared != MAP_FAILED)
		return shared;
	err_set(e, ERR_INTERNAL, "cannot share memory: %s", strerror(errno));
	return NULL;
}
