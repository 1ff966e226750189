/* SPDX-License-Identifier: ISC
 *
 * The part of the PKCS#11 interface (OASIS, version 2.40; any later version has it) that this layer
 * uses, as a module lays it out in memory on Unix: numbers are unsigned long, structures have their
 * natural alignment, and functions stand in one table whose order never changes.
 */
#ifndef SIGNER_CRYPTOKI_H
#define SIGNER_CRYPTOKI_H

typedef unsigned long ck_ulong;
typedef ck_ulong ck_rv, ck_slot, ck_session, ck_object, ck_attr_type, ck_mech_type;

/* Results */
#define CKR_OK 0x000UL
#define CKR_SLOT_ID_INVALID 0x003UL
#define CKR_GENERAL_ERROR 0x005UL
#define CKR_DEVICE_ERROR 0x030UL
#define CKR_DEVICE_REMOVED 0x032UL
#define CKR_KEY_HANDLE_INVALID 0x060UL
#define CKR_KEY_FUNCTION_NOT_PERMITTED 0x068UL
#define CKR_MECHANISM_INVALID 0x070UL
#define CKR_OBJECT_HANDLE_INVALID 0x082UL
#define CKR_PIN_INCORRECT 0x0a0UL
#define CKR_PIN_INVALID 0x0a1UL
#define CKR_PIN_LEN_RANGE 0x0a2UL
#define CKR_PIN_EXPIRED 0x0a3UL
#define CKR_PIN_LOCKED 0x0a4UL
#define CKR_SESSION_CLOSED 0x0b0UL
#define CKR_SESSION_HANDLE_INVALID 0x0b3UL
#define CKR_TOKEN_NOT_PRESENT 0x0e0UL
#define CKR_USER_ALREADY_LOGGED_IN 0x100UL
#define CKR_USER_NOT_LOGGED_IN 0x101UL
#define CKR_CRYPTOKI_NOT_INITIALIZED 0x190UL
#define CKR_CRYPTOKI_ALREADY_INITIALIZED 0x191UL

/* Flags of C_Initialize, of tokens, of sessions */
#define CKF_OS_LOCKING_OK 0x002UL
#define CKF_LOGIN_REQUIRED 0x004UL
#define CKF_TOKEN_INITIALIZED 0x400UL
#define CKF_RW_SESSION 0x002UL
#define CKF_SERIAL_SESSION 0x004UL
#define CKU_USER 1UL

/* Classes, key types, attributes, mechanisms */
#define CKO_PUBLIC_KEY 2UL
#define CKO_PRIVATE_KEY 3UL
#define CKK_RSA 0UL
#define CKK_EC 3UL
#define CKA_CLASS 0x000UL
#define CKA_TOKEN 0x001UL
#define CKA_PRIVATE 0x002UL
#define CKA_LABEL 0x003UL
#define CKA_KEY_TYPE 0x100UL
#define CKA_ID 0x102UL
#define CKA_SENSITIVE 0x103UL
#define CKA_ENCRYPT 0x104UL
#define CKA_DECRYPT 0x105UL
#define CKA_SIGN 0x108UL
#define CKA_VERIFY 0x10aUL
#define CKA_MODULUS 0x120UL
#define CKA_MODULUS_BITS 0x121UL
#define CKA_PUBLIC_EXPONENT 0x122UL
#define CKA_EXTRACTABLE 0x162UL
#define CKA_EC_PARAMS 0x180UL
#define CKA_EC_POINT 0x181UL
#define CKM_RSA_PKCS_KEY_PAIR_GEN 0x0000UL
#define CKM_RSA_PKCS 0x0001UL
#define CKM_RSA_X_509 0x0003UL
#define CKM_EC_KEY_PAIR_GEN 0x1040UL
#define CKM_ECDSA 0x1041UL

#define CK_UNAVAILABLE (~0UL) /* the length of an attribute that there is not */

struct ck_version {
	unsigned char major, minor;
};

