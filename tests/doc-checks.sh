#!/bin/sh
# doc/checks.md, tests/mutation/checks.tsv and include/base/err_list.h agree: every code that a client can meet has a check
# with an id, every check of a message stands in the page beside its test, and every code occurs in a test.
set -u
cd "${srcdir:-.}" || exit 1
tab=$(printf '\t')
failed=0

fail() {
	echo "not ok doc-checks: $*"
	failed=1
}

rows() {
	grep -Ev '^(#|$)' tests/mutation/checks.tsv
}

# The table's rows as lines of CODE, TEST and ID, separated by tabs.
page=$(sed -n 's/^| .* | \(-\|[A-Z_]*\) | .* | \(t_[a-z]*:[a-z_]*\) | \(.*\) |$/\1 \2 \3/p' doc/checks.md |
	awk '{ for (i = 3; i <= NF; i++) { sub(",$", "", $i); print $1 "\t" $2 "\t" $i } }')
[ -n "$page" ] || fail "doc/checks.md has no rows"
in_page() {
	printf '%s\n' "$page" | grep -q "$1"
}

table=$(tr '\n' ' ' <include/base/err_list.h)
codes=$(sed -n 's/^ERR(\([A-Z_]*\),.*/\1/p' include/base/err_list.h)
operator=$(sed -n "/^\/\* The operator's side/,\$s/^ERR(\([A-Z_]*\),.*/\1/p" include/base/err_list.h | tr '\n' ' ')
if [ -z "$codes" ] || [ -z "$operator" ]; then fail "err_list.h has no codes"; fi
for code in $codes; do
	slug=$(echo "$table" | sed -n "s/.*ERR($code, [0-9]*, FAIL_[A-Z_]*, \"\([^\"]*\)\".*/\1/p")
	# scepctl's exit codes stand for the codes of the same name.
	grep -rqE --include='*.c' "\b(ERR|CTL)_$code\b|\"$slug\"" tests || fail "no test meets ERR_$code"
	case " $operator" in *" $code "*) continue ;; esac
	in_page "^$code$tab" || fail "doc/checks.md has no check for $code"
done

# Every id of the page is one of checks.tsv, with the same test ...
known=$(rows | cut -f 1,2)
wrong=$(printf '%s\n' "$page" | awk -F '\t' -v known="$known" '
	BEGIN { n = split(known, lines, "\n"); for (i = 1; i <= n; i++) { split(lines[i], c, "\t"); test[c[1]] = c[2] } }
	test[$3] != $2 { print $3 }
	seen[$3]++ { print $3 "(twice)" }')
# shellcheck disable=SC2086
[ -z "$wrong" ] || fail "not so in checks.tsv:" $wrong
# ... and every check of a message is in the page.
left=$(rows | awk -F '\t' -v page="$page" '
	BEGIN { n = split(page, lines, "\n"); for (i = 1; i <= n; i++) { split(lines[i], c, "\t"); listed[c[3]] = 1 } }
	$2 ~ /^t_(wire|ca|signer|scep):/ && !($1 in listed) { print $1 }')
# shellcheck disable=SC2086
[ -z "$left" ] || fail "doc/checks.md does not list:" $left

[ $failed = 0 ] && echo "ok doc-checks"
exit $failed
