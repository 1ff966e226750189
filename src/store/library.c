/* SPDX-License-Identifier: ISC
 *
 * The function library as it was built in.
 */
#include "connection.h"
#include "src/store/library_text.h" /* made by the build */

struct view
library_text(void)
{
	return view_of(library, sizeof library);
}

const char *
library_digest(void)
{
	return LIBRARY_DIGEST;
}
