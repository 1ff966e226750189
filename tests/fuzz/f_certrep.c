/* SPDX-License-Identifier: ISC
 *
 * Any octets as transactionID, nonce and failInfoText of a request and its CertRep: the reply
 * verifies, and what is echoed is echoed octet for octet.
 */
#include <openssl/err.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scep_attrs request = SCEP_ATTRS_INIT, reply;
	struct view all = view_of(data, size), content = all;
	struct buf der = {0};
	struct err e = ERR_INIT;
	struct scep_msg m;
	enum digest digest = (enum digest)(size > 0 ? data[0] % DIGEST_COUNT : 0);
	struct msg_signer by;

	fuzz_start();
	if (size == 0)
		return 0;
	by = *fuzz_signer();
	by.digest = digest;
	request.transaction_id =
	    view_of(data, size < TRANSACTION_ID_MAX ? size : TRANSACTION_ID_MAX);
	request.sender_nonce = view_of(data, size < NONCE_MAX ? size : NONCE_MAX);
	reply = scep_attrs_reply(&request, size % 2 != 0 ? STATUS_FAILURE : STATUS_SUCCESS,
	    FAIL_BAD_REQUEST, view_str("why"), view_str("sixteen octets.."), 1700000000);
	PROMISE(scep_msg_write(&reply, &content, &by, NULL, &der, &e) == 0);
	PROMISE(scep_msg_read(buf_view(&der), &m, &e) == 0);
	PROMISE(scep_msg_verify(&m, ALGS_ALL.digests, NULL, &e) == 0);
	PROMISE(view_eq(m.attrs.transaction_id, request.transaction_id));
	PROMISE(view_eq(m.attrs.recipient_nonce, request.sender_nonce) && view_eq(m.content, all));
	PROMISE((m.attrs.fail_text.n > 0) == (size % 2 != 0) && m.attrs.type == TYPE_CERT_REP);
	scep_msg_free(&m);
	buf_free(&der);
	ERR_clear_error();
	return 0;
}
