/* SPDX-License-Identifier: ISC
 *
 * Questions at a terminal, with or without echo. A signal that comes while the echo is off first
 * restores the terminal.
 */
#ifndef BASE_TTY_H
#define BASE_TTY_H

#include <stdbool.h>
#include <stddef.h>

#define TTY_LINE_MAX 4096

/* The next line from a descriptor, without its end, NUL-terminated; nothing behind it is taken. -1:
 * errno (E2BIG: it does not fit; EINTR: a signal). The caller cleanses `line`. */
int tty_line(int fd, char line[TTY_LINE_MAX], size_t *len) __attribute__((warn_unused_result));

/* Shows "PROMPT: " and reads the answer. -1: as above. */
int tty_ask(int fd, const char *prompt, bool echo, char line[TTY_LINE_MAX], size_t *len)
    __attribute__((warn_unused_result));

#endif
