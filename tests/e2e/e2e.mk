# The end-to-end tests are run by ./check, not by make check: they need web servers and clients.
EXTRA_DIST += \
	tests/e2e/run \
	tests/e2e/lib.sh \
	tests/e2e/load.sh \
	tests/e2e/fcgi.pl \
	tests/e2e/approval-certmonger \
	tests/e2e/approval-scepctl \
	tests/e2e/approval-strongswan \
	tests/e2e/as-installed \
	tests/e2e/ca-key-types \
	tests/e2e/certmonger-enrol \
	tests/e2e/challenge-once \
	tests/e2e/half-request \
	tests/e2e/hosts \
	tests/e2e/http \
	tests/e2e/keys-in-token \
	tests/e2e/openssl-enrol \
	tests/e2e/passphrase-typed \
	tests/e2e/pkcsreq.pl \
	tests/e2e/quickstart \
	tests/e2e/refusals \
	tests/e2e/moved-in \
	tests/e2e/reload \
	tests/e2e/renewal \
	tests/e2e/revocation \
	tests/e2e/rollover \
	tests/e2e/scepctl-enrol \
	tests/e2e/strongswan-enrol \
	tests/e2e/upgrade \
	tests/e2e/worker-killed
