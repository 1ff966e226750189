# Tests that read the sources. A copy in the build folder, so that the result lies beside those of the other tests.
EXTRA_DIST += tests/grant-lint.sh
check_SCRIPTS += grant-lint
TESTS += grant-lint
CLEANFILES += grant-lint
grant-lint: tests/grant-lint.sh
	$(AM_V_GEN)cp $< $@ && chmod +x $@
