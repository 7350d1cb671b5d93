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
/* x86_boot.c */
extern const VrCheck vr_check_x86_boot;
/* x86_params.c */
extern const VrCheck vr_check_vmx_params;
extern const VrCheck vr_check_svm_params;
/* x86_selftests.c */
extern const VrCheck vr_check_vmx_selftests;
/* ir_remapped.c */
extern const VrCheck vr_check_ir_remapped;
/* ir_blocked.c */
extern const VrCheck vr_check_ir_compat_blocked;
extern const VrCheck vr_check_ir_sid;
/* ir_invalidation.c */
extern const VrCheck vr_check_ir_invalidation;
/* pi_posted.c */
extern const VrCheck vr_check_pi_posted_msi;
/* pi_stress.c */
extern const VrCheck vr_check_pi_affinity;
extern const VrCheck vr_check_pi_storm;
/* bypass_posted.c */
extern const VrCheck vr_check_bypass_posted;
/* bypass_halted.c */
extern const VrCheck vr_check_bypass_halted;
/* bypass_load.c */
extern const VrCheck vr_check_bypass_preempted;
extern const VrCheck vr_check_bypass_migrate;
/* bypass_routes.c */
extern const VrCheck vr_check_bypass_affinity;
extern const VrCheck vr_check_bypass_multicast;
/* count.c */
extern const VrCheck vr_check_count_nv_on_block;
extern const VrCheck vr_check_count_first_irq_kick;
extern const VrCheck vr_check_count_error_path;
/* count_race.c */
extern const VrCheck vr_check_count_race;
/* irqbypass.c */
extern const VrCheck vr_check_irqbypass_scaling_x86;
extern const VrCheck vr_check_irqbypass_collision_x86;
extern const VrCheck vr_check_irqbypass_scaling_arm64;
extern const VrCheck vr_check_irqbypass_collision_arm64;
/* irqbypass_refcount.c */
extern const VrCheck vr_check_irqbypass_refcount;
/* irqbypass_order.c */
extern const VrCheck vr_check_irqbypass_order;
/* ioapic_stale.c */
extern const VrCheck vr_check_ioapic_stale_eoi;
extern const VrCheck vr_check_ioapic_stale_eoi_two_vectors;
/* apicv_self_ipi.c */
extern const VrCheck vr_check_apicv_self_ipi_cost;
extern const VrCheck vr_check_apicv_entry_invariant;
/* x86_l2.c: one for each CPU of the host, number of vCPUs, and APIC mode */
#define VR_L2_CHECKS(CHECK) \
    CHECK(vmx, 1, xapic) CHECK(vmx, 2, xapic) CHECK(vmx, 4, xapic) \
    CHECK(vmx, 1, x2apic) CHECK(vmx, 2, x2apic) CHECK(vmx, 4, x2apic) \
    CHECK(svm, 1, xapic) CHECK(svm, 2, xapic) CHECK(svm, 4, xapic) \
    CHECK(svm, 1, x2apic) CHECK(svm, 2, x2apic) CHECK(svm, 4, x2apic)
#define VR_L2_CHECK(cpu, size, apic) \
    extern const VrCheck vr_check_##cpu##_l2_boot_##size##_##apic;
VR_L2_CHECKS(VR_L2_CHECK)
#undef VR_L2_CHECK

#endif
