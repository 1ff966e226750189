/* SPDX-License-Identifier: ISC
 *
 * Static challenges. Whether a derivation took place is seen at the gate: while it is held, what
 * needs one is BUSY and what needs none is answered.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asleep.h"
#include "base/gate.h"
#include "ca/challenge.h"
#include "ca/memo.h"
#include "suites.h"

#define T0 ((time_t)1800000000)

static const uint8_t salt_a[CHALLENGE_SALT] = "salt of set A...";
static const uint8_t salt_b[CHALLENGE_SALT] = "salt of set B...";

static void
add(struct challenge_set *s, const uint8_t *salt, const char *name, const char *secret,
    time_t begin, time_t end)
{
	struct err e = ERR_INIT;
	struct buf text = {0};

	CU_ASSERT_EQUAL_FATAL(challenge_hash(view_str(secret), salt, &text, &e), 0);
	CU_ASSERT_EQUAL_FATAL(challenge_add(s, name, buf_str(&text), begin, end, &e), 0);
	buf_free(&text);
}

static enum err_code
check(const struct challenge_set *s, const char *given, time_t now, const char *expected)
{
	const struct challenge_entry *which = NULL;
	struct err e = ERR_INIT;

	if (challenge_check(s, view_str(given), now, &which, &e) != 0) {
		CU_ASSERT_PTR_NULL(which);
		return e.code;
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(which);
	CU_ASSERT_STRING_EQUAL(which->name, expected);
	return ERR_OK;
}

/* What checking says while another one holds the gate. */
static enum err_code
check_behind_gate(
    const struct challenge_set *s, const char *given, time_t now, const char *expected)
{
	struct err e = ERR_INIT;
	enum err_code code;

	CU_ASSERT_EQUAL_FATAL(gate_start(&e), 0);
	CU_ASSERT_FATAL(gate_try());
	code = check(s, given, now, expected);
	gate_leave();
	return code;
}

static void
the_text_of_a_hash(void)
{
	static const uint8_t salt[CHALLENGE_SALT] = {0x00, 0x01, 0xfe, 0xff};
	struct err e = ERR_INIT;
	struct buf text = {0}, again = {0}, fresh = {0};

	/* scrypt (RFC 7914) of "correct horse" under that salt, computed by Python's hashlib. */
	CU_ASSERT_EQUAL(challenge_hash(view_str("correct horse"), salt, &text, &e), 0);
	CU_ASSERT_STRING_EQUAL(buf_str(&text),
	    "scrypt:14:8:1:0001feff000000000000000000000000:"
	    "1fdd94a3789cd1f9ab1aafa9bf0639d68211bb0d43ee982d08839f74dde3a9bf");
	CU_ASSERT_EQUAL(challenge_hash(view_str("correct horse"), NULL, &fresh, &e), 0);
	CU_ASSERT_EQUAL(challenge_hash(view_str("correct horse"), NULL, &again, &e), 0);
	CU_ASSERT_STRING_NOT_EQUAL(buf_str(&fresh), buf_str(&again));
	CU_ASSERT_EQUAL(fresh.n, text.n);
	buf_free(&text);
	buf_free(&again);
	buf_free(&fresh);
}

static void
what_cannot_be_a_challenge(void)
{
	static char too_long[CHALLENGE_MAX + 2];
	const char *const bad[] = {"", "1234567",
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", " leading space",
	    "trailing space ", "with\ttabulator", "not utf8 \xff", too_long};
	struct buf text = {0};

	memset(too_long, 'x', CHALLENGE_MAX + 1);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;

		CU_ASSERT_EQUAL(challenge_hash(view_str(bad[i]), salt_a, &text, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_USAGE);
		CU_ASSERT_EQUAL(strstr(e.detail, "control characters") != NULL,
		    strstr(bad[i], "\t") != NULL || strstr(bad[i], "\xff") != NULL);
	}
	CU_ASSERT_EQUAL(text.n, 0);
}

static void
what_can_be_no_challenge_is_not_remembered(void)
{
	static const char too_long[CHALLENGE_MAX + 1];
	const struct view bad[] = {view_str(""), view_of(too_long, sizeof too_long)};
	uint8_t hash[CHALLENGE_HASH] = {1};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memo_add(salt_a, bad[i], hash);
		CU_ASSERT_FALSE(memo_find(salt_a, bad[i], hash));
	}
}

