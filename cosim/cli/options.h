/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of options that several subcommands take. Errors name the nearest. */
#ifndef VIRELAY_CLI_OPTIONS_H
#define VIRELAY_CLI_OPTIONS_H

#include <glib.h>

#include "check.h"

/*
 * Checks of an architecture (of all, for NULL) that match a comma-separated
 * list of globs, in the fixed order. All of them for NULL. NULL with *err where
 * one matches nothing.
 */
GPtrArray *vr_option_checks(const char *globs, const char *arch, VrError *err);
/* "BOOT,STRESS" for the checks' scenarios, in the scenarios' order. */
char *vr_option_scenarios_of(const GPtrArray *checks);
/* A list of an architecture's scenarios in its normal form; all for NULL. */
char *vr_option_scenarios(const char *list, const char *arch, VrError *err);
/* Checks that a list in normal form can be judged by. */
GPtrArray *vr_option_checks_of(const char *scenarios);
/* Those of @checks that are not about another kind of CPU, to free. */
GPtrArray *vr_option_checks_for(const GPtrArray *checks, const char *cpu);
/*
 * A backend of a block type: "builtin", a registered one, or
 * "lockstep:DUT:REFERENCE".
 */
bool vr_option_backend(const char *name, const char *block, VrError *err);
/*
 * Parameters of a block type, each "name=value", joined by ':' as QEMU's
 * property takes them; to be freed. *joined is NULL where there are none. False
 * with *err for a bad one, or with a backend that has no variants.
 */
bool vr_option_variant(char *const *params, const char *backend,
                       const char *block, char **joined, VrError *err);
/* Whether one of a list of scenarios in normal form is about interrupts that
 * a remapping unit handles. */
bool vr_option_wants_unit(const char *scenarios);
/* Set an option that was not given. */
void vr_option_default(char **value, const char *text);
/* min <= value <= max, or *err names the option. */
bool vr_option_range(const char *option, gint64 value, gint64 min, gint64 max,
                     VrError *err);

#endif
