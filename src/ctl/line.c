/* SPDX-License-Identifier: ISC
 *
 * See ctl/line.h.
 */
#include "ctl/line.h"

#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "ctl/ca_files.h"
#include "store/state.h"

void
cert_id(const X509 *cert, char id[65])
{
	unsigned char digest[32] = {0};

	if (X509_digest(cert, EVP_sha256(), digest, NULL) == 1)
		hex_of(view_of(digest, sizeof digest), id);
	else
		id[0] = '\0';
}

void
ca_word(const char *ca, char out[CA_WORD_LEN])
{
	snprintf(out, CA_WORD_LEN, "ca:%s", ca);
}

/* Whether a word names a certificate. */
static bool
names(struct view word, const char *id)
{
	return word.n >= strlen(id) && memcmp(word.p, id, strlen(id)) == 0;
}

/* As the service sees it (service_current). */
static bool
followed(const struct store *s, const struct ca_line *line, size_t at)
{
	char word[CA_WORD_LEN], id[65];

	if (line->files.followed[at] || s == NULL)
		return line->files.followed[at];
	ca_word(line->files.names[at], word);
	cert_id(line->cas[at + 1].cert, id);
	return names(store_word(s, word), id);
}

int
ca_line_read(
    struct ctl *c, const struct store *s, const char *first, struct ca_line *line, struct err *e)
{
	*line = (struct ca_line){.n = 0};
	if (conf_line_read(&c->conf, first, &line->files, e) != 0)
		return -1;
	for (; line->n < line->files.n; line->n++)
		if (open_authority(c, line->files.names[line->n], &line->cas[line->n], e) != 0)
			return -1;
	while (line->current + 1 < line->n && followed(s, line, line->current))
		line->current++;
	return 0;
}

int
ca_line_say(struct store *s, const struct ca_line *line, size_t at, struct err *e)
{
	char word[CA_WORD_LEN], id[65], said[sizeof id + 24];

	if (store_refresh(s, e) != 0)
		return -1;
	ca_word(line->cas[at].name, word);
	cert_id(line->cas[at + 1].cert, id);
	if (names(store_word(s, word), id))
		return 0;
	snprintf(said, sizeof said, "%s %lld", id, (long long)clock_now());
	return store_say(s, word, said, e);
}

void
ca_line_free(struct ca_line *line)
{
	for (size_t i = 0; i < line->n; i++)
		authority_free(&line->cas[i]);
	*line = (struct ca_line){.n = 0};
}
