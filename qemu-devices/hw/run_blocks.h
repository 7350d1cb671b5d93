/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the object virelay-run and the blocks that it follows. */
#ifndef HW_VIRELAY_RUN_BLOCKS_H
#define HW_VIRELAY_RUN_BLOCKS_H

#include "hw/virelay/run.h"

/* In the folder for recordings, beside one file for each block. */
#define VR_MISMATCH_FILE "mismatch.txt" /* only after a mismatch */
#define VR_LOCKSTEP_FILE "lockstep.txt" /* a line of counts for each block */

/* The folder for recordings and what goes with them, or NULL. */
const char *virelay_run_folder(void);
/* Whether blocks are recorded; there is a folder then. */
bool virelay_run_records(void);
/* Whether the machine goes on after a lockstep mismatch. */
bool virelay_run_keeps_going(void);

/* Finish the recordings and report what lockstep counted. Once, at exit. */
void virelay_blocks_close(void);

#endif
