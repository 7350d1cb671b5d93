/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plot of curves over powers of two, both axes logarithmic, as SVG. */
#ifndef VIRELAY_CLI_PLOT_H
#define VIRELAY_CLI_PLOT_H

#include <glib.h>

typedef struct VrCurve {
    const char *label;
    const gint64 *values; /* one for each x; all above 0 */
} VrCurve;

typedef struct VrPlot {
    const char *title, *x_label, *y_label;
    size_t points; /* x of point i is 2^i */
    const VrCurve *curves;
    size_t curve_count; /* at most 2 */
} VrPlot;

/* The file's text, to free. */
char *vr_plot_svg(const VrPlot *plot);

#endif
