/* SPDX-License-Identifier: ISC
 *
 * scepd.conf(5) and the table of keys say the same: every key is described with its default and its
 * range and stands in the table at the end, and no other key does.
 */
#include "base/buf.h"
#include "conf/conf.h"
#include "manual.h"
#include "suites.h"

/* Appends a line of the page as its text: quotes for .Qq, nothing for other macros. */
static void
add_line(struct buf *out, const char *line, size_t n)
{
	bool quoted = strncmp(line, ".Qq ", 4) == 0;
	size_t skip = quoted || strncmp(line, ".Li ", 4) == 0 ? 4 : 0, end = n;

	if (skip > 0 && n > 2 && line[n - 2] == ' ' && strchr(".,", line[n - 1]) != NULL)
		end = n - 2;
	CU_ASSERT_EQUAL(buf_printf(out, "%s%.*s%s%.*s ", quoted ? "\"" : "", (int)(end - skip),
	                    line + skip, quoted ? "\"" : "", end < n ? 1 : 0, line + n - 1),
	    0);
}

/* The first paragraph of an entry in one line: type, range, default. The caller frees. */
static struct buf
first_paragraph(const char *entry)
{
	struct buf out = {0};
	const char *line = strchr(entry, '\n') + 1;

	while (*line != '\0' && strncmp(line, ".Pp\n", 4) != 0) {
		size_t n = strcspn(line, "\n");

		add_line(&out, line, n);
		line += n + (line[n] == '\n');
	}
	return out;
}

/* Whether `paragraph` has the part of `allowed` that gives a range. */
static bool
tells_range(const char *paragraph, const char *allowed)
{
	const char *from = strstr(allowed, "from ");
	char range[64];

	if (from == NULL)
		return true;
	snprintf(range, sizeof range, "%.*s", (int)(strcspn(from, "(")), from);
	if (range[strlen(range) - 1] == ' ')
		range[strlen(range) - 1] = '\0';
	return strstr(paragraph, range) != NULL;
}

static void
check_entry(const struct conf_key *k, const char *entry)
{
	struct buf text = first_paragraph(entry);
	char wanted[256];

	snprintf(wanted, sizeof wanted, k->def == NULL ? "required" : "default %s", k->def);
	if (strstr(buf_str(&text), wanted) == NULL) {
		fprintf(stderr, "\n  %s: no \"%s\" in: %s\n", k->path, wanted, buf_str(&text));
		CU_FAIL("the default is missing");
	}
	if (!tells_range(buf_str(&text), k->allowed)) {
		fprintf(stderr, "\n  %s: no range in: %s\n", k->path, buf_str(&text));
		CU_FAIL("the range is missing");
	}
	buf_free(&text);
}

static void
every_key_is_described(void)
{
	char *page = manual_read("scepd.conf.5"), line[512];

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	for (const struct conf_key *k = conf_keys(); k->path != NULL; k++) {
		const char *entry;

		snprintf(line, sizeof line, ".It Ic %s", k->path);
		if ((entry = manual_line(page, line)) != NULL) {
			check_entry(k, entry);
			continue;
		}
		fprintf(stderr, "\n  %s is not described\n", k->path);
		CU_FAIL("a key is missing");
	}
	free(page);
}

static void
every_key_stands_in_the_table(void)
{
	char *page = manual_read("scepd.conf.5"), line[512];
	size_t n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	for (const struct conf_key *k = conf_keys(); k->path != NULL; k++, n++) {
		snprintf(line, sizeof line, ".It Ic %s Ta %s Ta %s", k->path, k->type,
		    k->def == NULL ? "required" : k->def);
		if (manual_line(page, line) != NULL)
			continue;
		fprintf(stderr, "\n  not in scepd.conf.5: %s\n", line);
		CU_FAIL("a row is missing");
	}
	/* Once described and once in the table, and nothing else. */
	CU_ASSERT_EQUAL(manual_count(page, ".It Ic "), 2 * n);
	free(page);
}

CU_TestInfo manual_tests[] = {
    T(every_key_is_described),
    T(every_key_stands_in_the_table),
    CU_TEST_INFO_NULL,
};
