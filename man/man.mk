# Manual pages, and the test that they are well formed and name what the sources name.
dist_man_MANS += \
	man/scepctl.8 \
	man/scepd-log.7 \
	man/scepd-store.7 \
	man/scepd.8 \
	man/scepd.conf.5
EXTRA_DIST += tests/man-lint.sh

# A copy in the build folder, so that its result lies beside those of the other tests.
check_SCRIPTS += man-lint
TESTS += man-lint
CLEANFILES += man-lint
man-lint: tests/man-lint.sh
	$(AM_V_GEN)cp $< $@ && chmod +x $@