static void
the_limits_of_length_pass(void)
{
	static char longest[CHALLENGE_MAX + 1];
	struct challenge_set s = {0};

	memset(longest, 'x', CHALLENGE_MAX);
	add(&s, salt_a, "shortest",
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 0, 0);
	add(&s, salt_a, "longest", longest, 0, 0);
	CU_ASSERT_EQUAL(check(&s, longest, T0, "longest"), ERR_OK);
	challenge_set_free(&s);
	CU_ASSERT_PTR_NULL(s.entries);
	challenge_set_free(&s);
}

static void
other_texts_are_no_hash(void)
{
#define SALT "000102030405060708090a0b0c0d0e0f"
#define HASH_TAIL "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HASH "00" HASH_TAIL
	static const char *const bad[] = {
	    "",
	    "secret in the clear",
	    "scrypt:15:8:1:" SALT ":" HASH,
	    "scrypt:14:8:2:" SALT ":" HASH,
	    "scrypt:14:8:1:" SALT ":00" HASH,
	    "scrypt:14:8:1:" SALT ":" HASH_TAIL,
	    "scrypt:14:8:1:" SALT "-" HASH,
	    "scrypt:14:8:1:" SALT ":zz" HASH_TAIL,
	    "scrypt:14:8:1:zz0102030405060708090a0b0c0d0e0f:" HASH,
	};
	static const char long_name[] =
	    "0123456789012345678901234567890123456789012345678901234567890123";
	struct challenge_set s = {0};
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		err_clear(&e);
		CU_ASSERT_EQUAL(challenge_add(&s, "bad", bad[i], 0, 0, &e), -1);
		CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	}
	err_clear(&e);
	CU_ASSERT_EQUAL(challenge_add(&s, long_name, "scrypt:14:8:1:" SALT ":" HASH, 0, 0, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_EQUAL(s.n, 0);
	err_clear(&e);
	CU_ASSERT_EQUAL(
	    challenge_add(&s, long_name + 1, "scrypt:14:8:1:" SALT ":" HASH, 0, 0, &e), 0);
	CU_ASSERT_EQUAL(s.n, 1);
	challenge_set_free(&s);
}

static void
a_set_has_one_salt(void)
{
	struct challenge_set s = {0};
	struct err e = ERR_INIT;
	struct buf text = {0};

	add(&s, salt_a, "first", "first secret", 0, 0);
	CU_ASSERT_EQUAL_FATAL(challenge_hash(view_str("second secret"), salt_b, &text, &e), 0);
	CU_ASSERT_EQUAL(challenge_add(&s, "second", buf_str(&text), 0, 0, &e), -1);
	CU_ASSERT_EQUAL(e.code, ERR_CONFIG);
	CU_ASSERT_EQUAL(s.n, 1);
	buf_free(&text);
	challenge_set_free(&s);
}

static void
each_of_several_is_right(void)
{
	struct challenge_set s = {0};
	struct err e = ERR_INIT;

	add(&s, salt_a, "old", "the old secret", 0, 0);
	add(&s, salt_a, "middle", "the middle secret", 0, 0);
	add(&s, salt_a, "new", "the new secret", 0, 0);
	CU_ASSERT_EQUAL(check(&s, "the old secret", T0, "old"), ERR_OK);
	CU_ASSERT_EQUAL(check(&s, "the middle secret", T0, "middle"), ERR_OK);
	CU_ASSERT_EQUAL(check(&s, "the new secret", T0, "new"), ERR_OK);
	CU_ASSERT_EQUAL(check(&s, "the new secre", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check(&s, "the new secret ", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check(&s, "THE NEW SECRET", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(challenge_check(&s, view_str("the old secret"), T0, NULL, &e), 0);
	challenge_set_free(&s);
}

static void
an_empty_one_is_no_challenge(void)
{
	struct challenge_set s = {0}, none = {0};

	add(&s, salt_a, "one", "the only secret", 0, 0);
	CU_ASSERT_EQUAL(check(&s, "", T0, NULL), ERR_NO_CHALLENGE);
	CU_ASSERT_EQUAL(check(&none, "", T0, NULL), ERR_NO_CHALLENGE);
	challenge_set_free(&s);
}

static void
an_empty_set_admits_nothing(void)
{
	struct challenge_set none = {0};

	CU_ASSERT_EQUAL(check(&none, "any secret", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check_behind_gate(&none, "any secret", T0, NULL), ERR_CHALLENGE);
}

static void
one_too_long_costs_no_derivation(void)
{
	static char too_long[CHALLENGE_MAX + 2];
	struct challenge_set s = {0};

	memset(too_long, 'x', CHALLENGE_MAX + 1);
	add(&s, salt_a, "one", "the only secret", 0, 0);
	CU_ASSERT_EQUAL(check_behind_gate(&s, too_long, T0, NULL), ERR_CHALLENGE);
	challenge_set_free(&s);
}

static void
the_dates_of_an_entry_count(void)
{
	struct challenge_set s = {0};

	add(&s, salt_a, "dated", "a dated secret", T0, T0 + 100);
	CU_ASSERT_EQUAL(check(&s, "a dated secret", T0 - 1, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check(&s, "a dated secret", T0, "dated"), ERR_OK);
	CU_ASSERT_EQUAL(check(&s, "a dated secret", T0 + 100, "dated"), ERR_OK);
	CU_ASSERT_EQUAL(check(&s, "a dated secret", T0 + 101, NULL), ERR_CHALLENGE);
	challenge_set_free(&s);
}

static void
the_same_secret_under_two_dates(void)
{
	struct challenge_set s = {0};

	add(&s, salt_a, "winter", "all year secret", T0, T0 + 100);
	add(&s, salt_a, "summer", "all year secret", T0 + 200, T0 + 300);
	CU_ASSERT_EQUAL(check(&s, "all year secret", T0 + 50, "winter"), ERR_OK);
	CU_ASSERT_EQUAL(check(&s, "all year secret", T0 + 150, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check(&s, "all year secret", T0 + 250, "summer"), ERR_OK);
	challenge_set_free(&s);
}

static void
one_derivation_at_a_time(void)
{
	struct challenge_set s = {0};

	add(&s, salt_a, "one", "never seen before", 0, 0);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "never seen before", T0, NULL), ERR_BUSY);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "a wrong secret", T0, NULL), ERR_BUSY);
	/* and each derivation leaves the gate open */
	CU_ASSERT_EQUAL(check(&s, "a wrong secret", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check(&s, "never seen before", T0, "one"), ERR_OK);
	CU_ASSERT(gate_try());
	gate_leave();
	challenge_set_free(&s);
}

/* In a child: whether a challenge is right. */
static pid_t
child_checks(const struct challenge_set *s, const char *given)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = ERR_INIT;

		alarm(60);
		_exit(challenge_check(s, view_str(given), T0, NULL, &e) != 0);
	}
	CU_ASSERT_FATAL(pid > 0);
	return pid;
}

static bool
child_was_right(pid_t pid)
{
	int status = -1;

	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A guess is being checked; whoever is right waits for its end, and is let in. */
static void
who_is_right_waits_for_the_gate(void)
{
	struct challenge_set s = {0};
	struct err e = ERR_INIT;
	pid_t pid;

	add(&s, salt_a, "one", "a patient secret", 0, 0);
	CU_ASSERT_EQUAL_FATAL(gate_start(&e), 0);
	CU_ASSERT_FATAL(gate_try());
	gate_patience(1, 50000);
	pid = child_checks(&s, "a patient secret");
	CU_ASSERT(child_sleeps(pid));
	gate_leave();
	CU_ASSERT(child_was_right(pid));
	gate_patience(0, 0);
	challenge_set_free(&s);
}

/* and after a guess only those wait that have a seat */
static void
a_guess_ends_the_peace(void)
{
	struct challenge_set s = {0};
	struct err e = ERR_INIT;
	int status = -1;
	pid_t pid;

	add(&s, salt_a, "one", "the only secret", 0, 0);
	CU_ASSERT_EQUAL_FATAL(gate_start(&e), 0);
	CU_ASSERT_EQUAL(check(&s, "a wrong secret", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_FATAL(gate_try());
	gate_patience(0, 50000);
	pid = child_checks(&s, "the only secret");
	CU_ASSERT(!child_sleeps(pid));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	gate_leave();
	gate_patience(0, 0);
	challenge_set_free(&s);
}

static void
a_right_one_is_remembered(void)
{
	struct challenge_set s = {0};

	add(&s, salt_a, "kept", "a kept secret", T0, T0 + 100);
	CU_ASSERT_EQUAL(check(&s, "a kept secret", T0, "kept"), ERR_OK);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "a kept secret", T0, "kept"), ERR_OK);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "a kept secret", T0 + 101, NULL), ERR_CHALLENGE);
	challenge_set_free(&s);
}

static void
a_wrong_one_is_not(void)
{
	struct challenge_set s = {0};

	add(&s, salt_a, "one", "the only secret", 0, 0);
	CU_ASSERT_EQUAL(check(&s, "a wrong guess", T0, NULL), ERR_CHALLENGE);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "a wrong guess", T0, NULL), ERR_BUSY);
	challenge_set_free(&s);
}

