/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block type vtd-ir: parameters, order contract, descriptions. */
#include "vtd_ir.h"

#include <glib.h>
#include <string.h>

typedef struct Named {
    VrEvent event;
    const char *text;
} Named;

static const Named named[] = {
    { { .kind = VR_STIM_RESET }, "reset" },
    { { .kind = VR_STIM_TIME, .data = { 250 } }, "time 250 ns" },
    { { .kind = VR_STIM_WIRE, .id = 3, .data = { 1 } }, "wire in 3 = 0x1" },
    { { .kind = VR_STIM_READ, .addr = 0x1c, .size = 4 }, "GSTS_REG read4" },
    { { .kind = VR_STIM_READ, .addr = 0x3, .size = 1 },
      "reserved 0x003 read1" },
    { { .kind = VR_STIM_READ, .addr = 0x24c, .size = 4 },
      "FRCD_REG2+12 read4" },
    { { .kind = VR_STIM_WRITE, .addr = 0x18, .size = 4,
        .data = { 0x06000000 } },
      "GCMD_REG write4 = 0x06000000 QIE IRE" },
    { { .kind = VR_STIM_WRITE, .addr = 0x94, .size = 4, .data = { 1 } },
      "IQA_REG+4 write4 = 0x00000001" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = 0xfee00478,
        .data = { 0x00fa00000007 } },
      "REQUEST from 00:1f.2 0xfee00478 = 0x00000007, handle 0x23 "
      "subhandle 0x7" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = 0xfee00014,
        .data = { 0x010000000000 } },
      "REQUEST from 01:00.0 0xfee00014 = 0x00000000, handle 0x8000" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = 0xfee01000,
        .data = { 0x41 } },
      "REQUEST from 00:00.0 0xfee01000 = 0x00000041, compatibility" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = 0x1fee01000 },
      "REQUEST from 00:00.0 0x1fee01000 = 0x00000000, no interrupt "
      "address" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_DMA_DESC_DONE }, "DMA_DESC_DONE" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_DMA_DESC_DONE, .data = { 0x31 } },
      "DMA_DESC_DONE IQE IQEI 3" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_DMA_DESC_DONE,
        .data = { 0x00fa0002 } },
      "DMA_DESC_DONE ITE ITESID 00:1f.2" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_DMA_DESC_DONE,
        .data = { 0x00fa0003 } },
      "DMA_DESC_DONE ICE ICESID 00:1f.2" },
    { { .kind = VR_STIM_MSG, .id = VR_VTD_DMA_FAULT, .addr = 0x7000,
        .data = { 0x00000005000000faull } },
      "DMA_FAULT FI 0x7 FR 05h SID 00:1f.2" },
    { { .kind = VR_STIM_MSG, .id = 9, .addr = 1, .data = { 2 } },
      "message in 9 0x1 0x2" },
    { { .kind = VR_EFF_DATA, .addr = 0x34, .size = 4, .data = { 0x11 } },
      "data 0x00000011 PFO IQE" },
    { { .kind = VR_EFF_DATA, .addr = 0x228, .size = 8,
        .data = { 0x80000022000000faull } },
      "data 0x80000022000000fa F FR 22h (entry not present) SID 00:1f.2" },
    { { .kind = VR_EFF_ERROR }, "error response" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_PASS, .addr = 0xfee01000,
        .data = { 0x41 } },
      "PASS 0xfee01000 = 0x00000041" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_REMAPPED, .addr = 2,
        .data = { 0x1931 } },
      "REMAPPED vector 0x31 lowest priority logical redirection edge to 0x2" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_REMAPPED, .addr = 0x100,
        .data = { 0x8431 } },
      "REMAPPED vector 0x31 NMI physical level to 0x100" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_NOTIFY, .addr = 3,
        .data = { 0xeb } },
      "NOTIFY NV 0xeb to 0x3" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_FAULT_EVENT, .addr = 0xfee00000,
        .data = { 0x21 } },
      "FAULT_EVENT 0xfee00000 = 0x21" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_COMPLETION_EVENT, .addr = 0xfee00000,
        .data = { 0x22 } },
      "COMPLETION_EVENT 0xfee00000 = 0x22" },
    { { .kind = VR_EFF_MSG, .id = VR_VTD_DMA_DESC, .addr = 0x12,
        .data = { 0x34 } },
      "DMA_DESC IOTLB 0x0000000000000034:0000000000000012" },
    { { .kind = VR_EFF_WIRE, .id = VR_VTD_WIRE_TIMER, .data = { 90 } },
      "TIMER 90 ns" },
    { { .kind = VR_EFF_MEM_READ, .addr = 0x1008, .size = 8,
        .data = { 0x80 } },
      "MEM_READ8 0x1008 = 0x0000000000000080 (PIR[127:64])" },
    { { .kind = VR_EFF_MEM_READ, .addr = 0x2010, .size = 16,
        .data = { 0x40000000c001ull | 0x31 << 16, 0x5000000fa } },
      "MEM_READ16 0x2010 = 0x00000005000000fa:000040000031c001 (as IRTE: "
      "posted V 0x31 PDA 0x500004000 URG SID 00:1f.2 SVT 0 SQ 0)" },
    { { .kind = VR_EFF_MEM_READ, .addr = 0x2010, .size = 16,
        .data = { 0x100310001, 0x400fa } },
      "MEM_READ16 0x2010 = 0x00000000000400fa:0000000100310001 (as IRTE: "
      "remapped V 0x31 fixed DST 0x1 SID 00:1f.2 SVT 1 SQ 0)" },
    { { .kind = VR_EFF_MEM_READ, .addr = 0x2010, .size = 16,
        .data = { 0x14 } },
      "MEM_READ16 0x2010 = 0x0000000000000000:0000000000000014 (as "
      "descriptor: interrupt entry cache)" },
    { { .kind = VR_EFF_MEM_READ, .addr = 0x1020, .size = 16,
        .data = { 0x300eb0002 } },
      "MEM_READ16 0x1020 = 0x0000000000000000:0000000300eb0002 (as "
      "descriptor: IOTLB) (as PID: ON 0 SN 1 NV 0xeb NDST 0x3)" },
    { { .kind = VR_EFF_MEM_READ, .addr = 0x2010, .size = 16,
        .attr = VR_ATTR_FAULT },
      "MEM_READ16 0x2010 refused" },
    { { .kind = VR_EFF_MEM_WRITE, .addr = 0x3000, .size = 4, .data = { 5 } },
      "MEM_WRITE4 0x3000 = 0x00000005" },
    { { .kind = VR_EFF_MEM_CAS, .addr = 0x1008, .size = 8, .data2 = { 0x80 },
        .old = { 1 } },
      "MEM_CAS8 0x1008 0x0000000000000000 -> 0x0000000000000080 found "
      "0x0000000000000001 (PIR bits 0000000000000080)" },
    { { .kind = VR_EFF_MEM_CAS, .addr = 0x1020, .size = 8,
        .data2 = { 0x300eb0001 } },
      "MEM_CAS8 0x1020 0x0000000000000000 -> 0x0000000300eb0001 (ON 1 SN 0 "
      "NV 0xeb NDST 0x3)" },
    { { .kind = 0x99 }, "event 0x99" },
};

