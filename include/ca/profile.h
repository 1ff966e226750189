/* SPDX-License-Identifier: ISC
 *
 * A profile: what may be asked for at one SCEP URL, by whom, and what the certificate then holds.
 * Filled by the configuration; the defaults are those of the table in scepd.conf(5).
 */
#ifndef CA_PROFILE_H
#define CA_PROFILE_H

#include <openssl/x509.h>

#include "ca/challenge.h"
#include "wire/alg.h"

enum challenge_type { CHALLENGE_STATIC, CHALLENGE_DYNAMIC, CHALLENGE_NONE };

/* Who decides: the challenge alone; the operator too, for every request; the operator for a request
 * without a challenge. */
enum approval { APPROVAL_AUTOMATIC, APPROVAL_MANUAL, APPROVAL_WITHOUT_CHALLENGE };

/* Key usage bits as in RFC 5280 section 4.2.1.3, bit 0 first. */
#define USAGE_BIT(n) (1u << (n))
#define USAGE_DIGITAL_SIGNATURE USAGE_BIT(0)
#define USAGE_NON_REPUDIATION USAGE_BIT(1)
#define USAGE_KEY_ENCIPHERMENT USAGE_BIT(2)
#define USAGE_DATA_ENCIPHERMENT USAGE_BIT(3)
#define USAGE_KEY_AGREEMENT USAGE_BIT(4)
#define USAGE_KEY_CERT_SIGN USAGE_BIT(5)
#define USAGE_CRL_SIGN USAGE_BIT(6)

/* Whose certificates a profile renews: its own, or all of its CA. */
enum renewal_scope { RENEWAL_PROFILE, RENEWAL_AUTHORITY };

/* Who gets a certificate by GetCert: who has its key or one for the same names; or any device with
 * a certificate of the CA. */
enum get_cert { GET_CERT_OWNER, GET_CERT_AUTHORITY };

#define PROFILE_NAME_MAX 63

/* The defaults of wrong_challenges and its window, also where no profile is meant. */
#define WRONG_CHALLENGES 100
#define WRONG_CHALLENGES_WINDOW (10 * 60)

struct profile {
	char name[PROFILE_NAME_MAX + 1]; /* [A-Za-z0-9._-]+ */
	char id[37];                     /* UUID, lower case */
	char ca[PROFILE_NAME_MAX + 1];   /* name of the authority */
	char **paths;                    /* further paths that mean this profile; owned */
	size_t n_paths;

	enum challenge_type challenge_type;
	struct challenge_set challenges; /* static only; owned */
	int challenge_expiry_minutes;    /* dynamic only */
	int max_pending_challenges;      /* dynamic only */

	enum approval approval;
	int64_t pending_ttl;      /* seconds that a request waits for the operator */
	int max_pending_requests; /* in the queue of the operator */
	int wrong_challenges;     /* of one source within the window; then 429; 0: no limit */
	int64_t wrong_challenges_window;  /* seconds */
	struct net *allow_from;           /* networks that may ask; owned */
	size_t n_allow_from;              /* 0: all */
	struct net *challenge_allow_from; /* networks that may fetch challenges by HTTP; owned */
	size_t n_challenge_allow_from;    /* 0: all */

	bool include_ca_certificate; /* GetCACert: RA, issuing CA, chain; else the RA alone */
	bool include_root; /* false drops a self-signed certificate above the issuing CA */
	bool allow_renewal;
	enum renewal_scope renewal_scope;
	int64_t
	    renewal_window; /* seconds before expiry from which renewal is possible; 0: any time */
	int64_t renewal_grace;         /* seconds after expiry in which it still is */
	bool renewal_new_key;          /* a renewal must bring a new key */
	int64_t revoke_previous_after; /* seconds after which a renewed certificate is revoked; -1:
	                                  never */
	bool renewal_challenge;        /* a renewal that shows a challenge must show a right one */
	enum get_cert get_cert;
	bool chain_in_reply;      /* SUCCESS carries the chain after the certificate */
	bool signer_must_match;   /* the key of the CSR must be the key that signed the message */
	bool fail_info_text;      /* failInfoText where the table of errors has one */
	bool bad_cipher_cert_rep; /* an unaccepted content cipher is answered by a CertRep, not by
	                             HTTP 400 */
	bool allow_upn;           /* a user principal name may stand in subjectAltName */
	struct algs algs;
	int64_t signing_time_window; /* seconds either way; 0: signingTime is not looked at */

	int64_t validity;                     /* seconds */
	int64_t backdate;                     /* seconds that notBefore lies in the past */
	unsigned key_usage;                   /* USAGE_* */
	STACK_OF(ASN1_OBJECT) *ext_key_usage; /* owned; empty: no such extension */
	char *crl_url,
	    *ca_url; /* in every certificate, as ca/urls.h has them; NULL or "": none; owned */
	int min_rsa_bits;
	bool allow_ec, allow_ed25519; /* types of the requested key besides RSA */
};

/* The defaults of everything; the name, id and ca are empty. -1: MEMORY. */
int profile_init(struct profile *p, struct err *e) __attribute__((warn_unused_result));
void profile_free(struct profile *p);

/* What the settings that shape a certificate come to, with the CA that signs: SHA-256. A stored
 * answer to a static challenge is good only as long as this stays the same. -1: MEMORY. */
int profile_settings(const struct profile *p, const X509 *ca, uint8_t digest[32], struct err *e)
    __attribute__((warn_unused_result));

/* Whether a text may be the name of a profile or an authority: [A-Za-z0-9._-], the first a letter
 * or a digit, at most PROFILE_NAME_MAX of them. */
bool profile_name_ok(const char *name);

/* Names of key usage bits as OpenSSL and RFC 5280 spell them ("digitalSignature"); 0 and NULL when
 * unknown. */
unsigned key_usage_read(const char *name);
const char *key_usage_name(unsigned bit);

/* An extended key usage from its name ("clientAuth"; usages alone, not all that OpenSSL has a name
 * for) or its dotted OID. The caller frees. NULL: neither, or anyExtendedKeyUsage. */
ASN1_OBJECT *ext_key_usage_read(const char *text);

#endif