/* After a reload the set is another one: what was right is right no longer, or right under another
 * name. */
static void
a_reloaded_set_decides_anew(void)
{
	struct challenge_set before = {0}, after = {0}, other = {0};

	add(&before, salt_a, "one", "reloaded secret", 0, 0);
	CU_ASSERT_EQUAL(check(&before, "reloaded secret", T0, "one"), ERR_OK);
	add(&after, salt_a, "two", "another secret", 0, 0);
	CU_ASSERT_EQUAL(check(&after, "reloaded secret", T0, NULL), ERR_CHALLENGE);
	add(&after, salt_a, "three", "reloaded secret", 0, 0);
	CU_ASSERT_EQUAL(check_behind_gate(&after, "reloaded secret", T0, "three"), ERR_OK);
	add(&other, salt_b, "one", "reloaded secret", 0, 0);
	CU_ASSERT_EQUAL(check_behind_gate(&other, "reloaded secret", T0, NULL), ERR_BUSY);
	challenge_set_free(&before);
	challenge_set_free(&after);
	challenge_set_free(&other);
}

static void
only_the_latest_are_remembered(void)
{
	struct challenge_set s = {0};
	char name[32];

	for (int i = 0; i <= 16; i++) {
		snprintf(name, sizeof name, "secret number %d", i);
		add(&s, salt_a, name, name, 0, 0);
		CU_ASSERT_EQUAL(check(&s, name, T0, name), ERR_OK);
	}
	/* being asked for again pushes no other one out */
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(check(&s, "secret number 16", T0, "secret number 16"), ERR_OK);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "secret number 0", T0, NULL), ERR_BUSY);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "secret number 1", T0, "secret number 1"), ERR_OK);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "secret number 16", T0, "secret number 16"), ERR_OK);
	challenge_set_free(&s);
}

