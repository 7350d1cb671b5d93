/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay-irqgen: a PCIe function that fires interrupts on demand. This page
 * is its register description for QEMU, agent, firmware and tests; it includes
 * nothing, and can be included by assembly source. More in docs/irqgen.md.
 *
 * PCI: vendor 0x1b36, device 0x11e1, class 0x0880 (system peripheral). MSI with
 * 32 vectors, 64-bit, per-vector masking; MSI-X with 2,048 vectors; function
 * level reset. BAR 0: registers, 4 KiB. BAR 2: MSI-X table at 0, pending bits at
 * 0x8000, 64 KiB. There is no INTx.
 *
 * All registers are little-endian. One of 32 bits is accessed with 4 bytes,
 * one of 64 bits with 8 bytes or as two halves of 4. Other sizes, misaligned
 * and unlisted locations read 0, are ignored, and set STATUS.BAD_ACCESS. RW1C:
 * writing 1 clears a bit.
 *
 * A channel fires *shots*: COUNT interrupts, BURST of them at each tick; the
 * first tick DELAY ns after the start (0: within the register write that starts
 * it), the others PERIOD ns apart. What a shot does is latched when it starts
 * or is armed; its registers may then be rewritten for the next one. Time is
 * the virtual time of the machine.
 *
 * Each interrupt takes the channel's next sequence number (SEQ + 1), writes it
 * to memory if FLAGS says so, and only then sends its message: by MSI-X if that
 * is enabled, else by MSI, else it is DROPPED; or FLAGS.RAW.
 *
 * However many interrupts are due at one time, at most VR_IRQGEN_CHUNK of a
 * channel's are fired in one go; the next ones follow VR_IRQGEN_CHUNK_NS later,
 * so that a machine under a storm goes on.
 */
#ifndef VIRELAY_IRQGEN_H
#define VIRELAY_IRQGEN_H

#define VR_IRQGEN_VENDOR 0x1b36
#define VR_IRQGEN_DEVICE 0x11e1
#define VR_IRQGEN_CLASS 0x0880
#define VR_IRQGEN_REG_BAR 0
#define VR_IRQGEN_REG_SIZE 0x1000
#define VR_IRQGEN_MSIX_BAR 2
#define VR_IRQGEN_MSIX_SIZE 0x10000
#define VR_IRQGEN_MSIX_TABLE 0x0
#define VR_IRQGEN_MSIX_PBA 0x8000

#define VR_IRQGEN_NUM_CHANNELS 8
#define VR_IRQGEN_NUM_MSI 32
#define VR_IRQGEN_NUM_MSIX 2048
#define VR_IRQGEN_CHUNK 256
#define VR_IRQGEN_CHUNK_NS 1000

/* --- the function --- */

#define VR_IRQGEN_ID 0x00       /* RO 32: VR_IRQGEN_ID_VALUE */
#define VR_IRQGEN_VERSION 0x04  /* RO 32: 1 */
#define VR_IRQGEN_CHANNELS 0x08 /* RO 32: 8 */
#define VR_IRQGEN_VECTORS 0x0c  /* RO 32: MSI-X 15:0, MSI 31:16; 0: without */
#define VR_IRQGEN_MODE 0x10     /* RO 32: VR_IRQGEN_MODE_*, as enabled now */
#define VR_IRQGEN_STATUS 0x14   /* RW1C 32: VR_IRQGEN_STATUS_* */
#define VR_IRQGEN_CTRL 0x18     /* WO 32: VR_IRQGEN_CTRL_* */
/* RW 32: while bit 31 is set, messages carry bits 15:0 as their source. */
#define VR_IRQGEN_REQUESTER 0x1c
/* WO 32: bit n is channel n; as its CTRL.START, ARM, STOP, or a trigger */
#define VR_IRQGEN_START 0x20
#define VR_IRQGEN_ARM 0x24
#define VR_IRQGEN_STOP 0x28
#define VR_IRQGEN_TRIGGER 0x2c
/*
 * A write of 4 bytes of any data to any address, as an MSI would be. The
 * address's bits 1:0 are 0.
 */
#define VR_IRQGEN_MSG_ADDR 0x30 /* RW 64 */
#define VR_IRQGEN_MSG_DATA 0x38 /* WO 32: sends it */
/* All messages sent: of shots, of vectors unmasked, and raw ones */
#define VR_IRQGEN_MESSAGES 0x40 /* RO 64 */
/*
 * Those which the machine's bus refused: bus mastering is off, nothing is at
 * the address, or the remapping unit told so. A real bus gives no answer.
 */
#define VR_IRQGEN_MSG_ERRORS 0x48 /* RO 64 */
#define VR_IRQGEN_TIME 0x50       /* RO 64: virtual time, nanoseconds */

#define VR_IRQGEN_ID_VALUE 0x56495251

#define VR_IRQGEN_MODE_NONE 0
#define VR_IRQGEN_MODE_MSI 1
#define VR_IRQGEN_MODE_MSIX 2

#define VR_IRQGEN_STATUS_BAD_ACCESS (1 << 0) /* see above */
#define VR_IRQGEN_STATUS_MSG_ERROR (1 << 1)  /* MSG_ERRORS was increased */

/* All channels and registers as after reset; not the PCI configuration. */
#define VR_IRQGEN_CTRL_RESET (1 << 0)

#define VR_IRQGEN_REQUESTER_OVERRIDE 0x80000000

/* --- channel n, from VR_IRQGEN_CHANNEL(n) --- */

