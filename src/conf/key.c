/* SPDX-License-Identifier: ISC
 *
 * The table of keys. The defaults of a profile here are what profile_init sets; a test holds the
 * two together.
 */
#include <stdbool.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/key.h"

#define HOUR (INT64_C(60) * 60)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)

#define BOOLEAN "true or false"
#define NOWHERE .take = NULL /* a group, or taken with the list that it is in */
#define AT(field) .offset = offsetof(struct conf, field)
#define PROFILE(field) .offset = offsetof(struct conf_profile, profile.field)

/* An enum is filled like an int. */
_Static_assert(sizeof(enum log_format) == sizeof(int) && sizeof(enum log_level) == sizeof(int) &&
                   sizeof(enum challenge_type) == sizeof(int),
    "enums of another size than int");

static const struct key main_keys[] = {
    {"public_url", KEY_STRING, "\"http://localhost\"", "an http:// or https:// URL",
        .take = take_url},
    {"listen", KEY_STRING, "\"/run/scepd/scepd.sock\"",
        "the path of a socket (at most 107 octets), \"ADDRESS:PORT\", or \"\"",
        .take = take_listen},
    {"listen_mode", KEY_MODE, "\"0660\"", "an octal mode in quotes, such as \"0660\"",
        AT(listen_mode)},
    {"listen_group", KEY_STRING, "\"\"", "the name of a group, or \"\"", AT(listen_group)},
    {"user", KEY_STRING, "\"scepd\"", "the name of a user, or \"\"", AT(user)},
    {"group", KEY_STRING, "\"\"", "the name of a group, or \"\" for that of the user", AT(group)},
    {"workers", KEY_INT, "0", "a whole number from 0 to 512 (0: four a processor)", 0, 512,
        AT(workers)},
    {"request_deadline", KEY_SPAN, "\"10s\"", "a duration from \"1s\" to \"1h\"", 1, HOUR,
        AT(request_deadline)},
    {"drain_deadline", KEY_SPAN, "\"15s\"", "a duration from \"1s\" to \"1h\"", 1, HOUR,
        AT(drain_deadline)},
    {"max_requests", KEY_INT, "100000", "a whole number from 0 to 1000000000 (0: no limit)", 0,
        1000000000, AT(max_requests)},
    {"log_target", KEY_STRING, "\"stderr\"", "\"stderr\", \"syslog\" or the path of a file",
        .take = take_log_target},
    {"log_format", KEY_CHOICE, "\"logfmt\"", "\"logfmt\" or \"json\"", .choices = "logfmt|json",
        AT(log_format)},
    {"log_level", KEY_CHOICE, "\"info\"", "\"error\", \"warn\", \"info\" or \"debug\"",
        .choices = "error|warn|info|debug", AT(log_level)},
    {"trusted_proxies", KEY_STRINGS, "[ ]",
        "a list of IP addresses, networks such as \"10.0.0.0/8\", or \"unix:\"",
        .take = take_proxies},
    {"allow_http_challenge", KEY_BOOL, "false", BOOLEAN, AT(allow_http_challenge)},
    {"default_profile", KEY_STRING, "\"\"", "the name of a profile, or \"\"", AT(default_profile)},
    {"ca_dir", KEY_PATH, "\"ca\"", "the path of a folder", AT(ca_dir)},
    {"passphrase_dir", KEY_PATH, "\"\"", "the path of a folder, or \"\"", AT(passphrase_dir)},
    {"pkcs11_module", KEY_PATH, "\"\"", "the path of a file, or \"\"", AT(pkcs11_module)},
    {"store", KEY_GROUP, "{ }", "a group", NOWHERE},
    {"store.server", KEY_STRING, "\"/run/redis/redis-server.sock\"",
        "the path of a socket, \"HOST:PORT\", or \"\" with sentinels", .take = take_server},
    {"store.sentinels", KEY_STRINGS, "[ ]", "a list of \"HOST:PORT\"", .take = take_sentinels},
    {"store.primary", KEY_STRING, "\"scepd\"", "the name of the primary at the sentinels",
        AT(store.primary)},
    {"store.user", KEY_STRING, "\"\"", "the name of an ACL user, or \"\"", AT(store.user)},
    {"store.password_file", KEY_PATH, "\"\"", "the path of a file, or \"\"",
        AT(store.password_file)},
    {"store.operator_user", KEY_STRING, "\"\"", "the name of an ACL user, or \"\"",
        AT(operator_user)},
    {"store.operator_password_file", KEY_PATH, "\"\"", "the path of a file, or \"\"",
        AT(operator_password_file)},
    {"store.database", KEY_INT, "0", "a whole number from 0 to 65535", 0, 65535,
        AT(store.database)},
    {"store.prefix", KEY_STRING, "\"scepd\"", "1 to 63 letters, digits, \".\", \"_\" or \"-\"",
        .take = take_prefix},
    {"store.timeout", KEY_SPAN, "\"1s\"", "a duration from \"1s\" to \"1m\"", 1, 60,
        .take = take_timeout},
    {"store.durability", KEY_CHOICE, "\"fsync\"", "\"none\", \"fsync\" or \"replicated\"",
        .choices = "none|fsync|replicated", AT(store.durability)},
    {"store.replicas", KEY_INT, "1", "a whole number from 1 to 16", 1, 16, AT(store.replicas)},
    {"store.strict", KEY_BOOL, "false", BOOLEAN, AT(store.strict)},
    {"store.pepper_file", KEY_PATH, "\"pepper\"", "the path of a file", AT(store.pepper_file)},
    {"store.tls", KEY_BOOL, "false", BOOLEAN, AT(store.tls)},
    {"store.tls_ca_file", KEY_PATH, "\"\"", "the path of a file, or \"\"", AT(store.tls_ca_file)},
    {"store.tls_name", KEY_STRING, "\"\"", "the name in the certificate of the store, or \"\"",
        AT(store.tls_name)},
    {"issued_log", KEY_PATH, "\"/var/lib/scepd/issued.log\"",
        "the path of a file, or \"\" for none", AT(issued_log)},
    {"record_grace", KEY_SPAN, "\"30d\"", "a duration from \"0\" to \"10y\"", 0, 10 * YEAR,
        AT(record_grace)},
    {"crl", KEY_GROUP, "{ }", "a group", NOWHERE},
    {"crl.dir", KEY_PATH, "\"/var/lib/scepd/crl\"", "the path of a folder", AT(crl_dir)},
    {"crl.validity", KEY_SPAN, "\"7d\"", "a duration from \"1h\" to \"1y\"", HOUR, YEAR,
        AT(crl_validity)},
    {"crl.renew", KEY_SPAN, "\"1d\"",
        "a duration from \"1m\" to \"1y\" (shorter than crl.validity)", 60, YEAR,
        .take = take_crl_renew},
    {"warn_before", KEY_SPAN, "\"30d\"", "a duration from \"0\" to \"10y\"", 0, 10 * YEAR,
        AT(warn_before)},
    {"node_name", KEY_STRING, "\"\"", "at most 63 octets, or \"\" for the name of the host",
        AT(node_name)},
    {.path = NULL},
};

