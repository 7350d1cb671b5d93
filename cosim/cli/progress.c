/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <unistd.h>

static bool quiet(void)
{
    return g_strcmp0(g_getenv("VIRELAY_QUIET"), "1") == 0;
}

char *vr_elapsed(gint64 since_us)
{
    unsigned seconds = (g_get_monotonic_time() - since_us) / G_USEC_PER_SEC;

    return g_strdup_printf("%u:%02u", seconds / 60, seconds % 60);
}

static bool ticking; /* the clock's line is on the screen */

void vr_progress_clear(void)
{
    if (ticking) {
        fputs("\r\033[K", stderr);
        ticking = false;
    }
}

void vr_progress_line(gint64 began_us, const char *fmt, ...)
{
    g_autofree char *elapsed = vr_elapsed(began_us);
    va_list ap;

    if (quiet()) {
        return;
    }
    vr_progress_clear();
    fprintf(stderr, "[%s] ", elapsed);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

void vr_progress_tick(gint64 began_us, const char *text)
{
    static gint64 last;
    gint64 now = g_get_monotonic_time();
    g_autofree char *elapsed = vr_elapsed(began_us);

    if (quiet() || !isatty(STDERR_FILENO) || now - last < G_USEC_PER_SEC / 4) {
        return;
    }
    last = now;
    vr_progress_clear();
    fprintf(stderr, "[%s] %.70s", elapsed, text);
    fflush(stderr);
    ticking = true;
}

bool vr_colour(FILE *f)
{
    const char *no = g_getenv("NO_COLOR");

    return isatty(fileno(f)) && !(no && *no);
}
