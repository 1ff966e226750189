/* SPDX-License-Identifier: ISC
 *
 * See scep/revoke.h.
 */
#include "scep/revoke.h"

#include "base/clock.h"
#include "base/log.h"
#include "ca/crl_set.h"
#include "crl.h"

#define NAME_MAX_LEN 64

static int
write_line(const struct revocation *r, const char *by, struct buf *json)
{
	if (buf_printf(json,
	        "{\"what\":\"revoked\",\"at\":%lld,\"not_after\":%lld,\"ca\":\"%s\","
	        "\"serial\":\"%s\",\"reason\":\"%s\",\"by\":\"",
	        (long long)r->at, (long long)r->not_after, r->authority, r->serial,
	        r->reason) != 0 ||
	    log_escape(json, view_str(by), NAME_MAX_LEN) != 0)
		return -1;
	return buf_add_str(json, "\"}");
}

int
revoke_recorded(struct store *s, struct journal *j, const struct revocation *r, const char *by,
    enum revoked_state *state, struct err *e)
{
	struct buf json = {0};
	int rc = 0;

	if (j != NULL)
		rc = write_line(r, by, &json) == 0 ? journal_add(j, buf_view(&json), e)
		                                   : err_set(e, ERR_MEMORY, "journal");
	buf_free(&json);
	return rc == 0 ? store_revoke(s, r, state, e) : -1;
}

static int
supersede(struct service *s, const struct superseded *one, struct err *e)
{
	const struct revocation r = {.authority = one->authority,
	    .serial = one->serial,
	    .reason = crl_reason_name(CRL_REASON_SUPERSEDED),
	    .at = clock_now(),
	    .not_after = one->not_after};
	enum revoked_state state;

	if (revoke_recorded(s->store, s->journal, &r, "successor", &state, e) != 0)
		return -1;
	if (state == REVOKED_NOW)
		log_msg(LOG_LEVEL_INFO, "CA %s: %s is revoked: it has a successor", one->authority,
		    one->serial);
	return 0;
}

void
supersede_tick(struct service *s)
{
	struct superseded due[SUPERSEDED_MAX];
	struct err e = ERR_INIT;
	size_t n = 0;
	int rc = 0;

	if (!store_superseded_due(s->store))
		return;
	rc = store_superseded(s->store, due, &n, &e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = supersede(s, &due[i], &e);
	if (rc != 0)
		log_msg(LOG_LEVEL_ERROR, "revoking what has a successor: %s", e.detail);
}
