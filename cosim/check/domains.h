/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks, one file a domain. */
#ifndef VIRELAY_CHECK_DOMAINS_H
#define VIRELAY_CHECK_DOMAINS_H

#include "check.h"

/* arm64_boot.c */
extern const VrCheck vr_check_arm64_boot;
/* tdir_asym.c */
extern const VrCheck vr_check_tdir_asym_deactivate;
/* tdir_broadcast.c */
extern const VrCheck vr_check_tdir_set_on_all_vcpus;
extern const VrCheck vr_check_tdir_broadcast_kick;
/* tdir_idle.c */
extern const VrCheck vr_check_tdir_cleared_when_idle;
/* tdir_eoimode0.c */
extern const VrCheck vr_check_tdir_eoimode0;
/* tdir_overflow.c */
extern const VrCheck vr_check_tdir_lr_overflow;
/* tdir_sources.c */
extern const VrCheck vr_check_tdir_edge_and_level;
/* tdir_stress.c */
extern const VrCheck vr_check_tdir_stress;

#endif
