/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay-irqgen from inside the process: other devices and TCG plugins. Its
 * registers are in virelay-include/trace/irqgen.h.
 *
 * A plugin needs no QEMU header for it: it declares this function itself and
 * finds it in the QEMU that loads it.
 */
#ifndef HW_VIRELAY_IRQGEN_H
#define HW_VIRELAY_IRQGEN_H

#define TYPE_VIRELAY_IRQGEN "virelay-irqgen"

/*
 * Give a channel its trigger. Channels are counted over all devices of the
 * machine in the order of their creation, 8 each. An armed channel starts its
 * shot before the next instruction block of the CPU that called (under icount),
 * or as soon as the main loop runs timers; one that is not armed then counts a
 * lost trigger. May be called from any thread, with or without the BQL.
 * Returns false if there is no such channel.
 */
bool virelay_irqgen_trigger(unsigned channel);
/* The same, at once. With the BQL, between two instructions. */
bool virelay_irqgen_fire(unsigned channel);

#endif
