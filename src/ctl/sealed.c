/* SPDX-License-Identifier: ISC
 *
 * See ctl/sealed.h.
 */
#include "ctl/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/enc.h"
#include "ctl/folder.h"

#define MAGIC "scepd-sealed 1 "
#define SALT_LEN 16
#define HEAD_LEN (sizeof(MAGIC) - 1 + 2 * SALT_LEN + 1)
#define CHUNK 65536
#define TAG_LEN 16
#define SCRYPT_N (1u << 15)
#define SCRYPT_MEMORY (64u << 20)

struct sealed {
	FILE *f;
	char *path, *tmp; /* tmp: of a file in the making */
	char head[HEAD_LEN + 1];
	uint8_t key[32];
	uint64_t number; /* of the next chunk */
	bool last;       /* the last chunk was read */
	uint8_t clear[CHUNK];
	size_t n;        /* octets in clear */
	struct buf text; /* what was read and not handed out, from `at` on */
	size_t at;
};

static int
derive(struct sealed *s, struct view passphrase, struct err *e)
{
	uint8_t salt[SALT_LEN];

	if (hex_into(view_of(s->head + sizeof(MAGIC) - 1, 2 * (size_t)SALT_LEN), salt, SALT_LEN) !=
	    0)
		return err_set(e, ERR_REFUSED, "%s: not a file of scepctl", s->path);
	if (EVP_PBE_scrypt((const char *)passphrase.p, passphrase.n, salt, SALT_LEN, SCRYPT_N, 8, 1,
	        SCRYPT_MEMORY, s->key, sizeof s->key) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "scrypt");
	return 0;
}

/* One chunk either way: in.n octets from in to out, and the tag. -1: it does not fit. */
static int
crypt_chunk(
    struct sealed *s, bool encrypt, bool last, struct view in, uint8_t *out, uint8_t tag[TAG_LEN])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t nonce[12] = {0};
	int n, rc = -1;

	for (int i = 0; i < 8; i++)
		nonce[3 + i] = (uint8_t)(s->number >> (8 * (7 - i)));
	nonce[11] = last;
	if (ctx == NULL ||
	    EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, s->key, nonce, encrypt) != 1 ||
	    EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)s->head, (int)HEAD_LEN) != 1 ||
	    EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) != 1)
		goto out;
	if (!encrypt && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) != 1)
		goto out;
	if (EVP_CipherFinal_ex(ctx, out + n, &n) != 1)
		goto out;
	if (encrypt && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, tag) != 1)
		goto out;
	s->number++;
	rc = 0;
out:
	EVP_CIPHER_CTX_free(ctx);
	return rc;
}

static int
file_error(const struct sealed *s, struct err *e)
{
	return err_set(e, ERR_FILE, "%s: %s", s->path, strerror(errno));
}

static struct sealed *
new_sealed(const char *path, struct err *e)
{
	struct sealed *s = calloc(1, sizeof *s);

	if (s != NULL && (s->path = strdup(path)) != NULL)
		return s;
	sealed_free(s);
	err_set(e, ERR_MEMORY, "no memory");
	return NULL;
}

static int
make_head(struct sealed *s, struct err *e)
{
	uint8_t salt[SALT_LEN];
	char hex[2 * SALT_LEN + 1];

	if (RAND_bytes(salt, SALT_LEN) != 1)
		return err_set_ossl(e, ERR_INTERNAL, "cannot draw random octets");
	hex_of(view_of(salt, SALT_LEN), hex);
	snprintf(s->head, sizeof s->head, MAGIC "%s\n", hex);
	return 0;
}

static int
make_file(struct sealed *s, struct err *e)
{
	int fd;

	if (asprintf(&s->tmp, "%s.XXXXXX", s->path) < 0) {
		s->tmp = NULL;
		return err_set(e, ERR_MEMORY, "no memory");
	}
	if ((fd = mkostemp(s->tmp, O_CLOEXEC)) < 0) {
		free(s->tmp);
		s->tmp = NULL;
		return file_error(s, e);
	}
	if ((s->f = fdopen(fd, "w")) == NULL) {
		close(fd);
		return file_error(s, e);
	}
	return fwrite(s->head, HEAD_LEN, 1, s->f) == 1 ? 0 : file_error(s, e);
}

struct sealed *
sealed_create(const char *path, struct view passphrase, bool replace, struct err *e)
{
	struct sealed *s = new_sealed(path, e);

	if (s == NULL)
		return NULL;
	if (!replace && path_exists(path))
		err_set(e, ERR_USAGE, "%s exists already (--replace)", path);
	else if (make_head(s, e) == 0 && derive(s, passphrase, e) == 0 && make_file(s, e) == 0)
		return s;
	sealed_free(s);
	return NULL;
}

