/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TCG plugin: its options, and the instructions that it watches. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

#include "sweep.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static VrSweepConfig config = {
    .cpu = VR_SWEEP_ANY_CPU, .first = 1, .last = UINT64_MAX, .repeat = 1,
    .most = UINT64_MAX,
};

static uint64_t event, load, vcpu_index, cpu = VR_SWEEP_ANY_CPU;

static const struct {
    const char *name;
    uint64_t *value;
} numbers[] = {
    { "from", &config.from }, { "to", &config.to }, { "cpu", &cpu },
    { "event", &event }, { "load", &load }, { "vcpu", &vcpu_index }, { "first", &config.first },
    { "last", &config.last }, { "skip", &config.skip },
    { "repeat", &config.repeat },
    { "most", &config.most },
    { "latency", &config.latency }, { "prompt", &config.prompt },
    { "park", &config.park },
    { "settle", &config.settle }, { "patience", &config.patience },
};

static void before_from(unsigned int vcpu, void *data)
{
    (void)vcpu; /* sweep_api.h says why */
    (void)data;
    if (vr_sweep_at_from(virelay_sweep_cpu())) {
        virelay_sweep_leave((uintptr_t)__builtin_return_address(0));
    }
}

static void before_to(unsigned int vcpu, void *data)
{
    (void)vcpu;
    vr_sweep_at_to(virelay_sweep_cpu(), (uintptr_t)data);
}

/* An instruction may be both; the window that ends comes first. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);

        if (vr_sweep_ends_at(address)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, before_to,
                                                   QEMU_PLUGIN_CB_R_REGS,
                                                   (void *)address);
        }
        if (address == config.from) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, before_from,
                                                   QEMU_PLUGIN_CB_R_REGS, NULL);
        }
    }
}

static void at_exit(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    vr_sweep_finish();
}

static bool set_number(const char *option, size_t len, const char *value)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char *end;

        if (strlen(numbers[i].name) == len &&
            strncmp(numbers[i].name, option, len) == 0) {
            errno = 0;
            *numbers[i].value = strtoull(value, &end, 0);
            return *value && !*end && !errno;
        }
    }
    return false;
}

static bool set_option(const char *option)
{
    const char *value = strchr(option, '=');
    size_t len = value ? (size_t)(value++ - option) : 0;

    if (len == 6 && strncmp(option, "folder", len) == 0) {
        config.folder = strdup(value);
        return config.folder != NULL;
    }
    if (len == 2 && strncmp(option, "to", len) == 0 &&
        strcmp(value, "return") == 0) {
        config.to_return = true;
        return true;
    }
    return len && set_number(option, len, value);
}

static bool complete(void)
{
    config.event = event;
    config.load = load;
    config.cpu = cpu;
    config.vcpu = vcpu_index;
    return config.from && (config.to || config.to_return) && config.folder &&
           event > VR_SWEEP_NONE && event < VR_SWEEP_EVENTS &&
           load < VR_SWEEP_LOADS && config.first && config.latency &&
           config.prompt &&
           config.park && config.patience && config.last >= config.first;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
                                           const qemu_info_t *info, int argc,
                                           char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!set_option(argv[i])) {
            fprintf(stderr, "sweep: '%s' is no option, or no value of it\n",
                    argv[i]);
            return -1;
        }
    }
    if (!complete()) {
        fprintf(stderr, "sweep: an option is missing or out of range; virelay "
                "sweep gives all of them\n");
        return -1;
    }
    if (!virelay_sweep_attach(&vr_sweep_ops)) {
        fprintf(stderr, "sweep: it needs -icount and one TCG thread\n");
        return -1;
    }
    if (!vr_sweep_start(&config)) {
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
