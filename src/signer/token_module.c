/* SPDX-License-Identifier: ISC
 *
 * PKCS#11 modules: loading, starting, and starting again. A module is code that runs in the process
 * that holds keys, so its file is judged like a configuration file before it is loaded.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tokens.h"

static struct token_module *modules;

static const struct {
	ck_rv rv;
	const char *name;
} results[] = {
    {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID"},
    {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
    {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
    {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
    {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
    {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
    {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"},
    {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
    {CKR_PIN_INVALID, "CKR_PIN_INVALID"},
    {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
    {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED"},
    {CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
    {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED"},
    {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
    {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
    {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
    {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"},
};

const char *
token_result(ck_rv rv)
{
	static char number[32];

	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		if (results[i].rv == rv)
			return results[i].name;
	snprintf(number, sizeof number, "result 0x%lx", rv);
	return number;
}

int
token_fault(struct err *e, const char *what, ck_rv rv)
{
	return err_set(e, ERR_KEY_GONE, "%s: %s", what, token_result(rv));
}

static int
start(struct token_module *m, struct err *e)
{
	struct ck_initialize_args args = {.flags = CKF_OS_LOCKING_OK};
	ck_rv rv = m->f->initialize(&args);

	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return token_fault(e, "the PKCS#11 module does not start", rv);
	m->running = true;
	m->generation++;
	return 0;
}

static void
stop(struct token_module *m)
{
	if (m->running)
		m->f->finalize(NULL);
	m->running = false;
}

int
module_restart(struct token_module *m, struct err *e)
{
	stop(m);
	return start(m, e);
}

/* Whoever can write the file decides what this process does with the keys it holds. */
static int
judge(const char *path, struct err *e)
{
	char *folder = strdup(path), *slash = folder != NULL ? strrchr(folder, '/') : NULL;
	int rc;

	if (slash == NULL || slash == folder)
		rc = err_set(e, ERR_CONFIG, "%s: the PKCS#11 module needs an absolute path", path);
	else {
		*slash = '\0';
		rc = file_judge(path, OWNER_NONE, e) != 0 || file_judge(folder, OWNER_NONE, e) != 0
		         ? -1
		         : 0;
	}
	free(folder);
	return rc;
}

static int
load(struct token_module *m, struct err *e)
{
	ck_get_function_list *entry;
	char *real = realpath(m->path, NULL);
	int rc = judge(m->path, e);
	void *symbol;

	if (rc == 0 && real != NULL)
		rc = judge(real, e);
	free(real);
	if (rc != 0)
		return -1;
	if ((m->library = dlopen(m->path, RTLD_NOW | RTLD_LOCAL)) == NULL)
		return err_set(e, ERR_CONFIG, "the PKCS#11 module cannot be loaded: %s", dlerror());
	if ((symbol = dlsym(m->library, CK_ENTRY)) == NULL)
		return err_set(e, ERR_CONFIG, "%s is no PKCS#11 module", m->path);
	/* ISO C knows no way from an object to a function pointer. */
	memcpy(&entry, &symbol, sizeof entry);
	if (entry(&m->f) != CKR_OK || m->f == NULL || m->f->version.major < 2)
		return err_set(
		    e, ERR_CONFIG, "%s is not a PKCS#11 module of version 2 or later", m->path);
	return 0;
}

static void
unload(struct token_module *m)
{
	if (m->library != NULL)
		dlclose(m->library);
	free(m->path);
	free(m);
}

int
module_get(const char *path, struct token_module **out, struct err *e)
{
	struct token_module *m;

	for (m = modules; m != NULL && strcmp(m->path, path) != 0; m = m->next)
		;
	if (m == NULL) {
		*out = NULL;
		if ((m = calloc(1, sizeof *m)) == NULL || (m->path = strdup(path)) == NULL) {
			free(m);
			return err_set(e, ERR_MEMORY, "no memory");
		}
		if (load(m, e) != 0) {
			unload(m);
			return -1;
		}
		m->next = modules;
		modules = m;
	}
	m->users++;
	*out = m;
	return m->running ? 0 : start(m, e);
}

void
module_put(struct token_module *m)
{
	struct token_module **at = &modules;

	if (m == NULL || --m->users > 0)
		return;
	stop(m);
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	unload(m);
}
