/* SPDX-License-Identifier: ISC
 *
 * ERR(name, HTTP status, failInfo, slug, text for the client or NULL)
 *
 * A code with FAIL_NONE is answered by a plain HTTP status. One with a failInfo is answered by a
 * sealed CertRep FAILURE under HTTP 200 once transactionID and senderNonce are known, by its HTTP
 * status before. Everything that depends on the content of the envelope and is decided before the
 * client is authorised shares badRequest and has no text, so that no two of these failures can be
 * told apart from outside.
 */

/* The HTTP side */
ERR(METHOD, 405, FAIL_NONE, "method", "method not allowed")
ERR(NO_PROFILE, 404, FAIL_NONE, "no-profile", "no SCEP profile at this path")
ERR(NO_CA, 404, FAIL_NONE, "no-ca", "no such CA at this path")
ERR(OPERATION, 400, FAIL_NONE, "operation", "unknown operation")
ERR(NO_MESSAGE, 400, FAIL_NONE, "no-message", "no message in the request")
ERR(ENCODING, 400, FAIL_NONE, "encoding", "the message is not base64")
ERR(TOO_LARGE, 413, FAIL_NONE, "too-large", "the message is larger than 65536 bytes")
ERR(BODY_SHORT, 400, FAIL_NONE, "body-short", "the body ended early")
ERR(NO_NEXT_CA, 404, FAIL_NONE, "no-next-ca", "there is no next CA")
ERR(NOT_READY, 503, FAIL_NONE, "not-ready", "try again later")
ERR(STORE, 503, FAIL_NONE, "store", "try again later")
ERR(DISABLED, 503, FAIL_NONE, "disabled", "this profile is switched off for now")
ERR(QUEUE_FULL, 503, FAIL_NONE, "queue-full", "too many requests wait for approval")
ERR(GUESSING, 429, FAIL_NONE, "guessing", "too many wrong guesses from this address")
ERR(SOURCE, 403, FAIL_NONE, "source", "not from this address")
ERR(HTTPS_ONLY, 403, FAIL_NONE, "https-only", "challenges are handed out over https only")
ERR(TOKEN, 401, FAIL_NONE, "token", "a valid bearer token is needed")
ERR(TOKEN_PROFILE, 403, FAIL_NONE, "token-profile", "this token is not for this profile")
ERR(NOT_DYNAMIC, 409, FAIL_NONE, "not-dynamic", "this profile has no one-time challenges")
ERR(PENDING_FULL, 429, FAIL_NONE, "pending-full", "too many challenges are outstanding")
ERR(BODY, 400, FAIL_NONE, "body", "the body cannot be understood")
ERR(WEBHOOK, 400, FAIL_NONE, "webhook", "this webhook event is not SCEPChallenge")
ERR(KEY_GONE, 503, FAIL_NONE, "key-unavailable", "try again later")
ERR(BUSY, 503, FAIL_NONE, "busy", "try again later")
ERR(INTERNAL, 500, FAIL_NONE, "internal", "internal error")

/* The message cannot be read, or not far enough to answer it with a CertRep */
ERR(MESSAGE, 400, FAIL_NONE, "message", "not a SCEP pkiMessage")
ERR(LIMITS, 400, FAIL_NONE, "limits", "the message is nested too deeply or has too many parts")
ERR(ATTRIBUTE, 400, FAIL_NONE, "attribute",
    "a signed attribute is missing, repeated or of the wrong type")
ERR(CIPHER, 400, FAIL_BAD_ALG, "cipher", "content encryption algorithm not accepted")

/* Facts visible without a private key */
ERR(SIGNER, 400, FAIL_BAD_MESSAGE_CHECK, "signer",
    "the certificate of the signer is not in the message")
ERR(SIGNER_KEY, 400, FAIL_BAD_ALG, "signer-key",
    "the key of the signer is of an unsupported type or size")
ERR(SIGNER_WEAK, 400, FAIL_BAD_ALG, "signer-weak", "the key of the signer is too small")
ERR(DIGEST, 400, FAIL_BAD_ALG, "digest", "digest algorithm not accepted")
ERR(SIGNATURE_ALG, 400, FAIL_BAD_ALG, "signature-alg", "signature algorithm not accepted")
ERR(SIGNATURE, 400, FAIL_BAD_MESSAGE_CHECK, "signature",
    "the signature of the message does not verify")
ERR(SIGNING_TIME, 400, FAIL_BAD_TIME, "signing-time",
    "signingTime is too far from the clock of this server")
ERR(TYPE, 400, FAIL_BAD_REQUEST, "type", "message type not supported")
ERR(ENVELOPE, 400, FAIL_BAD_REQUEST, "envelope",
    "the content is not an EnvelopedData for one key transport")
ERR(RECIPIENT, 400, FAIL_BAD_CERT_ID, "recipient",
    "not encrypted to the RA certificate of this server: fetch it again with GetCACert")
ERR(KEY_TRANSPORT, 400, FAIL_BAD_ALG, "key-transport", "key transport algorithm not accepted")
ERR(REPLY_KEY, 400, FAIL_BAD_ALG, "reply-key",
    "no reply can be encrypted to the key that signed the request")

