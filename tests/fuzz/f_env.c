/* SPDX-License-Identifier: ISC
 *
 * Any octets as an EnvelopedData: taken apart, its recipient looked for, its content decrypted
 * under a key of zeros.
 */
#include <openssl/err.h>

#include "fuzz.h"
#include "wire/scep_env.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[32];
	struct scep_env env;
	struct env_recipient r;
	struct err e = ERR_INIT;
	struct secret content = {0};

	fuzz_start();
	if (scep_env_read(view_of(data, size), ALGS_ALL.ciphers, &env, &e) == 0) {
		PROMISE(env.n_recipients >= 1 && env.n_recipients <= ENV_RECIPIENTS_MAX);
		PROMISE(env.iv.n == cipher_iv_len(env.cipher));
		if (scep_env_recipient(&env, fuzz_recipient(), &r, &e) == 0)
			PROMISE(r.encrypted_key.p != NULL);
		if (scep_env_open(&env, view_of(zeros, cipher_key_len(env.cipher)), &content, &e) ==
		    0)
			PROMISE(content.n <= env.encrypted.n);
		secret_free(&content);
	}
	scep_env_free(&env);
	ERR_clear_error();
	return 0;
}
