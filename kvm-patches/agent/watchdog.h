/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends the machine when a scenario does not: a host kernel under test may
 * hang in an ioctl, where no bounded wait of the agent's helps. The fact
 * "RUN watchdog N" names the scenario.
 */
#ifndef VR_AGENT_WATCHDOG_H
#define VR_AGENT_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the watchdog's thread, disarmed. */
bool vr_watchdog_start(void);

/* From now on, ns of virtual time remain for this scenario. */
void vr_watchdog_arm(unsigned scenario, uint64_t ns);

void vr_watchdog_disarm(void);

/* Ends the machine: through the test device, else by powering off. */
void vr_power_off(uint32_t status) __attribute__((noreturn));

#endif