static const struct key profile_keys[] = {
    {"id", KEY_STRING, NULL, "a UUID", .take = take_id},
    {"ca", KEY_STRING, NULL, "the name of an authority", .take = take_ca},
    {"paths", KEY_STRINGS, "[ ]", "a list of paths that begin with \"/\", none below /scep",
        .take = take_paths},
    {"challenge", KEY_GROUP, NULL, "a group", NOWHERE},
    {"challenge.type", KEY_CHOICE, "\"static\"", "\"static\", \"dynamic\" or \"none\"",
        .choices = "static|dynamic|none", PROFILE(challenge_type)},
    {"challenge.static", KEY_LIST, "( )", "a list of groups", .take = take_challenges},
    {"challenge.static.name", KEY_STRING, NULL, "a name of 1 to 63 octets, once in a profile",
        NOWHERE},
    {"challenge.static.hash", KEY_STRING, NULL, "what \"scepctl challenge hash\" prints", NOWHERE},
    {"challenge.static.not_before", KEY_DATE, "\"\"",
        "a UTC date such as \"2030-01-31\" or \"2030-01-31T12:00:00Z\"", NOWHERE},
    {"challenge.static.not_after", KEY_DATE, "\"\"",
        "a UTC date such as \"2030-01-31\" or \"2030-01-31T12:00:00Z\"", NOWHERE},
    {"challenge_expiry_minutes", KEY_INT, "60", "a whole number from 1 to 43200", 1, 43200,
        PROFILE(challenge_expiry_minutes)},
    {"max_pending_challenges", KEY_INT, "100", "a whole number from 1 to 100000", 1, 100000,
        PROFILE(max_pending_challenges)},
    {"approval", KEY_CHOICE, "\"automatic\"", "\"automatic\", \"manual\" or \"without_challenge\"",
        .choices = "automatic|manual|without_challenge", .take = take_approval},
    {"pending_ttl", KEY_SPAN, "\"7d\"", "a duration from \"1m\" to \"90d\"", 60, 90 * DAY,
        PROFILE(pending_ttl)},
    {"max_pending_requests", KEY_INT, "1000", "a whole number from 1 to 100000", 1, 100000,
        PROFILE(max_pending_requests)},
    {"wrong_challenges", KEY_INT, "100", "a whole number from 0 to 100000 (0: no limit)", 0, 100000,
        PROFILE(wrong_challenges)},
    {"wrong_challenges_window", KEY_SPAN, "\"10m\"", "a duration from \"1s\" to \"1d\"", 1, DAY,
        PROFILE(wrong_challenges_window)},
    {"allow_from", KEY_STRINGS, "[ ]", "a list of IP addresses and networks",
        .take = take_allow_from},
    {"challenge_allow_from", KEY_STRINGS, "[ ]", "a list of IP addresses and networks",
        .take = take_challenge_allow_from},
    {"include_ca_certificate", KEY_BOOL, "true", BOOLEAN, PROFILE(include_ca_certificate)},
    {"include_root", KEY_BOOL, "true", BOOLEAN, PROFILE(include_root)},
    {"allow_renewal", KEY_BOOL, "true", BOOLEAN, PROFILE(allow_renewal)},
    {"renewal_scope", KEY_CHOICE, "\"profile\"", "\"profile\" or \"authority\"",
        .choices = "profile|authority", PROFILE(renewal_scope)},
    {"renewal_window", KEY_SPAN, "\"0\"", "a duration from \"0\" to \"50y\" (\"0\": at any time)",
        0, 50 * YEAR, PROFILE(renewal_window)},
    {"renewal_grace", KEY_SPAN, "\"0\"", "a duration from \"0\" to \"1y\"", 0, YEAR,
        PROFILE(renewal_grace)},
    {"renewal_new_key", KEY_BOOL, "false", BOOLEAN, PROFILE(renewal_new_key)},
    {"renewal_challenge", KEY_BOOL, "false", BOOLEAN, PROFILE(renewal_challenge)},
    {"get_cert", KEY_CHOICE, "\"owner\"", "\"owner\" or \"authority\"",
        .choices = "owner|authority", PROFILE(get_cert)},
    {"revoke_previous_after", KEY_STRING, "\"never\"",
        "\"never\" or a duration from \"0\" to \"1y\"", 0, YEAR, .take = take_revoke_previous},
    {"chain_in_reply", KEY_BOOL, "false", BOOLEAN, PROFILE(chain_in_reply)},
    {"signer_must_match", KEY_BOOL, "false", BOOLEAN, PROFILE(signer_must_match)},
    {"fail_info_text", KEY_BOOL, "true", BOOLEAN, PROFILE(fail_info_text)},
    {"bad_cipher_reply", KEY_CHOICE, "\"http\"", "\"http\" or \"certrep\"",
        .choices = "http|certrep", .take = take_bad_cipher},
    {"allow_upn", KEY_BOOL, "false", BOOLEAN, PROFILE(allow_upn)},
    {"des3", KEY_BOOL, "true", BOOLEAN, .take = take_des3},
    {"sha1", KEY_BOOL, "true", BOOLEAN, .take = take_sha1},
    {"signing_time_window", KEY_SPAN, "\"0\"",
        "a duration from \"0\" to \"1y\" (\"0\": not looked at)", 0, YEAR,
        PROFILE(signing_time_window)},
    {"validity", KEY_SPAN, "\"365d\"", "a duration from \"1m\" to \"50y\"", 60, 50 * YEAR,
        PROFILE(validity)},
    {"backdate", KEY_SPAN, "\"10m\"", "a duration from \"0\" to \"7d\"", 0, 7 * DAY,
        PROFILE(backdate)},
    {"key_usage", KEY_STRINGS, "[ \"digitalSignature\", \"keyEncipherment\" ]",
        "a list of one or more of \"digitalSignature\", \"nonRepudiation\", \"keyEncipherment\", "
        "\"dataEncipherment\", \"keyAgreement\"",
        .take = take_key_usage},
    {"extended_key_usage", KEY_STRINGS, "[ \"clientAuth\" ]",
        "a list of names such as \"clientAuth\" or dotted OIDs, not anyExtendedKeyUsage",
        .take = take_eku},
    {"crl_url", KEY_STRING, "\"\"", "an http://, https:// or ldap:// URL, or \"\"",
        .take = take_crl_url},
    {"ca_url", KEY_STRING, "\"\"", "an http://, https:// or ldap:// URL, or \"\"",
        .take = take_ca_url},
    {"min_rsa_bits", KEY_INT, "2048", "a whole number from 1024 to 8192", 1024, 8192,
        PROFILE(min_rsa_bits)},
    {"allow_ec", KEY_BOOL, "true", BOOLEAN, PROFILE(allow_ec)},
    {"allow_ed25519", KEY_BOOL, "false", BOOLEAN, PROFILE(allow_ed25519)},
    {"ra", KEY_LIST, "( )", "a list of 1 to 8 groups, or of none for what ra/NAME holds",
        .take = take_ras},
    {"ra.certificate", KEY_STRING, NULL, "the path of a file", NOWHERE},
    {"ra.key", KEY_STRING, NULL, "the path of a file, or a pkcs11 URI", NOWHERE},
    {"ra.sign_certificate", KEY_STRING, "\"\"", "the path of a file, or \"\"", NOWHERE},
    {"ra.sign_key", KEY_STRING, "\"\"", "the path of a file, a pkcs11 URI, or \"\"", NOWHERE},
    {.path = NULL},
};

