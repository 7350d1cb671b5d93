/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot.h"

#include <math.h>
#include <stdint.h>

#define WIDTH 720
#define HEIGHT 440
#define LEFT 90
#define RIGHT 20
#define TOP 50
#define BOTTOM 60
#define SPACE_X ((double)(WIDTH - LEFT - RIGHT))
#define SPACE_Y ((double)(HEIGHT - TOP - BOTTOM))

/* Told apart without colours, too: the second one is dashed. */
static const struct {
    const char *colour, *dash;
} styles[] = { { "#b3261e", "none" }, { "#1a5fb4", "8 4" } };

typedef struct Scale {
    const VrPlot *plot;
    int first, last; /* decades of y */
} Scale;

static Scale scale_of(const VrPlot *plot)
{
    gint64 least = G_MAXINT64, most = 1;
    Scale s = { .plot = plot };

    for (size_t c = 0; c < plot->curve_count; c++) {
        for (size_t i = 0; i < plot->points; i++) {
            least = MIN(least, plot->curves[c].values[i]);
            most = MAX(most, plot->curves[c].values[i]);
        }
    }
    s.first = (int)floor(log10((double)MAX(least, 1)));
    s.last = MAX((int)ceil(log10((double)most)), s.first + 1);
    return s;
}

static double at_x(const Scale *s, size_t point)
{
    return LEFT + SPACE_X * point / MAX(s->plot->points - 1, 1);
}

static double at_y(const Scale *s, double value)
{
    return TOP + SPACE_Y * (s->last - log10(value)) / (s->last - s->first);
}

/* With a point as decimal sign, whatever the locale. */
static void number(GString *svg, const char *name, double value)
{
    char buf[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(svg, " %s=\"%s\"", name,
                           g_ascii_formatd(buf, sizeof(buf), "%.1f", value));
}

static void line(GString *svg, double x1, double y1, double x2, double y2)
{
    g_string_append(svg, "<line stroke=\"#cccccc\"");
    number(svg, "x1", x1);
    number(svg, "y1", y1);
    number(svg, "x2", x2);
    number(svg, "y2", y2);
    g_string_append(svg, "/>\n");
}

static void text(GString *svg, double x, double y, const char *anchor,
                 const char *what)
{
    g_autofree char *escaped = g_markup_escape_text(what, -1);

    g_string_append_printf(svg, "<text text-anchor=\"%s\"", anchor);
    number(svg, "x", x);
    number(svg, "y", y);
    g_string_append_printf(svg, ">%s</text>\n", escaped);
}

static void draw_grid(GString *svg, const Scale *s)
{
    for (size_t i = 0; i < s->plot->points; i++) {
        g_autofree char *n = g_strdup_printf("%" G_GUINT64_FORMAT,
                                             UINT64_C(1) << i);

        line(svg, at_x(s, i), TOP, at_x(s, i), TOP + SPACE_Y);
        if (i % 2 == 0) {
            text(svg, at_x(s, i), TOP + SPACE_Y + 18, "middle", n);
        }
    }
    for (int decade = s->first; decade <= s->last; decade++) {
        const double y = at_y(s, pow(10, decade));
        g_autofree char *n = g_strdup_printf("%.0f", pow(10, decade));

        line(svg, LEFT, y, LEFT + SPACE_X, y);
        text(svg, LEFT - 8, y + 4, "end", n);
    }
}

static void draw_curve(GString *svg, const Scale *s, size_t which)
{
    const VrCurve *curve = &s->plot->curves[which];
    const char *colour = styles[which].colour;

    g_string_append_printf(svg, "<polyline fill=\"none\" stroke=\"%s\" "
                           "stroke-width=\"2\" stroke-dasharray=\"%s\" "
                           "points=\"", colour, styles[which].dash);
    for (size_t i = 0; i < s->plot->points; i++) {
        char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

        g_string_append_printf(
            svg, "%s%s,%s", i ? " " : "",
            g_ascii_formatd(x, sizeof(x), "%.1f", at_x(s, i)),
            g_ascii_formatd(y, sizeof(y), "%.1f",
                            at_y(s, (double)curve->values[i])));
    }
    g_string_append(svg, "\"/>\n");
    for (size_t i = 0; i < s->plot->points; i++) {
        g_string_append_printf(svg, "<circle r=\"3\" fill=\"%s\"", colour);
        number(svg, "cx", at_x(s, i));
        number(svg, "cy", at_y(s, (double)curve->values[i]));
        g_string_append_printf(svg, "><title>%" G_GUINT64_FORMAT ": %"
                               G_GINT64_FORMAT "</title></circle>\n",
                               UINT64_C(1) << i, curve->values[i]);
    }
}

static void draw_key(GString *svg, const Scale *s, size_t which)
{
    const double y = TOP + 20 + 20 * (double)which;

    g_string_append_printf(svg, "<line stroke=\"%s\" stroke-width=\"2\" "
                           "stroke-dasharray=\"%s\"", styles[which].colour,
                           styles[which].dash);
    number(svg, "x1", LEFT + 12);
    number(svg, "y1", y - 4);
    number(svg, "x2", LEFT + 48);
    number(svg, "y2", y - 4);
    g_string_append(svg, "/>\n");
    text(svg, LEFT + 56, y, "start", s->plot->curves[which].label);
}

char *vr_plot_svg(const VrPlot *plot)
{
    const Scale s = scale_of(plot);
    GString *svg = g_string_new(NULL);

    g_string_append_printf(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                           "width=\"%d\" height=\"%d\" font-family="
                           "\"sans-serif\" font-size=\"12\">\n"
                           "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>"
                           "\n", WIDTH, HEIGHT, WIDTH, HEIGHT);
    text(svg, WIDTH / 2.0, 24, "middle", plot->title);
    draw_grid(svg, &s);
    for (size_t c = 0; c < plot->curve_count; c++) {
        draw_curve(svg, &s, c);
    }
    for (size_t c = 0; c < plot->curve_count; c++) {
        draw_key(svg, &s, c);
    }
    text(svg, LEFT + SPACE_X / 2, HEIGHT - 16, "middle", plot->x_label);
    text(svg, LEFT - 8, TOP - 12, "start", plot->y_label);
    g_string_append(svg, "</svg>\n");
    return g_string_free(svg, FALSE);
}