/* From the unwrapped key to the accepted challenge: one answer */
ERR(CONTENT, 400, FAIL_BAD_REQUEST, "content", NULL)
ERR(CSR, 400, FAIL_BAD_REQUEST, "csr", NULL)
ERR(CSR_PROOF, 400, FAIL_BAD_REQUEST, "csr-proof", NULL)
ERR(CSR_SIGNER, 400, FAIL_BAD_REQUEST, "csr-signer", NULL)
ERR(RENEWAL_SIGNER, 400, FAIL_BAD_REQUEST, "renewal-signer", NULL)
ERR(NO_CHALLENGE, 400, FAIL_BAD_REQUEST, "no-challenge", NULL)
ERR(CHALLENGE, 400, FAIL_BAD_REQUEST, "challenge", NULL)
ERR(CHALLENGE_USED, 400, FAIL_BAD_REQUEST, "challenge-used", NULL)

/* What the store knows of a request or transaction */
ERR(REJECTED, 400, FAIL_BAD_REQUEST, "rejected", "the request was rejected")
ERR(NO_TRANSACTION, 400, FAIL_BAD_CERT_ID, "no-transaction", "no such transaction of this key")
ERR(NO_CERT, 400, FAIL_BAD_CERT_ID, "no-certificate", "no such certificate for this key")
ERR(NO_CRL, 400, FAIL_BAD_CERT_ID, "no-crl", "there is no CRL of this issuer")
ERR(BINDING, 400, FAIL_BAD_REQUEST, "binding", "the challenge is for other names")

/* Renewal: said to the holder of a certificate of ours */
ERR(RENEWAL_OFF, 400, FAIL_BAD_REQUEST, "renewal-off", "renewal is switched off")
ERR(RENEWAL_REVOKED, 400, FAIL_BAD_REQUEST, "renewal-revoked", "the certificate is revoked")
ERR(RENEWAL_EXPIRED, 400, FAIL_BAD_REQUEST, "renewal-expired", "the certificate has expired")
ERR(RENEWAL_EARLY, 400, FAIL_BAD_REQUEST, "renewal-early", "it is too early to renew")
ERR(RENEWAL_KEY, 400, FAIL_BAD_REQUEST, "renewal-key", "a renewal needs a new key")
ERR(RENEWAL_NAMES, 400, FAIL_BAD_REQUEST, "renewal-names",
    "the request names somebody else than the certificate")

/* Policy: said only to a client that has been authorised */
ERR(KEY_TYPE, 400, FAIL_BAD_ALG, "key-type", "the type of the requested key is not permitted")
ERR(KEY_WEAK, 400, FAIL_BAD_ALG, "key-weak", "the requested key is too small")
ERR(CSR_ALG, 400, FAIL_BAD_ALG, "csr-alg", "the signature algorithm of the PKCS#10 is not accepted")
ERR(SUBJECT_EMPTY, 400, FAIL_BAD_REQUEST, "subject-empty",
    "the request names neither subject nor subjectAltName")
ERR(SUBJECT_TEXT, 400, FAIL_BAD_REQUEST, "subject-text",
    "the subject has a control character or an over-long value")
ERR(SUBJECT_ITEM, 400, FAIL_BAD_REQUEST, "subject-item",
    "the subject has an attribute that is not permitted")
ERR(FORBID_CA, 400, FAIL_BAD_REQUEST, "forbid-ca", "basicConstraints CA:TRUE is not permitted")
ERR(FORBID_KEY_USAGE, 400, FAIL_BAD_REQUEST, "forbid-key-usage",
    "keyCertSign and cRLSign are not permitted")
ERR(FORBID_EKU, 400, FAIL_BAD_REQUEST, "forbid-eku", "an extended key usage is not permitted")
ERR(FORBID_SID, 400, FAIL_BAD_REQUEST, "forbid-sid", "the AD security identifier is not permitted")
ERR(FORBID_UPN, 400, FAIL_BAD_REQUEST, "forbid-upn", "a user principal name is not permitted")
ERR(FORBID_CONSTRAINTS, 400, FAIL_BAD_REQUEST, "forbid-constraints",
    "name or policy constraints are not permitted")
ERR(FORBID_SAN, 400, FAIL_BAD_REQUEST, "forbid-san",
    "a subjectAltName of this type is not permitted")
ERR(EXTENSIONS, 400, FAIL_BAD_REQUEST, "extensions",
    "a requested extension cannot be read or is repeated")
ERR(CA_EXPIRED, 400, FAIL_BAD_REQUEST, "ca-expired", "the CA certificate has expired")

/* The operator's side: never seen by a client */
ERR(CONFIG, 500, FAIL_NONE, "config", "internal error")
ERR(FILE, 500, FAIL_NONE, "file", "internal error")
ERR(CRL, 500, FAIL_NONE, "crl", "internal error")
ERR(KEY_FILE, 500, FAIL_NONE, "key-file", "internal error")
ERR(USAGE, 500, FAIL_NONE, "usage", "internal error")
ERR(NETWORK, 500, FAIL_NONE, "network", "internal error")
ERR(REFUSED, 500, FAIL_NONE, "refused", "internal error")
ERR(MEMORY, 500, FAIL_NONE, "memory", "internal error")