/* Texts are padded with spaces and not ended. */
struct ck_token_info {
	unsigned char label[32], manufacturer[32], model[16], serial[16];
	ck_ulong flags;
	ck_ulong max_sessions, sessions, max_rw_sessions, rw_sessions;
	ck_ulong max_pin, min_pin;
	ck_ulong public_memory, free_public_memory, private_memory, free_private_memory;
	struct ck_version hardware, firmware;
	unsigned char time[16];
};

struct ck_attribute {
	ck_attr_type type;
	void *value;
	ck_ulong length;
};

struct ck_mechanism {
	ck_mech_type mechanism;
	void *parameter;
	ck_ulong length;
};

struct ck_initialize_args {
	void *create_mutex, *destroy_mutex, *lock_mutex, *unlock_mutex;
	ck_ulong flags;
	void *reserved;
};

/* A place in the table that is not used here. */
typedef void ck_unused(void);

struct ck_functions {
	struct ck_version version;
	ck_rv (*initialize)(void *args);
	ck_rv (*finalize)(void *reserved);
	ck_unused *get_info, *get_function_list;
	ck_rv (*get_slot_list)(unsigned char present, ck_slot *slots, ck_ulong *n);
	ck_unused *get_slot_info;
	ck_rv (*get_token_info)(ck_slot slot, struct ck_token_info *info);
	ck_unused *get_mechanism_list, *get_mechanism_info, *init_token, *init_pin, *set_pin;
	ck_rv (*open_session)(
	    ck_slot slot, ck_ulong flags, void *application, void *notify, ck_session *session);
	ck_rv (*close_session)(ck_session session);
	ck_unused *close_all_sessions, *get_session_info, *get_operation_state,
	    *set_operation_state;
	ck_rv (*login)(ck_session session, ck_ulong user, unsigned char *pin, ck_ulong n);
	ck_unused *logout, *create_object, *copy_object;
	ck_rv (*destroy_object)(ck_session session, ck_object object);
	ck_unused *get_object_size;
	ck_rv (*get_attribute_value)(
	    ck_session session, ck_object object, struct ck_attribute *attributes, ck_ulong n);
	ck_unused *set_attribute_value;
	ck_rv (*find_objects_init)(ck_session session, struct ck_attribute *attributes, ck_ulong n);
	ck_rv (*find_objects)(ck_session session, ck_object *objects, ck_ulong max, ck_ulong *n);
	ck_rv (*find_objects_final)(ck_session session);
	ck_unused *encrypt_init, *encrypt, *encrypt_update, *encrypt_final;
	ck_rv (*decrypt_init)(ck_session session, struct ck_mechanism *mechanism, ck_object key);
	ck_rv (*decrypt)(ck_session session, unsigned char *in, ck_ulong in_len, unsigned char *out,
	    ck_ulong *out_len);
	ck_unused *decrypt_update, *decrypt_final;
	ck_unused *digest_init, *digest, *digest_update, *digest_key, *digest_final;
	ck_rv (*sign_init)(ck_session session, struct ck_mechanism *mechanism, ck_object key);
	ck_rv (*sign)(ck_session session, unsigned char *data, ck_ulong data_len,
	    unsigned char *signature, ck_ulong *signature_len);
	ck_unused *sign_update, *sign_final, *sign_recover_init, *sign_recover;
	ck_unused *verify_init, *verify, *verify_update, *verify_final, *verify_recover_init,
	    *verify_recover;
	ck_unused *digest_encrypt_update, *decrypt_digest_update, *sign_encrypt_update,
	    *decrypt_verify_update;
	ck_unused *generate_key;
	ck_rv (*generate_key_pair)(ck_session session, struct ck_mechanism *mechanism,
	    struct ck_attribute *public_template, ck_ulong n_public,
	    struct ck_attribute *private_template, ck_ulong n_private, ck_object *public_key,
	    ck_object *private_key);
	ck_unused *wrap_key, *unwrap_key, *derive_key, *seed_random, *generate_random,
	    *get_function_status, *cancel_function, *wait_for_slot_event;
};

/* What a module exports. */
#define CK_ENTRY "C_GetFunctionList"
typedef ck_rv ck_get_function_list(struct ck_functions **list);

#endif
