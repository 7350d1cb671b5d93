/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pci.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool vr_file_read(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t len = -1;

    if (fd < 0) {
        return false;
    }
    while (used < size - 1 &&
           (len = read(fd, buf + used, size - 1 - used)) > 0) {
        used += len;
    }
    close(fd);
    buf[used] = '\0';
    if (used && buf[used - 1] == '\n') {
        buf[used - 1] = '\0';
    }
    return len >= 0;
}

bool vr_file_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done;

    if (fd < 0) {
        return false;
    }
    done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return done;
}

static bool has_number(const char *function, const char *attribute,
                       unsigned number)
{
    char path[300];
    char text[32];

    snprintf(path, sizeof(path), VR_PCI_DEVICES "/%s/%s", function, attribute);
    return vr_file_read(path, text, sizeof(text)) &&
           strtoul(text, NULL, 0) == number;
}

static int is_function(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

unsigned vr_pci_find(uint16_t vendor, uint16_t device, VrPci *found,
                     unsigned max)
{
    struct dirent **entries;
    int count = scandir(VR_PCI_DEVICES, &entries, is_function, alphasort);
    unsigned n = 0;

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        unsigned bus, slot, function;

        if (n < max && strlen(name) < sizeof(found[n].name) &&
            sscanf(name, "%*x:%x:%x.%u", &bus, &slot, &function) == 3 &&
            has_number(name, "vendor", vendor) &&
            has_number(name, "device", device)) {
            strcpy(found[n].name, name);
            found[n].source = bus << 8 | slot << 3 | function;
            n++;
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return n;
}
