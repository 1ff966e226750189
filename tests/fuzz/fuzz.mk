# One program a target: those that read, and ask, caps, certrep, certs, head and seal, which write. `make check` replays
# recorded inputs through each; configured with --enable-fuzzing (and CC=clang) the same files become libFuzzer programs:
# ./f_msg -max_total_time=60 CORPUS tests/data/fuzz/msg tests/data/live
FUZZERS = f_ask f_body f_caps f_cert f_certrep f_certs f_csr f_enc f_env \
	f_head f_msg f_plan f_query f_route f_san f_seal f_tlv
FUZZ_SHARED = tests/fuzz/fuzz.h tests/fuzz/parties.c
if FUZZING
noinst_PROGRAMS = $(FUZZERS)
else
check_PROGRAMS += $(FUZZERS)
FUZZ_SHARED += tests/fuzz/driver.c
endif

# What a program links that says nothing else: the targets below.
LDADD = $(LINK_CA) $(FUZZ_LDFLAGS)

f_ask_SOURCES = tests/fuzz/f_ask.c $(FUZZ_SHARED)
f_body_SOURCES = tests/fuzz/f_body.c $(FUZZ_SHARED)
f_caps_SOURCES = tests/fuzz/f_caps.c $(FUZZ_SHARED)
f_cert_SOURCES = tests/fuzz/f_cert.c $(FUZZ_SHARED)
f_certrep_SOURCES = tests/fuzz/f_certrep.c $(FUZZ_SHARED)
f_certs_SOURCES = tests/fuzz/f_certs.c $(FUZZ_SHARED)
f_csr_SOURCES = tests/fuzz/f_csr.c $(FUZZ_SHARED)
f_enc_SOURCES = tests/fuzz/f_enc.c $(FUZZ_SHARED)
f_env_SOURCES = tests/fuzz/f_env.c $(FUZZ_SHARED)
f_head_SOURCES = tests/fuzz/f_head.c $(FUZZ_SHARED)
f_msg_SOURCES = tests/fuzz/f_msg.c $(FUZZ_SHARED)
f_plan_SOURCES = tests/fuzz/f_plan.c $(FUZZ_SHARED)
f_query_SOURCES = tests/fuzz/f_query.c $(FUZZ_SHARED)
f_route_SOURCES = tests/fuzz/f_route.c $(FUZZ_SHARED)
f_san_SOURCES = tests/fuzz/f_san.c $(FUZZ_SHARED)
f_seal_SOURCES = tests/fuzz/f_seal.c $(FUZZ_SHARED)
f_tlv_SOURCES = tests/fuzz/f_tlv.c $(FUZZ_SHARED)
