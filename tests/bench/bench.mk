# Benchmarks: `make bench` prints what doc/performance.md reports. They are no tests: they assert nothing about time.
if HAVE_CUNIT
EXTRA_DIST += tests/bench/figures.sh tests/bench/instructions tests/bench/peer tests/bench/plain tests/bench/run \
	tests/bench/scale
EXTRA_PROGRAMS += bench_inproc
bench_inproc_SOURCES = tests/bench/inproc.c tests/scep/rig.c tests/scep/rig.h
bench_inproc_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/tests/scep
bench_inproc_LDADD = libtestredis.a libsupport.a $(LINK_SCEP)

EXTRA_PROGRAMS += bench_load
bench_load_SOURCES = tests/bench/blast.c tests/bench/blast.h tests/bench/cpu.c tests/bench/cpu.h tests/bench/device.c \
	tests/bench/load.c tests/bench/load.h
bench_load_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
bench_load_LDADD = $(LINK_CTL)

# What tests/bench/plain sets beside scepd.
EXTRA_PROGRAMS += bench_hello
bench_hello_SOURCES = tests/bench/hello.c
bench_hello_LDADD = $(FCGI_LIBS)

# For tests/bench/scale.
EXTRA_PROGRAMS += bench_fill
bench_fill_SOURCES = tests/bench/fill.c tests/bench/fill.h tests/bench/fill_main.c
bench_fill_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
bench_fill_LDADD = libtestredis.a libsupport.a $(LINK_STORE)
CLEANFILES += bench_fill bench_hello bench_inproc bench_load

bench: bench_inproc$(EXEEXT)
	./bench_inproc$(EXEEXT) rsa:2048
	./bench_inproc$(EXEEXT) ec:P-256
	@! command -v valgrind >/dev/null || bash $(srcdir)/tests/bench/instructions rsa:2048
.PHONY: bench
endif
