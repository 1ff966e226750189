# The end-to-end tests are run by ./check, not by make check: they need web servers and clients.
EXTRA_DIST += \
	tests/e2e/run \
	tests/e2e/lib.sh \
	tests/e2e/fcgi.pl
