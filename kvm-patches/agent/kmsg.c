/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RECORD 8192 /* the longest that the kernel hands out */

int vr_kmsg_open(void)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0) {
        lseek(fd, 0, SEEK_END);
    }
    return fd;
}

int vr_kmsg_count(int fd, const char *one, const char *other)
{
    char record[RECORD];
    ssize_t len;
    int count = 0;

    while ((len = read(fd, record, sizeof(record) - 1)) > 0) {
        record[len] = '\0';
        count += strstr(record, one) && strstr(record, other);
    }
    return len < 0 && errno == EPIPE ? -1 : count;
}