#define VR_IRQGEN_CHANNEL(n) (0x400 + 0x80 * (n))

#define VR_IRQGEN_CH_CTRL 0x00    /* WO 32: VR_IRQGEN_CH_CTRL_* */
#define VR_IRQGEN_CH_STATUS 0x04  /* RO and RW1C 32: VR_IRQGEN_CH_STATUS_* */
#define VR_IRQGEN_CH_VECTOR 0x08  /* RW 32: the first vector */
#define VR_IRQGEN_CH_VECTORS 0x0c /* RW 32: that many in turn; 0 as 1 */
/* RW 64: interrupts of a shot; all ones: until stopped; 0 is an error */
#define VR_IRQGEN_CH_COUNT 0x10
#define VR_IRQGEN_CH_DELAY 0x18  /* RW 64: ns, below 2^62 */
#define VR_IRQGEN_CH_PERIOD 0x20 /* RW 64: ns, below 2^62 */
#define VR_IRQGEN_CH_BURST 0x28  /* RW 32: interrupts of a tick; 0 as 1 */
#define VR_IRQGEN_CH_FLAGS 0x2c  /* RW 32: VR_IRQGEN_CH_FLAGS_* */
/*
 * Interrupt i of a shot (from 0) writes at DMA_ADDR + DMA_STRIDE * (i mod
 * DMA_SLOTS), or without the modulus if DMA_SLOTS is 0; mod 2^64. Only RAM can
 * be reached, through the IOMMU. A write that fails is counted; the interrupt
 * is sent nevertheless.
 */
#define VR_IRQGEN_CH_DMA_ADDR 0x30   /* RW 64 */
#define VR_IRQGEN_CH_DMA_STRIDE 0x38 /* RW 32: bytes */
#define VR_IRQGEN_CH_DMA_SLOTS 0x3c  /* RW 32 */
/* With FLAGS.RAW; the address's bits 1:0 are ignored. */
#define VR_IRQGEN_CH_MSG_ADDR 0x40      /* RW 64 */
#define VR_IRQGEN_CH_MSG_DATA 0x48      /* RW 32 */
#define VR_IRQGEN_CH_TRIGGERS_LOST 0x4c /* RO 32: came while not armed */
#define VR_IRQGEN_CH_SEQ 0x50           /* RW 64: the last number; 0 at first */
/* Each interrupt is counted in one of these three. */
#define VR_IRQGEN_CH_FIRED 0x58      /* RO 64: its message was sent */
#define VR_IRQGEN_CH_MASKED 0x60     /* RO 64: masked, its pending bit was set */
#define VR_IRQGEN_CH_DROPPED 0x68    /* RO 64: not enabled, or no such vector */
#define VR_IRQGEN_CH_DMA_ERRORS 0x70 /* RO 64 */
#define VR_IRQGEN_CH_LEFT 0x78       /* RO 64: still to come of the shot */

#define VR_IRQGEN_CH_CTRL_START (1 << 0) /* starts a shot now */
#define VR_IRQGEN_CH_CTRL_ARM (1 << 1)   /* starts one on the next trigger */
#define VR_IRQGEN_CH_CTRL_STOP (1 << 2)  /* ends the shot, disarms; goes first */
#define VR_IRQGEN_CH_CTRL_RESET (1 << 3) /* the channel as after reset; alone */

/* RO */
#define VR_IRQGEN_CH_STATUS_RUNNING (1 << 0)
#define VR_IRQGEN_CH_STATUS_ARMED (1 << 1)
/* RW1C */
#define VR_IRQGEN_CH_STATUS_DONE (1 << 2)       /* a shot fired all it had */
#define VR_IRQGEN_CH_STATUS_BAD_CONFIG (1 << 8) /* nothing was started */
#define VR_IRQGEN_CH_STATUS_BUSY (1 << 9)       /* started or armed already */
#define VR_IRQGEN_CH_STATUS_BAD_VECTOR (1 << 10)  /* dropped: no such vector */
#define VR_IRQGEN_CH_STATUS_DISABLED (1 << 11)    /* dropped: not enabled */
#define VR_IRQGEN_CH_STATUS_DMA_ERROR (1 << 12)   /* DMA_ERRORS was increased */
#define VR_IRQGEN_CH_STATUS_TRIGGER_LOST (1 << 13) /* TRIGGERS_LOST was */

/*
 * DMA_SEQ writes 8 bytes: the sequence number. DMA_RECORD writes 32 bytes: 64
 * bits sequence number, 64 bits time, 32 bits vector, 32 bits channel, 64 bits
 * the interrupt's number i in its shot. Both: as DMA_RECORD.
 */
#define VR_IRQGEN_CH_FLAGS_DMA_SEQ (1 << 0)
#define VR_IRQGEN_CH_FLAGS_DMA_RECORD (1 << 1)
/* Send MSG_DATA to MSG_ADDR, whatever MSI and MSI-X are; VECTOR is unused. */
#define VR_IRQGEN_CH_FLAGS_RAW (1 << 2)
/* Armed again when a shot that a trigger started has fired all it had */
#define VR_IRQGEN_CH_FLAGS_REARM (1 << 3)
#define VR_IRQGEN_CH_FLAGS_ALL 0xf /* others are a BAD_CONFIG */

#define VR_IRQGEN_RECORD_SIZE 32

/* Outcome of an interrupt in the trace's IRQGEN records */
#define VR_IRQGEN_SENT 0
#define VR_IRQGEN_PENDED 1
#define VR_IRQGEN_LOST 2

#endif
