# The table of checks. The run that takes each check out is made by hand; that the table, doc/checks.md and the error codes
# agree is a test.
EXTRA_DIST += tests/doc-checks.sh tests/mutation/checks.tsv tests/mutation/run

check_SCRIPTS += doc-checks
TESTS += doc-checks
CLEANFILES += doc-checks
doc-checks: tests/doc-checks.sh
	$(AM_V_GEN)cp $< $@ && chmod +x $@
