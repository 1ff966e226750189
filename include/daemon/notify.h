/* SPDX-License-Identifier: ISC
 *
 * Telling the service manager (sd_notify(3)): one datagram to $NOTIFY_SOCKET, nothing when there is
 * none.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdbool.h>

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

/* Whether a service manager waits for these. */
bool notify_wanted(void);

#endif
