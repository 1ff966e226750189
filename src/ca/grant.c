/* SPDX-License-Identifier: ISC
 *
 * A grant names its plan by the digest of the to-be-signed octets. Whoever asks whether it covers a
 * plan gets the answer for the octets as they are now, not for a digest that was once written
 * beside them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/ossl.h"
#include "ca/grant.h"

struct grant {
	uint8_t tbs_digest[32];
	char reason[80];
};

struct grant *
grant_make(const struct claim *by, const struct plan *plan, struct err *e)
{
	struct grant *g = calloc(1, sizeof *g);

	if (g == NULL) {
		err_set(e, ERR_INTERNAL, "no memory for a grant");
		return NULL;
	}
	ossl_sha256(buf_view(&plan->tbs), g->tbs_digest);
	snprintf(g->reason, sizeof g->reason, "%s", claim_reason(by));
	return g;
}

bool
grant_covers(const struct grant *g, const struct plan *plan)
{
	uint8_t digest[32];

	if (g == NULL || plan->tbs.n == 0)
		return false;
	ossl_sha256(buf_view(&plan->tbs), digest);
	return memcmp(digest, g->tbs_digest, sizeof digest) == 0;
}

const char *
grant_reason(const struct grant *g)
{
	return g->reason;
}

void
grant_free(struct grant *g)
{
	free(g);
}
