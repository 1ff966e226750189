# The function library: its parts in the order in which they use each other, with the number of the
# protocol in their names, as an array of octets.
LUA_PARTS = \
	$(srcdir)/src/store/lua/head.lua \
	$(srcdir)/src/store/lua/token.lua \
	$(srcdir)/src/store/lua/challenge.lua \
	$(srcdir)/src/store/lua/record.lua \
	$(srcdir)/src/store/lua/revoke.lua \
	$(srcdir)/src/store/lua/transaction.lua \
	$(srcdir)/src/store/lua/queue.lua \
	$(srcdir)/src/store/lua/state.lua \
	$(srcdir)/src/store/lua/node.lua \
	$(srcdir)/src/store/lua/rebuild.lua
EXTRA_DIST += \
	src/store/lua/head.lua \
	src/store/lua/token.lua \
	src/store/lua/challenge.lua \
	src/store/lua/record.lua \
	src/store/lua/revoke.lua \
	src/store/lua/transaction.lua \
	src/store/lua/queue.lua \
	src/store/lua/state.lua \
	src/store/lua/node.lua \
	src/store/lua/rebuild.lua

src/store/library_text.h: $(LUA_PARTS) Makefile
	@$(MKDIR_P) src/store
	$(AM_V_GEN)digest=$$(cat $(LUA_PARTS) | sed 's/@PROTOCOL@/$(STORE_PROTOCOL)/g' | sha256sum | cut -c1-64) && \
	{ printf '#define LIBRARY_DIGEST "%s"\nstatic const unsigned char library[] = {\n' $$digest; \
	  cat $(LUA_PARTS) | sed "s/@PROTOCOL@/$(STORE_PROTOCOL)/g; s/@DIGEST@/$$digest/" | od -An -v -tx1 | \
		sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'; \
	  printf '};\n'; } > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += src/store/library_text.h
CLEANFILES += src/store/library_text.h

noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	include/store/acl.h \
	include/store/admin.h \
	include/store/call.h \
	include/store/challenge.h \
	include/store/crl.h \
	include/store/issued.h \
	include/store/record.h \
	include/store/request.h \
	include/store/node.h \
	include/store/rebuild.h \
	include/store/revoked.h \
	include/store/state.h \
	include/store/store.h \
	include/store/token.h \
	include/store/transaction.h \
	src/store/acl.c \
	src/store/admin.c \
	src/store/call.c \
	src/store/challenge.c \
	src/store/check.c \
	src/store/connection.h \
	src/store/crl.c \
	src/store/issued.c \
	src/store/library.c \
	src/store/link.c \
	src/store/record.c \
	src/store/request.c \
	src/store/node.c \
	src/store/rebuild.c \
	src/store/revoked.c \
	src/store/seal.c \
	src/store/seal.h \
	src/store/sentinel.c \
	src/store/state.c \
	src/store/store.c \
	src/store/tls.c \
	src/store/token.c \
	src/store/transaction.c \
	src/store/verify.c \
	src/store/walk.c \
	src/store/walk.h
src/store/library.$(OBJEXT): src/store/library_text.h

if HAVE_CUNIT
check_LIBRARIES += libtestredis.a
libtestredis_a_SOURCES = tests/support/redis.c tests/support/redis.h
libtestredis_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests

check_PROGRAMS += t_store
t_store_SOURCES = \
	tests/store/main.c \
	tests/store/fake.c \
	tests/store/fake.h \
	tests/store/server.c \
	tests/store/server.h \
	tests/store/suites.h \
	tests/store/test_acl.c \
	tests/store/test_admin.c \
	tests/store/test_check.c \
	tests/store/test_crl.c \
	tests/store/test_link.c \
	tests/store/test_rebuild.c \
	tests/store/test_revoked.c \
	tests/store/test_sentinel.c \
	tests/store/test_tls.c
t_store_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
t_store_LDADD = libtestredis.a libsupport.a $(LINK_STORE) $(CUNIT_LIBS)
endif
