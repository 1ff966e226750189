/* SPDX-License-Identifier: ISC
 *
 * The configuration: scepd.conf and profiles.d/NAME.conf in libconfig's syntax. One table of keys
 * drives reading, checking, `scepd -T` and the test that every key stands in the manual. Any fault
 * is an error of the form "FILE:LINE: what, allowed".
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdio.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/net.h"
#include "ca/profile.h"
#include "store/store.h"

/* The files of an RA: a certificate and its key, or two of each when one signs and the other takes
 * messages. Paths are absolute, and a key may be a pkcs11 URI; owned. */
struct conf_ra {
	char *cert, *key;           /* takes messages; signs too unless there is another */
	char *sign_cert, *sign_key; /* NULL: there is none */
	int number;                 /* its generation, from 1; in a list its place */
	bool staged;                /* made, and waits until every host has it */
};

struct conf_profile {
	struct profile profile; /* owned */
	char *file;             /* path of the file it came from; owned */
	struct conf_ra *ras;    /* the oldest first; owned */
	size_t n_ras;
	bool ras_listed; /* by the profile; else they are what its folder holds (conf/ras.h) */
};

struct conf {
	char *file, *dir; /* of scepd.conf; owned, absolute */
	char *public_url; /* without trailing slash */
	char *listen;     /* "/path" (Unix) or "127.0.0.1:9000"; "" : fd 0 or systemd only */
	mode_t listen_mode;
	char *listen_group; /* "" : leave */
	char *user, *group; /* whom scepd becomes when started as root, and who owns what scepctl
	                       makes; "" : nobody else */
	int workers;        /* 0: four a CPU */
	int64_t request_deadline, drain_deadline; /* seconds */
	int max_requests;                         /* after which a worker is replaced; 0: never */
	char *log_target;
	enum log_format log_format;
	enum log_level log_level;
	struct net *trusted_proxies;
	size_t n_trusted_proxies;
	bool allow_http_challenge;       /* challenges are handed out over plain HTTP too */
	char *default_profile;           /* "" : none */
	char *ca_dir, *passphrase_dir;   /* absolute; passphrase_dir "" : none */
	struct store_conf store;         /* strings owned */
	char *issued_log;                /* absolute; "": none */
	int64_t record_grace;            /* seconds */
	char *crl_dir;                   /* absolute */
	int64_t crl_validity, crl_renew; /* seconds */
	int64_t warn_before;             /* seconds */
	char *node_name;                 /* "": the name of the host */
	char *pkcs11_module;             /* absolute; "": what the URI of a key says */
	char *operator_user, *operator_password_file; /* of scepctl at the store; "": as scepd */
	struct conf_profile *profiles;
	size_t n_profiles;
	char digest[65]; /* of what must be the same on all hosts (conf/digest.h) */
};

/* Reads and checks scepd.conf at `path` and every profiles.d/NAME.conf beside it. Key files are not
 * opened. The first fault ends it: -1 CONFIG, with "FILE:LINE: ..." as the detail. In any case free
 * it afterwards. */
int conf_read(const char *path, struct conf *c, struct err *e) __attribute__((warn_unused_result));
void conf_free(struct conf *c);

/* The effective configuration as `scepd -T` shows it: each key, its value in the file's syntax, and
 * where it comes from
 * ("default" or FILE:LINE). Secrets (challenge hashes) are masked. -1: CONFIG as conf_read. */
int conf_print(const char *path, FILE *out, struct err *e) __attribute__((warn_unused_result));

/* Every key of the table in turn, for the manual and its test: NULL ends. `file` is "scepd.conf" or
 * "profile"; `def` is the default as it would be written, `allowed` one phrase. */
struct conf_key {
	const char *file, *path, *type, *def, *allowed;
};
const struct conf_key *conf_keys(void);

/* The profile of that name or id; NULL. */
const struct conf_profile *conf_profile(const struct conf *c, const char *name_or_id);

#endif
