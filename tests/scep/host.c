/* SPDX-License-Identifier: ISC
 *
 * See host.h.
 */
#include "host.h"

#include <string.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "base/enc.h"
#include "ca/crl.h"
#include "harness.h"
#include "store/crl.h"

#define NEED(ok) ((ok) ? (void)0 : need_failed(#ok, __LINE__))

/* Also called where no test runs yet. */
static void
need_failed(const char *what, int line)
{
	fprintf(stderr, "host.c:%d: %s\n", line, what);
	abort();
}

static void
add_authority(struct host *h)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct err e = ERR_INIT;
	char *pem;
	long n;

	PEM_write_bio_X509(out, h->rig->ca);
	n = BIO_get_mem_data(out, &pem);
	h->service.cas = calloc(1, sizeof *h->service.cas);
	h->service.n_cas = 1;
	h->ca = &h->service.cas[0];
	NEED(authority_read(
	         &h->ca->authority, "ca", view_of(pem, (size_t)n), (struct view){.n = 0}, &e) == 0);
	EVP_PKEY_up_ref(h->rig->ca_key);
	NEED((h->ca->key = ca_key_new(h->rig->ca_key, h->rig->ca, &e)) != NULL);
	BIO_free(out);
}

static void
run(struct host *h, const char *name)
{
	struct err e = ERR_INIT;

	h->service = (struct service){.store = redis_store_as(h->rig->redis, ACL_WORKER),
	    .crl_dir = strdup(tmpdir_path(&h->dir, "crl")),
	    .crl_validity = INT64_C(7) * 86400,
	    .crl_renew = 86400};
	snprintf(h->service.node, sizeof h->service.node, "%s", name);
	add_authority(h);
	NEED(service_prepare(&h->service, &e) == 0);
}

void
host_start(struct host *h, struct rig *r, const char *name)
{
	*h = (struct host){.rig = r};
	NEED(tmpdir_make(&h->dir) == 0);
	run(h, name);
}

void
host_restart(struct host *h)
{
	char name[64];

	memcpy(name, h->service.node, sizeof name);
	service_free(&h->service);
	run(h, name);
}

void
host_stop(struct host *h)
{
	service_free(&h->service);
	tmpdir_remove(&h->dir);
}

void
host_tick(struct host *h)
{
	struct store_conf c = redis_conf(h->rig->redis);
	char user[] = "worker";

	/* A new one asks at once. */
	store_free(h->service.store);
	c.user = user;
	h->service.store = redis_store_of(&c, "secret");
	h->service.tick_at = 0;
	CU_ASSERT(service_tick(&h->service) > 0);
}

/* 0, or 1 when there is none. */
static int
read_list(struct host *h, struct crl *list)
{
	struct view der = service_crl(h->ca);
	struct err e = ERR_INIT;

	*list = (struct crl){0};
	if (der.n == 0)
		return 1;
	CU_ASSERT_EQUAL_FATAL(crl_read(&h->ca->authority, der, list, &e), 0);
	return 0;
}

int64_t
host_number(struct host *h)
{
	struct crl list;
	int64_t number = read_list(h, &list) == 0 ? list.number : 0;

	crl_free(&list);
	return number;
}

size_t
host_entries(struct host *h)
{
	struct crl list;
	size_t n = read_list(h, &list) == 0 ? list.n : 0;

	crl_free(&list);
	return n;
}

bool
host_has(struct host *h, const char *serial)
{
	struct crl_set set = {0};
	struct buf octets = {0};
	struct crl list;
	struct err e = ERR_INIT;
	bool has = false;

	if (read_list(h, &list) == 0 && crl_entries(&list, &set, &e) == 0 &&
	    hex_read(&octets, view_str(serial)) == 0)
		has = crl_set_find(&set, buf_view(&octets)) != NULL;
	crl_set_free(&set);
	crl_free(&list);
	buf_free(&octets);
	return has;
}

void
host_revoke(struct rig *r, const char *serial, long seconds)
{
	enum revoked_state state;
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL(store_revoke(r->operator, &(struct revocation){.authority = "ca",
	                                 .serial = serial,
	                                 .reason = "keyCompromise",
	                                 .at = clock_now(),
	                                 .not_after = clock_now() + seconds},
	                    &state, &e),
	    0);
	CU_ASSERT_EQUAL(state, REVOKED_NOW);
}

void
host_alarm(struct rig *r, char out[200])
{
	struct crl_stored stored;
	struct err e = ERR_INIT;

	CU_ASSERT(store_crl(r->operator, "ca", &stored, &e) >= 0);
	snprintf(out, 200, "%s", stored.alarm);
	crl_stored_free(&stored);
}
