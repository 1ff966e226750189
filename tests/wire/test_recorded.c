/* SPDX-License-Identifier: ISC
 *
 * What is known of every recorded file, from other decoders than ours, stands in
 * tests/data/recorded.facts. Here each file is decoded and told in the same words; a file of which
 * the facts do not speak is a failure.
 */
#include <dirent.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "fixtures.h"
#include "suites.h"
#include "tell.h"

#define CHECKED(call) CU_ASSERT_EQUAL_FATAL(call, 0)

/* The octets of a PEM block, where the file is one. */
static void
unwrap_pem(struct buf *file)
{
	BIO *in = BIO_new_mem_buf(file->p, (int)file->n);
	char *name, *header;
	unsigned char *der;
	long n;

	if (PEM_read_bio(in, &name, &header, &der, &n) == 1) {
		buf_cut(file, 0);
		CHECKED(buf_add(file, der, (size_t)n));
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	ERR_clear_error();
	BIO_free(in);
}

/* Decodes FOLDER/FILE as what it is and compares with the facts. */
static void
compare(const char *path, const char *kind, struct view facts)
{
	struct buf file = {0}, told = {0};
	const char *name = strchr(path, '/') + 1;
	bool live = strncmp(path, "live/", 5) == 0;

	if ((live ? fixture_live : fixture_captured)(name, &file) != 0) {
		CU_ASSERT_FALSE(live);
		return;
	}
	unwrap_pem(&file);
	tell(kind, buf_view(&file), &told);
	CU_ASSERT_TRUE(view_eq(buf_view(&told), facts));
	if (!view_eq(buf_view(&told), facts))
		printf(
		    "\n%s: known:\n%.*sdecoded:\n%s", path, (int)facts.n, facts.p, buf_str(&told));
	buf_free(&file);
	buf_free(&told);
}

static void
read_facts(struct buf *text)
{
	struct err e = ERR_INIT;

	CHECKED(file_read(TESTS_DATA "/recorded.facts", FIXTURE_MAX, text, &e));
}

static void
every_file_decodes_to_what_is_known_of_it(void)
{
	struct buf text = {0};
	char path[256], what[300];
	int compared = 0;

	read_facts(&text);
	for (const char *p = strstr(buf_str(&text), "\n== "); p != NULL;) {
		const char *facts = strchr(p + 1, '\n') + 1, *next = strstr(facts - 1, "\n== ");
		size_t n = next != NULL ? (size_t)(next - facts) : strlen(facts);

		CU_ASSERT_EQUAL_FATAL(sscanf(p, "\n== %255s %299[^\n]", path, what), 2);
		if (strncmp(what, "left out: ", 10) != 0) {
			compare(path, what, view_of(facts, n));
			compared++;
		}
		p = next;
	}
	CU_ASSERT_TRUE(compared > 0);
	buf_free(&text);
}

/* How many files the folder has, -1 when there is none; each has to have its line. */
static int
count_named(const char *folder, const char *facts)
{
	char path[PATH_MAX], line[400];
	struct dirent *entry;
	int n = 0;
	DIR *dir;

	fixture_path(folder, "", path);
	if ((dir = opendir(path)) == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(line, sizeof line, "\n== %s/%s ", folder, entry->d_name);
		CU_ASSERT_PTR_NOT_NULL(strstr(facts, line));
		if (strstr(facts, line) == NULL)
			printf("nothing is known of %s/%s\n", folder, entry->d_name);
		n++;
	}
	closedir(dir);
	return n;
}

static void
no_file_is_left_unnamed(void)
{
	struct buf text = {0};

	read_facts(&text);
	CU_ASSERT_TRUE(count_named("live", buf_str(&text)) > 0);
	if (count_named("captured", buf_str(&text)) < 0)
		printf("skipped captured ");
	buf_free(&text);
}

CU_TestInfo recorded_tests[] = {
    T(every_file_decodes_to_what_is_known_of_it),
    T(no_file_is_left_unnamed),
    CU_TEST_INFO_NULL,
};