static void test_names(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        char got[256];

        vr_vtd_ir_type.describe(&named[i].event, got, sizeof(got));
        g_assert_cmpstr(got, ==, named[i].text);
    }
}

/* Each kind with small and extreme fields, into buffers of all small sizes. */
static void check_bounds(const VrEvent *e)
{
    for (size_t len = 0; len <= 256; len = len < 20 ? len + 1 : len * 2 - 7) {
        char buf[264];

        memset(buf, 0x5a, sizeof(buf));
        vr_vtd_ir_type.describe(e, buf, len);
        if (len > 0) {
            g_assert_nonnull(memchr(buf, '\0', len));
        }
        for (size_t i = len; i < sizeof(buf); i++) {
            g_assert_cmphex((unsigned char)buf[i], ==, 0x5a);
        }
    }
}

static void test_bounds(void)
{
    static const uint64_t values[] = { 0, 1, 0x15, 0x8001, 0x7fffffff00000004,
                                       UINT64_MAX };
    static const uint8_t sizes[] = { 0, 1, 4, 8, 16, 255 };

    for (unsigned kind = 0; kind < 256; kind++) {
        for (uint32_t id = 0; id < 10; id++) {
            for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
                uint64_t x = values[v];
                VrEvent e = {
                    .kind = kind, .id = id == 9 ? UINT32_MAX : id,
                    .size = sizes[v], .attr = id & 1 ? 0xffff : 0,
                    .addr = id * 0x20 + x, .data = { x, x },
                    .data2 = { x, ~x }, .old = { ~x, x },
                };

                check_bounds(&e);
            }
        }
    }
}

static unsigned order(uint8_t kind, uint32_t id)
{
    const VrEvent e = { .kind = kind, .id = id };

    return vr_vtd_ir_type.order_class(&e);
}

static void test_order(void)
{
    unsigned visible = order(VR_EFF_MSG, VR_VTD_NOTIFY);

    g_assert_cmpuint(order(VR_EFF_MSG, VR_VTD_PASS), ==, visible);
    g_assert_cmpuint(order(VR_EFF_MEM_WRITE, 0), ==, visible);
    g_assert_cmpuint(order(VR_EFF_MEM_CAS, 0), ==, visible);
    g_assert_cmpuint(order(VR_EFF_MEM_READ, 0), !=, visible);
    g_assert_cmpuint(order(VR_EFF_WIRE, 0), !=, visible);
    g_assert_cmpuint(order(VR_EFF_WIRE, 0), !=, order(VR_EFF_MEM_READ, 0));
    g_assert_cmpuint(order(VR_EFF_WIRE, 0), !=, order(VR_EFF_WIRE, 1));
    g_assert_cmpuint(order(VR_EFF_DATA, 0), !=, visible);
    g_assert_cmpuint(order(VR_EFF_DATA, 0), !=, order(VR_EFF_MEM_READ, 0));
    g_assert_cmpuint(order(VR_EFF_DATA, 0), !=, order(VR_EFF_WIRE, 0));
}

static void test_type(void)
{
    g_assert_true(vr_block_type_find("vtd-ir") == &vr_vtd_ir_type);
    for (size_t i = 0; i < vr_vtd_ir_type.param_count; i++) {
        const VrParamSpec *p = &vr_vtd_ir_type.params[i];

        g_assert_cmpuint(p->min, <=, p->def);
        g_assert_cmpuint(p->def, <=, p->max);
        g_assert_cmpstr(p->doc, !=, "");
    }
    g_assert_cmpuint(vr_variant_get(&vr_vtd_ir_type, NULL, "frcd"), ==, 8);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vtd-ir/type", test_type);
    g_test_add_func("/vtd-ir/order", test_order);
    g_test_add_func("/vtd-ir/describe/names", test_names);
    g_test_add_func("/vtd-ir/describe/bounds", test_bounds);
    return g_test_run();
}