static void
workers_remember_together(void)
{
	struct challenge_set s = {0};
	struct err e = ERR_INIT;

	CU_ASSERT_EQUAL_FATAL(gate_start(&e), 0);
	CU_ASSERT_EQUAL_FATAL(memo_start(&e), 0);
	add(&s, salt_a, "child", "what a child derived", 0, 0);
	CU_ASSERT(child_was_right(child_checks(&s, "what a child derived")));
	CU_ASSERT_EQUAL(check_behind_gate(&s, "what a child derived", T0, "child"), ERR_OK);
	/* A second start forgets nothing. */
	CU_ASSERT_EQUAL(memo_start(&e), 0);
	CU_ASSERT_EQUAL(check_behind_gate(&s, "what a child derived", T0, "child"), ERR_OK);
	challenge_set_free(&s);
}

/* Somebody else has derived it meanwhile: here, what no derivation would give. */
static void
who_waited_does_not_derive_again(void)
{
	struct challenge_set s = {0};
	pid_t pid;

	add(&s, salt_a, "one", "the only secret", 0, 0);
	CU_ASSERT_FATAL(gate_try());
	gate_patience(1, 50000);
	pid = child_checks(&s, "as good as that one");
	CU_ASSERT(child_sleeps(pid));
	memo_add(salt_a, view_str("as good as that one"), s.entries[0].hash);
	gate_leave();
	CU_ASSERT(child_was_right(pid));
	gate_patience(0, 0);
	challenge_set_free(&s);
}

CU_TestInfo challenge_tests[] = {
    T(the_text_of_a_hash),
    T(what_cannot_be_a_challenge),
    T(what_can_be_no_challenge_is_not_remembered),
    T(the_limits_of_length_pass),
    T(other_texts_are_no_hash),
    T(a_set_has_one_salt),
    T(each_of_several_is_right),
    T(an_empty_one_is_no_challenge),
    T(an_empty_set_admits_nothing),
    T(one_too_long_costs_no_derivation),
    T(the_dates_of_an_entry_count),
    T(the_same_secret_under_two_dates),
    T(one_derivation_at_a_time),
    T(who_is_right_waits_for_the_gate),
    T(a_guess_ends_the_peace),
    T(a_right_one_is_remembered),
    T(a_wrong_one_is_not),
    T(a_reloaded_set_decides_anew),
    T(only_the_latest_are_remembered),
    T(workers_remember_together),
    T(who_waited_does_not_derive_again),
    CU_TEST_INFO_NULL,
};
