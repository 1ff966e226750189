/* SPDX-License-Identifier: ISC
 *
 * Any octets as a subjectAltName: what is admitted holds names of the four harmless types only, a
 * user principal name besides where the profile allows it, and is DER.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "ca/names.h"
#include "fuzz.h"

static void
check_admitted(struct view value, bool with_upn)
{
	GENERAL_NAMES *names = ossl_read(value, ASN1_ITEM_rptr(GENERAL_NAMES));
	struct buf der = {0};

	PROMISE(names != NULL && sk_GENERAL_NAME_num(names) > 0);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		int type = sk_GENERAL_NAME_value(names, i)->type;

		PROMISE(type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI ||
		        type == GEN_IPADD || (with_upn && type == GEN_OTHERNAME));
	}
	PROMISE(ossl_write(&der, names, ASN1_ITEM_rptr(GENERAL_NAMES)) == 0);
	PROMISE(view_eq(buf_view(&der), value));
	buf_free(&der);
	GENERAL_NAMES_free(names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct profile strict = {.name = "strict"},
	                            lenient = {.name = "lenient", .allow_upn = true};
	struct view value = view_of(data, size);
	struct err e = ERR_INIT;

	fuzz_start();
	if (names_admit_san(&strict, value, &e) == 0) {
		PROMISE(names_admit_san(&lenient, value, &e) == 0);
		check_admitted(value, false);
	} else {
		PROMISE(e.code == ERR_EXTENSIONS || e.code == ERR_FORBID_SID ||
		        e.code == ERR_FORBID_UPN || e.code == ERR_FORBID_SAN);
		if (names_admit_san(&lenient, value, NULL) == 0)
			check_admitted(value, true);
	}
	ERR_clear_error();
	return 0;
}
