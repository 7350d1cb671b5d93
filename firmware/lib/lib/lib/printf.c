/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fw.h"

typedef struct Spec {
    unsigned width;
    bool zero, longer;
} Spec;

static void put_char(char c)
{
    if (fw_capturing()) {
        fw_capture(c);
    } else {
        hal_console_write(c);
    }
}

static void put(const char *s)
{
    while (*s) {
        put_char(*s++);
    }
}

static void put_number(uint64_t v, unsigned base, bool negative,
                       const Spec *spec)
{
    char buf[32];
    unsigned n = 0;

    do {
        buf[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v);
    if (negative) {
        buf[n++] = '-';
    }
    while (n < spec->width && n < sizeof(buf)) {
        buf[n++] = spec->zero ? '0' : ' ';
    }
    while (n) {
        put_char(buf[--n]);
    }
}

static const char *parse_spec(const char *fmt, Spec *spec)
{
    *spec = (Spec) { 0 };
    if (*fmt == '0') {
        spec->zero = true;
        fmt++;
    }
    while (*fmt >= '0' && *fmt <= '9') {
        spec->width = spec->width * 10 + (*fmt++ - '0');
    }
    while (*fmt == 'l' || *fmt == 'z') {
        spec->longer = true;
        fmt++;
    }
    return fmt;
}

static void put_signed(int64_t v, const Spec *spec)
{
    put_number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0, spec);
}

void fw_vprintf(const char *fmt, va_list ap)
{
    Spec spec;

    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put_char(*fmt);
            continue;
        }
        fmt = parse_spec(fmt + 1, &spec);
        switch (*fmt) {
        case 's':
            put(va_arg(ap, const char *));
            break;
        case 'c':
            put_char(va_arg(ap, int));
            break;
        case 'd':
            put_signed(spec.longer ? va_arg(ap, long) : va_arg(ap, int),
                       &spec);
            break;
        case 'u':
        case 'x':
            put_number(spec.longer ? va_arg(ap, unsigned long)
                       : va_arg(ap, unsigned), *fmt == 'x' ? 16 : 10, false,
                       &spec);
            break;
        default:
            put_char(*fmt);
        }
    }
}

void fw_printf(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fw_vprintf(fmt, ap);
    va_end(ap);
}
