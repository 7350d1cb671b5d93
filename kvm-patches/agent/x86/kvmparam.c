/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvmparam.h"

#include <stdio.h>
#include <stdlib.h>

bool vr_kvm_parameter(const char *module, const char *name, long long *value)
{
    char path[128];
    char text[32];
    FILE *file;
    bool there;

    snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
    file = fopen(path, "r");
    if (!file) {
        return false;
    }
    there = fgets(text, sizeof(text), file);
    fclose(file);
    if (there) {
        *value = text[0] == 'Y' ? 1 : text[0] == 'N' ? 0 : atoll(text);
    }
    return there;
}
