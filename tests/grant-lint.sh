#!/bin/sh
# Nothing but store_reserve makes a grant: of all sources only these two files name grant_make, where it is and where it is
# called, and the header that declares it. So nothing is signed that the store has not admitted.
set -u
cd "${srcdir:-.}" || exit 1

allowed="include/ca/grant.h src/ca/grant.c src/store/transaction.c"
found=$(grep -rlw grant_make include src | sort | tr '\n' ' ')
if [ "$found" != "$allowed " ]; then
	echo "not ok grant-lint: grant_make stands in $found, and may in $allowed"
	exit 1
fi
calls=$(grep -w grant_make src/store/transaction.c | grep -vc '^ \*')
if [ "$calls" != 1 ]; then
	echo "not ok grant-lint: src/store/transaction.c has $calls calls of grant_make, not 1"
	exit 1
fi
echo "ok grant-lint"
