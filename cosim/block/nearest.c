/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 63
#define MAX_HINTS 3

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

static int lower(char c)
{
    return tolower((unsigned char)c);
}

size_t vr_edit_distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MAX_LEN + 1];
    size_t *before = rows[0], *prev = rows[1], *cur = rows[2];
    size_t la = strnlen(a, NAME_MAX_LEN);
    size_t lb = strnlen(b, NAME_MAX_LEN);

    for (size_t j = 0; j <= lb; j++) {
        prev[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        cur[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t cost = lower(a[i - 1]) != lower(b[j - 1]);

            cur[j] = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + cost);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]) &&
                before[j - 2] + 1 < cur[j]) {
                cur[j] = before[j - 2] + 1;
            }
        }
        size_t *oldest = before;
        before = prev;
        prev = cur;
        cur = oldest;
    }
    return prev[lb];
}

typedef struct Text {
    char *buf;
    size_t len, used;
} Text;

static void text_add(Text *t, const char *s)
{
    size_t n = strlen(s);

    if (t->used + 1 >= t->len) {
        return;
    }
    if (n > t->len - t->used - 1) {
        n = t->len - t->used - 1;
    }
    memcpy(t->buf + t->used, s, n);
    t->used += n;
    t->buf[t->used] = '\0';
}

/* A name this far away is not what was meant. */
static size_t farthest(const char *word)
{
    size_t third = strlen(word) / 3;

    return third < 1 ? 1 : third > 4 ? 4 : third;
}

static int is_near(const char *word, const char *name, size_t distance)
{
    size_t n = strlen(word);

    return vr_edit_distance(word, name) == distance ||
           (distance == 1 && n >= 3 && !strncmp(word, name, n));
}

static void list_all(Text *t, VrNameAt at, const void *opaque)
{
    const char *name;

    for (size_t i = 0; (name = at(opaque, i)) != NULL; i++) {
        text_add(t, i == 0 ? "known: " : ", ");
        text_add(t, name);
    }
    if (t->used == 0) {
        text_add(t, "none is known");
    }
}

const char *vr_nearest(const char *word, VrNameAt at, const void *opaque,
                       char *buf, size_t len)
{
    Text t = { buf, len, 0 };
    unsigned hints = 0;
    const char *name;

    if (len == 0) {
        return buf;
    }
    buf[0] = '\0';
    for (size_t d = 0; d <= farthest(word) && hints == 0; d++) {
        for (size_t i = 0; (name = at(opaque, i)) && hints < MAX_HINTS; i++) {
            if (is_near(word, name, d)) {
                text_add(&t, hints == 0 ? "did you mean '" : " or '");
                text_add(&t, name);
                text_add(&t, "'");
                hints++;
            }
        }
    }
    if (hints > 0) {
        text_add(&t, "?");
    } else {
        list_all(&t, at, opaque);
    }
    return buf;
}
