# One program a target. `make check` replays recorded inputs through each; configured with --enable-fuzzing (and CC=clang)
# the same files become libFuzzer programs: ./f_msg -max_total_time=60 CORPUS tests/data/fuzz/msg tests/data/live
FUZZERS = f_body f_cert f_csr f_enc f_env f_msg f_query f_route f_tlv
if FUZZING
noinst_PROGRAMS = $(FUZZERS)
FUZZ_MAIN = tests/fuzz/fuzz.h
else
check_PROGRAMS += $(FUZZERS)
FUZZ_MAIN = tests/fuzz/fuzz.h tests/fuzz/driver.c
endif
FUZZ_LINK = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

f_body_SOURCES = tests/fuzz/f_body.c $(FUZZ_MAIN)
f_body_LDADD = $(LINK_WIRE)
f_body_LDFLAGS = $(FUZZ_LINK)
f_cert_SOURCES = tests/fuzz/f_cert.c $(FUZZ_MAIN)
f_cert_LDADD = $(LINK_WIRE)
f_cert_LDFLAGS = $(FUZZ_LINK)
f_csr_SOURCES = tests/fuzz/f_csr.c $(FUZZ_MAIN)
f_csr_LDADD = $(LINK_WIRE)
f_csr_LDFLAGS = $(FUZZ_LINK)
f_enc_SOURCES = tests/fuzz/f_enc.c $(FUZZ_MAIN)
f_enc_LDADD = $(LINK_WIRE)
f_enc_LDFLAGS = $(FUZZ_LINK)
f_env_SOURCES = tests/fuzz/f_env.c $(FUZZ_MAIN)
f_env_LDADD = $(LINK_WIRE)
f_env_LDFLAGS = $(FUZZ_LINK)
f_msg_SOURCES = tests/fuzz/f_msg.c $(FUZZ_MAIN)
f_msg_LDADD = $(LINK_WIRE)
f_msg_LDFLAGS = $(FUZZ_LINK)
f_query_SOURCES = tests/fuzz/f_query.c $(FUZZ_MAIN)
f_query_LDADD = $(LINK_WIRE)
f_query_LDFLAGS = $(FUZZ_LINK)
f_route_SOURCES = tests/fuzz/f_route.c $(FUZZ_MAIN)
f_route_LDADD = $(LINK_WIRE)
f_route_LDFLAGS = $(FUZZ_LINK)
f_tlv_SOURCES = tests/fuzz/f_tlv.c $(FUZZ_MAIN)
f_tlv_LDADD = $(LINK_WIRE)
f_tlv_LDFLAGS = $(FUZZ_LINK)
