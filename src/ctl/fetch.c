/* SPDX-License-Identifier: ISC
 *
 * One HTTP exchange. Redirects are not followed: a SCEP server that sends one is set up wrongly,
 * and the operator should see that.
 */
#include "ctl/fetch.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#define CONNECT_SECONDS 10L
#define TOTAL_SECONDS 60L

static size_t
take(char *data, size_t size, size_t n, void *out)
{
	struct buf *body = out;

	return buf_add(body, data, size * n) == 0 ? size * n : 0;
}

static CURLcode
set_up(
    CURL *curl, const struct fetch *f, struct fetched *out, struct curl_slist *headers, char *why)
{
	curl_easy_setopt(curl, CURLOPT_URL, f->url);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TOTAL_SECONDS);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "scepctl");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out->body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (f->tls_ca != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, f->tls_ca);
	if (f->body.n > 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)f->body.n);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, f->body.p);
	}
	return curl_easy_perform(curl);
}

int
fetch(const struct fetch *f, struct fetched *out, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "", type[128];
	curl_off_t later = 0;
	CURL *curl = NULL;
	struct curl_slist *headers = NULL;
	CURLcode code;
	int rc = -1;

	*out = (struct fetched){.body = {.max = FETCH_MAX}};
	if (strncasecmp(f->url, "http://", 7) != 0 && strncasecmp(f->url, "https://", 8) != 0)
		return err_set(e, ERR_USAGE, "%s is not an http or https URL", f->url);
	curl = curl_easy_init();
	snprintf(type, sizeof(type), "Content-Type: %s", f->type != NULL ? f->type : "");
	/* "Expect:" alone keeps libcurl from waiting for a 100 Continue that few SCEP servers send.
	 */
	headers = curl_slist_append(NULL, "Expect:");
	if (f->body.n > 0 && headers != NULL)
		headers = curl_slist_append(headers, type);
	if (curl == NULL || headers == NULL) {
		err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	code = set_up(curl, f, out, headers, why);
	if (code != CURLE_OK) {
		err_set(e, ERR_NETWORK, "%s: %s", f->url,
		    *why != '\0' ? why : curl_easy_strerror(code));
		goto out;
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
	if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &later) == CURLE_OK)
		out->retry_after = (long)later;
	rc = 0;
out:
	if (rc != 0)
		buf_free(&out->body);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return rc;
}

int
fetch_check(const struct fetched *got, const char *what, struct err *e)
{
	bool refused = got->status >= 400 && got->status < 500;
	char later[48] = "";

	if (got->status == 200)
		return 0;
	if (got->retry_after > 0)
		snprintf(later, sizeof(later), " (try again in %ld s)", got->retry_after);
	return err_set(e, refused ? ERR_REFUSED : ERR_NETWORK, "%s: HTTP status %ld%s: %.*s", what,
	    got->status, later, fetch_line(&got->body), buf_str(&got->body));
}

int
fetch_line(const struct buf *body)
{
	size_t n = strcspn(buf_str(body), "\r\n");

	return (int)(n < 200 ? n : 200);
}
