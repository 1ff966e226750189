dnl SCEPD_FLAG(VARIABLE, FLAG): adds FLAG to VARIABLE when the compiler and the linker take it.
AC_DEFUN([SCEPD_FLAG], [
	AC_MSG_CHECKING([whether $CC takes $2])
	scepd_saved="$CFLAGS"
	CFLAGS="$CFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
	CFLAGS="$scepd_saved"
])

AC_DEFUN([SCEPD_WARNINGS], [
	WARN_CFLAGS="-Wall -Wextra"
	m4_foreach_w([flag], [-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wpointer-arith
		-Wwrite-strings -Wformat=2 -Wvla], [SCEPD_FLAG([WARN_CFLAGS], flag)])
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors])], [], [enable_werror=no])
	AS_IF([test "$enable_werror" = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
	AC_SUBST([WARN_CFLAGS])
])

dnl The ways to build for a test: sanitizers, fuzzers, coverage. MODE_CFLAGS serve compiling and linking.
AC_DEFUN([SCEPD_MODES], [
	AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers], [ASan and UBSan])], [], [enable_sanitizers=no])
	AC_ARG_ENABLE([fuzzing], [AS_HELP_STRING([--enable-fuzzing], [libFuzzer targets (needs CC=clang)])], [], [enable_fuzzing=no])
	AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [gcov instrumentation])], [], [enable_coverage=no])
	AS_IF([test "$enable_sanitizers" = yes],
		[MODE_CFLAGS="$MODE_CFLAGS -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined"])
	AS_IF([test "$enable_fuzzing" = yes],
		[MODE_CFLAGS="$MODE_CFLAGS -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined"
		 FUZZ_LDFLAGS="-fsanitize=fuzzer"])
	AS_IF([test "$enable_coverage" = yes], [MODE_CFLAGS="$MODE_CFLAGS -O0 --coverage"])
	AC_SUBST([MODE_CFLAGS])
	AC_SUBST([FUZZ_LDFLAGS])
	AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])
])

dnl Kept apart from CFLAGS so that `make CFLAGS=...` does not lose them. Fortify needs an optimising build.
AC_DEFUN([SCEPD_HARDEN], [
	m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -fcf-protection
		-ftrivial-auto-var-init=zero -fPIE], [SCEPD_FLAG([HARDEN_CFLAGS], flag)])
	m4_foreach([flag], [[-pie], [-Wl,-z,relro], [-Wl,-z,now], [-Wl,-z,noexecstack]],
		[SCEPD_FLAG([HARDEN_LDFLAGS], m4_defn([flag]))])
	AS_IF([test -z "$MODE_CFLAGS"], [AS_CASE(["$CFLAGS"], [*-O0*], [], [HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])])
	AC_SUBST([HARDEN_CFLAGS])
	AC_SUBST([HARDEN_LDFLAGS])
])
