/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "newc.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_SIZE 110
#define CONSOLE_MAJOR 5
#define CONSOLE_MINOR 1

typedef struct Archive {
    uint8_t *bytes;
    size_t limit, used;
    unsigned inode;
    bool full;
} Archive;

static void append(Archive *a, const void *data, size_t size)
{
    size_t padded = (size + 3) & ~(size_t)3;

    if (a->limit - a->used < padded) {
        a->full = true;
        return;
    }
    memcpy(a->bytes + a->used, data, size);
    memset(a->bytes + a->used + size, 0, padded - size);
    a->used += padded;
}

static void add(Archive *a, const char *name, unsigned mode, unsigned major,
                unsigned minor, const void *data, size_t size)
{
    char head[HEADER_SIZE + 64];
    int length;

    length = snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08zx"
                      "%08x%08x%08x%08x%08zx%08x%s", ++a->inode, mode, 0, 0, 1,
                      0, size, 0, 0, major, minor, strlen(name) + 1, 0, name);
    append(a, head, length + 1);
    if (size) {
        append(a, data, size);
    }
}

size_t vr_newc_write(uint8_t *to, size_t limit, const uint8_t *program,
                     size_t size)
{
    static const char *const folders[] = { "dev", "proc", "sys" };
    Archive a = { .bytes = to, .limit = limit };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        add(&a, folders[i], S_IFDIR | 0755, 0, 0, NULL, 0);
    }
    add(&a, "dev/console", S_IFCHR | 0600, CONSOLE_MAJOR, CONSOLE_MINOR, NULL,
        0);
    add(&a, "init", S_IFREG | 0755, 0, 0, program, size);
    add(&a, "TRAILER!!!", 0, 0, 0, NULL, 0);
    return a.full ? 0 : a.used;
}