#define MAIN_KEYS (sizeof main_keys / sizeof main_keys[0] - 1)
#define PROFILE_KEYS (sizeof profile_keys / sizeof profile_keys[0] - 1)

static const char *const type_names[KEY_TYPES] = {
    [KEY_BOOL] = "boolean",
    [KEY_INT] = "integer",
    [KEY_STRING] = "string",
    [KEY_PATH] = "path",
    [KEY_SPAN] = "duration",
    [KEY_MODE] = "mode",
    [KEY_CHOICE] = "choice",
    [KEY_DATE] = "date",
    [KEY_STRINGS] = "list of strings",
    [KEY_GROUP] = "group",
    [KEY_LIST] = "list of groups",
};

const struct key *
keys_of(enum key_file file)
{
	return file == KEY_FILE_MAIN ? main_keys : profile_keys;
}

const struct key *
key_find(enum key_file file, const char *path)
{
	for (const struct key *k = keys_of(file); k->path != NULL; k++)
		if (strcmp(k->path, path) == 0)
			return k;
	return NULL;
}

bool
key_in_list(enum key_file file, const struct key *k)
{
	for (const struct key *l = keys_of(file); l->path != NULL; l++) {
		size_t n = strlen(l->path);

		if (l->type == KEY_LIST && strncmp(k->path, l->path, n) == 0 && k->path[n] == '.')
			return true;
	}
	return false;
}

const struct conf_key *
conf_keys(void)
{
	static struct conf_key all[MAIN_KEYS + PROFILE_KEYS + 1];
	size_t n = 0;

	for (enum key_file file = KEY_FILE_MAIN; file < KEY_FILES; file++)
		for (const struct key *k = keys_of(file); k->path != NULL; k++)
			all[n++] = (struct conf_key){
			    .file = file == KEY_FILE_MAIN ? "scepd.conf" : "profile",
			    .path = k->path,
			    .type = type_names[k->type],
			    .def = k->def,
			    .allowed = k->allowed,
			};
	return all;
}
