/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What X86_BENCH and its guests (bench-guest.S) agree on. The guests run in
 * long mode, all memory identity-mapped by 2 MiB pages; R12 is the number of
 * times, RSI the address of the kind, R14 where the CPU counts its interrupts.
 */
#ifndef VR_AGENT_X86_BENCH_H
#define VR_AGENT_X86_BENCH_H

#define VR_BENCH_PML4 0x1000
#define VR_BENCH_PDPT 0x2000
#define VR_BENCH_PD 0x3000
#define VR_BENCH_GDT 0x4000
#define VR_BENCH_IDT 0x5000
#define VR_BENCH_COUNTS 0x6000 /* of interrupts, a cache line for each CPU */
#define VR_BENCH_CODE 0x8000
#define VR_BENCH_STACKS 0x20000 /* each CPU's, downwards, one above the other */
#define VR_BENCH_STACK_SIZE 0x4000
#define VR_BENCH_DATA 0x200000
#define VR_BENCH_HOLE 0x30000000 /* mapped by the guest, no memory there */

/* Ports: the measured part begins, has ended, and one that does nothing. */
#define VR_BENCH_BEGIN 0xe0
#define VR_BENCH_END 0xe1
#define VR_BENCH_ECHO 0xe2

#define VR_BENCH_VECTOR 0x40
#define VR_BENCH_CS 0x08
#define VR_BENCH_SS 0x10

#define VR_BENCH_LINE 64
#define VR_BENCH_WALK_SIZE 0x200000

#ifndef __ASSEMBLER__
#include <stdint.h>

extern const uint8_t vr_bench_code[], vr_bench_code_end[];
extern const uint8_t vr_bench_cpuid[], vr_bench_port[], vr_bench_msr[],
    vr_bench_mmio[], vr_bench_fault[], vr_bench_hlt[], vr_bench_hlt_peer[],
    vr_bench_ipi[], vr_bench_ipi_peer[], vr_bench_compute[], vr_bench_walk[],
    vr_bench_on_interrupt[];

/* The loops themselves, which L1 calls too. */
void vr_bench_compute_loop(uint64_t times);
void vr_bench_walk_loop(uint64_t times, void *data);
#endif

#endif
