#!/bin/sh
# The manual pages are well formed (mandoc finds nothing to warn of), and name every option of scepd and every field of the
# log. Keys, slugs and scepctl's options are compared by the unit tests of their layers.
set -u
cd "${srcdir:-.}" || exit 1
failed=0

fail() {
	echo "not ok man-lint: $*"
	failed=1
}

# missing PAGE MACRO WORD...: every word has an entry in the page.
missing() {
	page=$1 macro=$2
	shift 2
	[ $# -gt 0 ] || fail "nothing found to look for in $page"
	for word; do
		grep -q "^\.It $macro $word\$\|^\.It $macro $word " "$page" || fail "$page does not describe $word"
	done
}

# The names of fields stand in the calls that add them.
# shellcheck disable=SC2046
missing man/scepd-log.7 Li $(cat src/base/log.c src/scep/request_log.c src/daemon/*.c |
	sed -n 's/^.*\(log_[a-z]*\|add_text\)(&*l, "\([a-z]*\)".*$/\2/p')
# shellcheck disable=SC2046
missing man/scepd.8 Fl $(sed -n 's/^.*getopt_long(argc, argv, "\([A-Za-z:]*\)".*$/\1/p' src/daemon/options.c | tr -d : |
	sed 's/./& /g')

# The functions of the store's library, and the kinds of keys that they use.
# shellcheck disable=SC2046
missing man/scepd-store.7 Li $(sed -n "s/^register('\([a-z_]*\)'.*/\1/p" src/store/lua/*.lua)
# shellcheck disable=SC2013
for kind in $(sed -n "s/.*\(pool\|keys\[1\]\) \.\. ':\([a-z]*\).*/\2/p" src/store/lua/*.lua | sort -u); do
	grep -q "^\.It Li $kind\(:\|\$\)" man/scepd-store.7 || fail "man/scepd-store.7 does not describe the keys $kind"
done

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning man/*.[1-9] || fail "mandoc complains"
elif [ $failed = 0 ]; then
	echo "skip man-lint: mandoc is not installed"
	exit 77
fi
[ $failed = 0 ] && echo "ok man-lint"
exit $failed
