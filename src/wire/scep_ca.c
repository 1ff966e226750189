/* SPDX-License-Identifier: ISC
 *
 * See wire/scep_ca.h.
 */
#include "wire/scep_ca.h"

#include <string.h>
#include <strings.h>

/* SHA-384 is no keyword of the RFC; one widespread client offers AES only when it sees that line.
 */
int
caps_write(const struct caps *c, struct buf *out)
{
	const struct {
		const char *word;
		bool on;
	} words[] = {
	    {"AES", (c->algs.ciphers & ALGS_MODERN.ciphers) != 0},
	    {"DES3", (c->algs.ciphers & 1u << CIPHER_DES3) != 0},
	    {"GetNextCACert", c->next_ca},
	    {"POSTPKIOperation", true},
	    {"Renewal", c->renewal},
	    {"SCEPStandard", true},
	    {"SHA-1", (c->algs.digests & 1u << DIGEST_SHA1) != 0},
	    {"SHA-256", (c->algs.digests & 1u << DIGEST_SHA256) != 0},
	    {"SHA-384", (c->algs.digests & 1u << DIGEST_SHA384) != 0},
	    {"SHA-512", (c->algs.digests & 1u << DIGEST_SHA512) != 0},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].on &&
		    (buf_add_str(out, words[i].word) != 0 || buf_add_str(out, "\n") != 0))
			return -1;
	return 0;
}

static bool
is_word(struct view line, const char *word)
{
	return line.n == strlen(word) && strncasecmp((const char *)line.p, word, line.n) == 0;
}

static void
take_word(struct caps_read *c, struct view w)
{
	bool standard = is_word(w, "SCEPStandard");

	c->post |= standard || is_word(w, "POSTPKIOperation");
	c->aes |= standard || is_word(w, "AES");
	c->sha256 |= standard || is_word(w, "SHA-256");
	c->des3 |= is_word(w, "DES3");
	c->sha1 |= is_word(w, "SHA-1");
	c->sha512 |= is_word(w, "SHA-512");
	c->renewal |= is_word(w, "Renewal");
	c->next_ca |= is_word(w, "GetNextCACert");
}

struct caps_read
caps_read(struct view text)
{
	struct caps_read c = {0};
	size_t start = 0;

	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '\n' && text.p[i] != '\r')
			continue;
		take_word(&c, view_of(text.p + start, i - start));
		start = i + 1;
	}
	return c;
}
