/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TCG plugin that gives channel 0 of virelay-irqgen its trigger each time
 * that "every" blocks were executed (default 100).
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

bool virelay_irqgen_trigger(unsigned channel); /* hw/virelay/irqgen.h */

static unsigned long every = 100;
static unsigned long executed;

static void block_executed(unsigned int vcpu, void *data)
{
    (void)vcpu;
    (void)data;
    if (__atomic_add_fetch(&executed, 1, __ATOMIC_RELAXED) % every == 0 &&
        !virelay_irqgen_trigger(0)) {
        qemu_plugin_outs("irqgen_plugin: there is no channel 0\n");
        abort();
    }
}

static void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, block_executed,
                                         QEMU_PLUGIN_CB_NO_REGS, NULL);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
                                           const qemu_info_t *info, int argc,
                                           char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "every=", 6) || !atol(argv[i] + 6)) {
            qemu_plugin_outs("irqgen_plugin: every=BLOCKS is its option\n");
            return -1;
        }
        every = strtoul(argv[i] + 6, NULL, 0);
    }
    if (virelay_irqgen_trigger(1000)) {
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    return 0;
}
