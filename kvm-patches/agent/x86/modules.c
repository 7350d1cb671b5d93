/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pci.h"
#include "report.h"

#define FOLDER "/modules"

/*
 * 0, or the error number. One that is loaded already is no error, nor is one
 * that finds nothing on this machine to drive.
 */
static int load_one(const char *file)
{
    char path[300];
    int fd, err;

    snprintf(path, sizeof(path), FOLDER "/%s", file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
    close(fd);
    return err == EEXIST || err == ENODEV || err == EOPNOTSUPP ? 0 : err;
}

/* One pass over all; how many are loaded, and of the others the last error. */
static int load_pass(int *err, char *name, size_t size)
{
    DIR *dir = opendir(FOLDER);
    struct dirent *entry;
    int loaded = 0;

    *err = 0;
    while (dir && (entry = readdir(dir))) {
        int result;

        if (!strstr(entry->d_name, ".ko")) {
            continue;
        }
        result = load_one(entry->d_name);
        if (result) {
            *err = result;
            snprintf(name, size, "%s", entry->d_name);
        } else {
            loaded++;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return loaded;
}

int vr_modules_load(const char **why)
{
    static char text[400];
    int before = -1, loaded, err;
    char name[256];

    /* What needs a module that is not there yet waits for the next pass. */
    while ((loaded = load_pass(&err, name, sizeof(name))) > before && err) {
        before = loaded;
    }
    if (err) {
        snprintf(text, sizeof(text), "%s", vr_error_text(name, err));
        *why = text;
        return -1;
    }
    return loaded;
}

long vr_module_references(const char *name)
{
    char path[128], text[32];

    snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
    return vr_file_read(path, text, sizeof(text)) ? strtol(text, NULL, 10)
                                                  : -1;
}
