/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the cases of an image and reports them as KTAP. */
#include "fw.h"

extern const FwCase __fw_cases_start[], __fw_cases_end[];

/* The magic keeps the place findable in the image. */
__attribute__((used, section(".data.fw_options")))
char fw_options[256] = FW_OPTIONS_MAGIC;

static struct {
    bool failed, skipped;
} now;

static void diagnostic(void)
{
    fw_printf("# ");
}

void fw_fail(const char *file, int line, const char *cond, const char *fmt,
             ...)
{
    va_list ap;

    now.failed = true;
    diagnostic();
    fw_printf("%s:%d: %s: ", file, line, cond);
    va_start(ap, fmt);
    fw_vprintf(fmt, ap);
    va_end(ap);
    fw_printf("\n");
}

/* KTAP wants the reason on the result's line: keep it until then. */
static char skip_reason[160];
static size_t skip_length;
static bool capturing;

void fw_capture(char c)
{
    if (skip_length < sizeof(skip_reason) - 1) {
        skip_reason[skip_length++] = c;
        skip_reason[skip_length] = 0;
    }
}

bool fw_capturing(void)
{
    return capturing;
}

void fw_skip(const char *fmt, ...)
{
    va_list ap;

    now.skipped = true;
    skip_length = 0;
    capturing = true;
    va_start(ap, fmt);
    fw_vprintf(fmt, ap);
    va_end(ap);
    capturing = false;
}

bool fw_case_ended(void)
{
    return now.failed || now.skipped;
}

bool fw_option(const char *key, char *buf, size_t size)
{
    const char *s = fw_options + sizeof(FW_OPTIONS_MAGIC) - 1;
    size_t len = strlen(key), n = 0;

    for (; *s; s++) {
        bool start = s[-1] == ' ' || s[-1] == '=';

        if (start && !strncmp(s, key, len) && s[len] == '=') {
            for (s += len + 1; *s && *s != ' ' && n + 1 < size; s++) {
                buf[n++] = *s;
            }
            buf[n] = 0;
            return true;
        }
    }
    return false;
}

__attribute__((weak)) bool fw_machine_usable(void)
{
    return true;
}

static void restart_if_unusable(void)
{
    char text[4];

    if (fw_option("restart", text, sizeof(text)) && !fw_machine_usable()) {
        fw_printf("# the machine starts again\n");
        hal_restart();
    }
}

static void run_case(const FwCase *c, int number)
{
    now.failed = now.skipped = false;
    fw_printf("# case %s\n", c->id);
    fw_case_begin();
    if (!fw_case_ended()) {
        c->run();
    }
    fw_case_end();
    fw_printf("%s %d - %s", now.failed ? "not ok" : "ok", number, c->id);
    if (now.skipped && !now.failed) {
        fw_printf(" # SKIP %s", skip_reason);
    }
    fw_printf("\n");
}

static int list_cases(const char *glob)
{
    const FwCase *c;

    for (c = __fw_cases_start; c < __fw_cases_end; c++) {
        if (fw_glob(glob, c->id)) {
            fw_printf("# list %s | %s | %s\n", c->id, c->section, c->title);
        }
    }
    return 0;
}

static int number_option(const char *key, int otherwise)
{
    char text[12];
    const char *s = text;
    int n = 0;

    if (!fw_option(key, text, sizeof(text))) {
        return otherwise;
    }
    while (*s >= '0' && *s <= '9' && n < 100000) {
        n = n * 10 + (*s++ - '0');
    }
    return n;
}

int fw_run(void)
{
    char glob[128] = "*", list[8];
    const FwCase *c;
    int count = 0, number = 0, failed = 0;
    int from = number_option("from", 1);

    fw_option("case", glob, sizeof(glob));
    if (fw_option("list", list, sizeof(list))) {
        return list_cases(glob);
    }
    for (c = __fw_cases_start; c < __fw_cases_end; c++) {
        count += fw_glob(glob, c->id);
    }
    fw_printf("KTAP version 1\n1..%d\n", count);
    if (!fw_suite_begin()) {
        fw_printf("Bail out! the machine cannot run this suite\n");
        return 1;
    }
    for (c = __fw_cases_start; c < __fw_cases_end; c++) {
        if (fw_glob(glob, c->id) && ++number >= from) {
            run_case(c, number);
            failed += now.failed;
            restart_if_unusable();
        }
    }
    fw_printf("# %d cases, %d failed\n", count, failed);
    return failed;
}
