/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fw.h"

void *memset(void *p, int c, size_t n)
{
    unsigned char *d = p;

    while (n--) {
        *d++ = c;
    }
    return p;
}

void *memcpy(void *d, const void *s, size_t n)
{
    unsigned char *to = d;
    const unsigned char *from = s;

    while (n--) {
        *to++ = *from++;
    }
    return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (; n--; x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n]) {
        n++;
    }
    return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n--; a++, b++) {
        if (*a != *b || !*a) {
            return (unsigned char)*a - (unsigned char)*b;
        }
    }
    return 0;
}

/* '*' any text, '?' one character */
bool fw_glob(const char *pattern, const char *s)
{
    for (; *pattern; pattern++, s++) {
        if (*pattern == '*') {
            for (;; s++) {
                if (fw_glob(pattern + 1, s)) {
                    return true;
                }
                if (!*s) {
                    return false;
                }
            }
        }
        if (!*s || (*pattern != '?' && *pattern != *s)) {
            return false;
        }
    }
    return !*s;
}
