/* SPDX-License-Identifier: ISC
 *
 * hello SOCKET PROCESSES LENGTH: the least that a FastCGI program with libfcgi can do: processes
 * forked beforehand that wait in FCGX_Accept_r and answer with one fixed text, or with LENGTH
 * octets where the path ends in "long". What scepd's own answers are compared with.
 */
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static char text[] = "Content-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world\n";

/* The other answer, whole. */
static char *
long_text(int length)
{
	char *out = calloc(1, 200 + (size_t)length);
	int head =
	    out != NULL
	        ? sprintf(out, "Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n", length)
	        : 0;

	if (out != NULL)
		memset(out + head, 'x', (size_t)length);
	return out;
}

static void
serve(int fd, char *other)
{
	FCGX_Request r;

	FCGX_InitRequest(&r, fd, 0);
	while (FCGX_Accept_r(&r) == 0) {
		const char *path = FCGX_GetParam("SCRIPT_NAME", r.envp);
		size_t n = path != NULL ? strlen(path) : 0;
		char *out = n > 4 && strcmp(path + n - 4, "long") == 0 ? other : text;

		FCGX_PutStr(out, (int)strlen(out), r.out);
		FCGX_Finish_r(&r);
	}
}

int
main(int argc, char **argv)
{
	char *other = argc == 4 ? long_text(atoi(argv[3])) : NULL;
	int fd;

	if (other == NULL || FCGX_Init() != 0 || (fd = FCGX_OpenSocket(argv[1], 512)) < 0) {
		fprintf(stderr, "usage: hello SOCKET PROCESSES LENGTH\n");
		return 2;
	}
	for (int i = atoi(argv[2]); i > 0; i--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd, other);
			return 1;
		}
	pause();
	return 0;
}
