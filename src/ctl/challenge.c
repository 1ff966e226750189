/* SPDX-License-Identifier: ISC
 *
 * scepctl challenge: a static challenge becomes the line that a profile keeps instead of it. The
 * line is pasted into the profile's file by hand, with a name and dates, so that a file that people
 * comment is never rewritten by a program.
 */
#include "ctl/challenge.h"

#include <openssl/rand.h>

#include "ca/challenge.h"
#include "ctl/ask.h"

/* Neither 0/O nor 1/I/L, so that it can be read out and typed. 31 characters, 28 of them: 138 bits.
 */
static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
#define ALPHABET_SIZE (sizeof(alphabet) - 1)
#define GENERATED_CHARS 28

int
challenge_generate(struct secret *out, struct err *e)
{
	uint8_t octet;

	if (secret_alloc(out, GENERATED_CHARS) != 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < GENERATED_CHARS;) {
		if (RAND_bytes(&octet, 1) != 1) {
			secret_free(out);
			return err_set_ossl(e, ERR_INTERNAL, "cannot draw random octets");
		}
		/* What would make some characters likelier is thrown away. */
		if (octet < 256 / ALPHABET_SIZE * ALPHABET_SIZE)
			out->p[i++] = (uint8_t)alphabet[octet % ALPHABET_SIZE];
	}
	return 0;
}

int
challenge_take(struct ctl *c, const struct args *a, struct secret *out, struct err *e)
{
	struct ask ask = {.prompt = "Challenge",
	    .option = "challenge",
	    .file = a->challenge_file,
	    .from_stdin = a->challenge_stdin,
	    .twice = true};

	if (!a->generate)
		return ask_secret(c, &ask, out, e);
	if (a->challenge_file != NULL || a->challenge_stdin)
		return err_set(e, ERR_USAGE, "--generate excludes another source of the challenge");
	return challenge_generate(out, e);
}

/* All challenges of a profile share its salt, so that an attempt costs one derivation. */
static int
find_salt(struct ctl *c, const char *profile, const uint8_t **salt, struct err *e)
{
	const struct conf_profile *p;

	*salt = NULL;
	if (profile == NULL)
		return 0;
	if (ctl_conf(c, e) != 0)
		return -1;
	p = conf_profile(&c->conf, profile);
	if (p == NULL)
		return err_set(e, ERR_USAGE, "there is no profile %s", profile);
	if (p->profile.challenge_type != CHALLENGE_STATIC)
		return err_set(e, ERR_USAGE, "the profile %s has dynamic challenges", profile);
	if (p->profile.challenges.n > 0)
		*salt = p->profile.challenges.salt;
	return 0;
}

static int
challenge_hash_run(struct ctl *c, const struct args *a, struct err *e)
{
	struct secret challenge = {0};
	struct buf text = {0};
	const uint8_t *salt;
	int rc = -1;

	if (find_salt(c, a->profile, &salt, e) == 0 && challenge_take(c, a, &challenge, e) == 0 &&
	    challenge_hash(secret_view(&challenge), salt, &text, e) == 0) {
		/* Of two outputs the secret has stdout to itself. */
		fprintf(a->generate ? c->err : c->out, "%s\n", buf_str(&text));
		if (a->generate)
			fprintf(c->out, "%.*s\n", (int)challenge.n, (const char *)challenge.p);
		ctl_note(
		    c, "Put the scrypt text into the profile's file, as an entry of challenges.");
		rc = 0;
	}
	buf_free(&text);
	secret_free(&challenge);
	return rc;
}

static const struct opt hash_options[] = {
    OPT("profile", profile, "NAME",
        "with the salt of this profile, which all its challenges share"),
    CHALLENGE_SOURCE_OPTIONS,
    OPT_FLAG(
        "generate", generate, "make a random challenge: it goes to stdout, the hash to stderr"),
    OPT_END,
};

const struct command challenge_commands[] = {
    {"challenge", "hash", NULL, "turn a challenge into the text that a profile keeps", hash_options,
        challenge_hash_run},
    {"challenge", "new", NULL, "make one-time challenges", challenge_new_options, challenge_new},
    {"challenge", "list", NULL, "list the one-time challenges that nobody has used",
        challenge_list_options, challenge_list},
    {"challenge", "revoke", "ID", "end one of them", challenge_revoke_options, challenge_revoke},
    {"challenge", "flush", NULL, "end all of them", challenge_flush_options, challenge_flush},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
