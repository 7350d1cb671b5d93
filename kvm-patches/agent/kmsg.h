/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log, for what it tells nobody otherwise. */
#ifndef VR_AGENT_KMSG_H
#define VR_AGENT_KMSG_H

/* From here on; -1: errno. Closed by close(). */
int vr_kmsg_open(void);
/*
 * How many messages, since the open or the last call, have both texts in them;
 * -1: messages were lost.
 */
int vr_kmsg_count(int fd, const char *one, const char *other);

#endif
