/* SPDX-License-Identifier: ISC
 *
 * Any octets as the content of an envelope, by every cipher and key transport: it reads back as one
 * for this recipient, in whole blocks and longer than the content.
 */
#include <openssl/err.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t how = size > 0 ? data[0] : 0;
	enum cipher cipher = (enum cipher)(how % CIPHER_COUNT);
	struct transport t = {how & 0x80 ? KEY_TRANSPORT_OAEP : KEY_TRANSPORT_PKCS1,
	    (enum digest)(how >> 2 & 3), (enum digest)(how >> 4 & 3)};
	struct buf der = {0};
	struct err e = ERR_INIT;
	struct env_recipient r;
	struct scep_env env;

	fuzz_start();
	PROMISE(
	    scep_env_write(view_of(data, size), cipher, t, fuzz_recipient(), NULL, &der, &e) == 0);
	PROMISE(scep_env_read(buf_view(&der), ALGS_ALL.ciphers, &env, &e) == 0);
	PROMISE(env.cipher == cipher && env.n_recipients == 1);
	PROMISE(env.encrypted.n > size && env.encrypted.n <= size + 16);
	PROMISE(scep_env_recipient(&env, fuzz_recipient(), &r, &e) == 0);
	PROMISE(r.transport.kind == t.kind && r.encrypted_key.n == 256);
	PROMISE(t.kind != KEY_TRANSPORT_OAEP ||
	        (r.transport.oaep_md == t.oaep_md && r.transport.oaep_mgf == t.oaep_mgf));
	scep_env_free(&env);
	buf_free(&der);
	ERR_clear_error();
	return 0;
}
