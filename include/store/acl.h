/* SPDX-License-Identifier: ISC
 *
 * What an account of the server must be allowed, and no more. The functions run with the rights of
 * their caller, so the commands inside them have to be granted too; which these are is read off the
 * library itself, so that the two cannot differ.
 */
#ifndef STORE_ACL_H
#define STORE_ACL_H

#include "base/buf.h"
#include "base/err.h"

enum acl_role {
	ACL_WORKER,   /* scepd */
	ACL_OPERATOR, /* scepctl: challenges, requests, records */
	ACL_ADMIN,    /* scepctl store: the library and the configuration of the server too */
	ACL_ROLES
};

/* "worker", "operator", "admin". */
const char *acl_role_name(enum acl_role role);

/* Appends the rules of a role for the pool `prefix`, as they stand behind "ACL SETUSER name" or
 * "user name" of an ACL file: keys, channels, commands; neither password nor "on". -1: MEMORY. */
int acl_rules(enum acl_role role, const char *prefix, struct buf *out, struct err *e)
    __attribute__((warn_unused_result));

/* Who calls a function of the library: the least of the roles, ACL_ROLES when nobody is known to.
 */
enum acl_role acl_caller(const char *function);

#endif
