/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proofs about RTL: groups of rtl-models/BLOCK/formal/proofs.ini, and how
 * one is carried out (rtl-models/prove.sh).
 */
#ifndef VIRELAY_CLI_PROOFS_H
#define VIRELAY_CLI_PROOFS_H

#include <glib.h>

#include "child.h"

typedef struct VrProof {
    char *name, *block;
    char *claim;    /* one line */
    char *section;  /* of the manual */
    char *mode;     /* "bmc" or "induction" */
    unsigned depth; /* clocks */
    char *top;
    char **files;   /* below the block's folder */
    char **mutants; /* below rtl-models/mutants; each must refute it */
} VrProof;

typedef enum VrProofResult {
    VR_PROOF_PROVED,
    VR_PROOF_REFUTED,
    VR_PROOF_ERROR, /* could not be carried out */
} VrProofResult;

/* All of them, of one block, or of all for NULL. NULL with *err. */
GPtrArray *vr_proofs_load(const char *block, VrError *err);

/*
 * Start a proof in @dir, about the RTL with a mutant applied unless @mutant is
 * NULL. NULL with *err.
 */
VrChild *vr_proof_start(const VrProof *p, const char *mutant, const char *dir,
                        VrError *err);
VrProofResult vr_proof_result(int status);
const char *vr_proof_result_name(VrProofResult r);

#endif