static int
write_chunk(struct sealed *s, bool last, struct err *e)
{
	uint8_t out[CHUNK], tag[TAG_LEN];

	if (crypt_chunk(s, true, last, view_of(s->clear, s->n), out, tag) != 0)
		return err_set_ossl(e, ERR_INTERNAL, "AES-256-GCM");
	if ((s->n > 0 && fwrite(out, s->n, 1, s->f) != 1) || fwrite(tag, TAG_LEN, 1, s->f) != 1)
		return file_error(s, e);
	s->n = 0;
	return 0;
}

/* A full chunk is written when more comes, so that the last one is known to be the last. */
static int
add_octets(struct sealed *s, struct view v, struct err *e)
{
	while (v.n > 0) {
		size_t part = CHUNK - s->n < v.n ? CHUNK - s->n : v.n;

		if (part == 0) {
			if (write_chunk(s, false, e) != 0)
				return -1;
			continue;
		}
		memcpy(s->clear + s->n, v.p, part);
		s->n += part;
		v = view_of(v.p + part, v.n - part);
	}
	return 0;
}

int
sealed_add(struct sealed *s, struct view line, struct err *e)
{
	return add_octets(s, line, e) == 0 ? add_octets(s, view_str("\n"), e) : -1;
}

int
sealed_finish(struct sealed *s, struct err *e)
{
	FILE *f = s->f;

	if (write_chunk(s, true, e) != 0)
		return -1;
	if (fflush(f) != 0 || fsync(fileno(f)) != 0 || rename(s->tmp, s->path) != 0)
		return file_error(s, e);
	free(s->tmp);
	s->tmp = NULL;
	return 0;
}

struct sealed *
sealed_open(const char *path, struct view passphrase, struct err *e)
{
	struct sealed *s = new_sealed(path, e);

	if (s == NULL)
		return NULL;
	if ((s->f = fopen(path, "re")) == NULL)
		file_error(s, e);
	else if (fread(s->head, HEAD_LEN, 1, s->f) != 1 ||
	         memcmp(s->head, MAGIC, sizeof(MAGIC) - 1) != 0 || s->head[HEAD_LEN - 1] != '\n')
		err_set(e, ERR_REFUSED, "%s: not a file of scepctl", path);
	else if (derive(s, passphrase, e) == 0)
		return s;
	sealed_free(s);
	return NULL;
}

/* Decrypts the next chunk behind the text. */
static int
read_chunk(struct sealed *s, struct err *e)
{
	uint8_t in[CHUNK + TAG_LEN];
	size_t n = fread(in, 1, sizeof in, s->f);
	int next = getc(s->f);
	uint8_t *room;

	if (ferror(s->f))
		return file_error(s, e);
	if (next != EOF)
		ungetc(next, s->f);
	s->last = next == EOF;
	if (n < TAG_LEN)
		return err_set(e, ERR_REFUSED, "%s: the file is cut off", s->path);
	n -= TAG_LEN;
	s->text.max = SEALED_LINE_MAX + CHUNK;
	if ((room = buf_room(&s->text, n)) == NULL)
		return err_set(e, ERR_REFUSED, "%s: a line is too long", s->path);
	if (crypt_chunk(s, false, s->last, view_of(in, n), room, in + n) != 0)
		return err_set(e, ERR_REFUSED,
		    "%s: the passphrase is another one, or the file was changed or cut off",
		    s->path);
	s->text.n += n;
	return 0;
}

int
sealed_line(struct sealed *s, struct view *line, struct err *e)
{
	for (;;) {
		size_t left = s->text.n - s->at;
		const uint8_t *start = s->text.p + s->at,
		              *end = left > 0 ? memchr(start, '\n', left) : NULL;

		if (end != NULL) {
			*line = view_of(start, (size_t)(end - start));
			s->at += line->n + 1;
			return 1;
		}
		if (s->last)
			return left == 0 ? 0
			                 : err_set(e, ERR_REFUSED, "%s: ends in a line", s->path);
		if (left > 0 && s->at > 0)
			memmove(s->text.p, start, left);
		buf_cut(&s->text, left);
		s->at = 0;
		if (read_chunk(s, e) != 0)
			return -1;
	}
}

void
sealed_free(struct sealed *s)
{
	if (s == NULL)
		return;
	if (s->f != NULL)
		fclose(s->f);
	if (s->tmp != NULL)
		unlink(s->tmp);
	if (s->text.p != NULL)
		OPENSSL_cleanse(s->text.p, s->text.cap);
	buf_free(&s->text);
	free(s->path);
	free(s->tmp);
	OPENSSL_cleanse(s, sizeof *s);
	free(s);
}
