/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sweep leaves in its folder: points.txt, a line a point,
 *
 *   point K pass|fail|again PC CPU LATENCY FLAGS WHY
 *   end REASON K TEXT
 *
 * speed.txt, how long all of it took, and for a point that failed point-K.vrt,
 * the last records of the trace. Points and end are records of the trace, too.
 */
#ifndef VIRELAY_PLUGIN_LOG_H
#define VIRELAY_PLUGIN_LOG_H

#include "point.h"

bool vr_log_open(const char *folder);
void vr_log_record(const VrTraceRec *rec);
/* The records from here on are of another point. */
void vr_log_next(void);
void vr_log_point(const VrPoint *p, VrPointVerdict verdict, const char *why);
void vr_log_end(VrSweepEnd how, VrSweepEvent event, uint64_t k,
                const char *text);
/* The machine ends, and this point was fired: "end open K PC". */
void vr_log_open_point(const VrPoint *p);
void vr_log_close(void);

#endif
