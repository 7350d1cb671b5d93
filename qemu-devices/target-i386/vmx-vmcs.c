/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCS: its fields by encoding (SDM 3D, appendix B), its region in guest
 * memory (25.1, 25.2), what VMX instructions leave in RFLAGS (31.2), and guest
 * memory by physical address.
 *
 * A region holds, little-endian: at 0 the revision identifier, at 4 the
 * VMX-abort indicator (both where the manual puts them), at 8 the launch
 * state, and from 64 on one 64-bit word a field, in the order of
 * vmcs-fields.def. Software may write anything there; a word is cut to the
 * width of its field when it is read.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/address-spaces.h"

#define REGION_REVISION 0
#define REGION_ABORT    4
#define REGION_LAUNCH   8
#define REGION_FIELDS   64

QEMU_BUILD_BUG_ON(REGION_FIELDS + VMCS_FIELD_COUNT * sizeof(uint64_t)
                  > VMCS_REGION_SIZE);

/* An encoding without its reserved bits and its access type: width, type and
 * the low six bits of the index, 10 bits together. */
#define SLOT_BITS 10
#define SLOT(encoding) \
    ((((encoding) >> 10) & 3) << 6 | (((encoding) >> 13) & 3) << 8 \
     | (((encoding) >> 1) & 0x3f))
/* Bits that no field of ours has: 31:15, 12, and index bits 9:7 */
#define ENCODING_UNUSED 0xffff9380u

static const uint32_t encodings[VMCS_FIELD_COUNT] = {
#define VMCS_FIELD(name, encoding, condition) [VMCS_##name] = (encoding),
#include "vmcs-fields.def"
};

/* Number of the field plus one; 0: there is none. */
static const uint8_t slots[1 << SLOT_BITS] = {
#define VMCS_FIELD(name, encoding, condition) \
    [SLOT(encoding)] = VMCS_##name + 1,
#include "vmcs-fields.def"
};

QEMU_BUILD_BUG_ON(VMCS_FIELD_COUNT >= UINT8_MAX);
#define VMCS_FIELD(name, encoding, condition) \
    QEMU_BUILD_BUG_ON((encoding) & (ENCODING_UNUSED | 1));
#include "vmcs-fields.def"

void vmcs_init(VMXState *vmx)
{
#define VMCS_FIELD(name, encoding, condition) \
    vmx->field_exists[VMCS_##name] = (condition);
#include "vmcs-fields.def"
}

int vmcs_find(const VMXState *vmx, uint32_t encoding)
{
    int field;

    if (encoding & ENCODING_UNUSED) {
        return -1;
    }
    field = slots[SLOT(encoding)] - 1;
    return field >= 0 && vmx->field_exists[field] ? field : -1;
}

uint32_t vmcs_encoding(VMCSField f)
{
    return encodings[f];
}

uint64_t vmcs_width_mask(VMCSField f)
{
    static const uint64_t masks[] = {
        UINT16_MAX, UINT64_MAX, UINT32_MAX, UINT64_MAX,
    };

    return masks[VMCS_ENCODING_WIDTH(encodings[f])];
}

/* Guest memory ------------------------------------------------------------- */

static AddressSpace *phys_space(CPUX86State *env, MemTxAttrs *attrs)
{
    *attrs = cpu_get_mem_attrs(env);
    attrs->memory = 1;
    return cpu_get_address_space(env_cpu(env), cpu_asidx_from_attrs(
                                     env_cpu(env), *attrs));
}

static void phys_read(CPUX86State *env, hwaddr pa, void *buf, size_t len)
{
    MemTxAttrs attrs;
    AddressSpace *as = phys_space(env, &attrs);

    if (address_space_read(as, pa, attrs, buf, len) != MEMTX_OK) {
        memset(buf, 0xff, len);
    }
}

static void phys_write(CPUX86State *env, hwaddr pa, const void *buf,
                       size_t len)
{
    MemTxAttrs attrs;
    AddressSpace *as = phys_space(env, &attrs);

    address_space_write(as, pa, attrs, buf, len);
}

uint8_t vmx_phys_read8(CPUX86State *env, hwaddr pa)
{
    uint8_t val;

    phys_read(env, pa, &val, sizeof(val));
    return val;
}

uint32_t vmx_phys_read32(CPUX86State *env, hwaddr pa)
{
    uint32_t val;

    phys_read(env, pa, &val, sizeof(val));
    return le32_to_cpu(val);
}

uint64_t vmx_phys_read64(CPUX86State *env, hwaddr pa)
{
    uint64_t val;

    phys_read(env, pa, &val, sizeof(val));
    return le64_to_cpu(val);
}

void vmx_phys_write32(CPUX86State *env, hwaddr pa, uint32_t val)
{
    val = cpu_to_le32(val);
    phys_write(env, pa, &val, sizeof(val));
}

void vmx_phys_write64(CPUX86State *env, hwaddr pa, uint64_t val)
{
    val = cpu_to_le64(val);
    phys_write(env, pa, &val, sizeof(val));
}

bool vmx_valid_physical(const CPUX86State *env, uint64_t pa)
{
    return pa >> env->vmx->cpu->phys_bits == 0;
}

int vmx_linear_width(const CPUX86State *env)
{
    return env->features[FEAT_7_0_ECX] & CPUID_7_0_ECX_LA57 ? 57 : 48;
}

/* Where a linear address is only kept for later, the processor looks at the
 * width that it supports, not at CR4.LA57. */
bool vmx_canonical(const CPUX86State *env, uint64_t va)
{
    return sextract64(va, 0, vmx_linear_width(env)) == (int64_t)va;
}

/* The region --------------------------------------------------------------- */

static void write_back(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    uint64_t words[VMCS_FIELD_COUNT];
    int i;

    for (i = 0; i < VMCS_FIELD_COUNT; i++) {
        words[i] = cpu_to_le64(vmx->field[i]);
    }
    phys_write(env, vmx->vmcs_pointer + REGION_FIELDS, words, sizeof(words));
    vmx_phys_write32(env, vmx->vmcs_pointer + REGION_LAUNCH, vmx->launched);
}

static void load(CPUX86State *env, uint64_t pa)
{
    VMXState *vmx = env->vmx;
    uint64_t words[VMCS_FIELD_COUNT];
    int i;

    phys_read(env, pa + REGION_FIELDS, words, sizeof(words));
    for (i = 0; i < VMCS_FIELD_COUNT; i++) {
        vmx->field[i] = le64_to_cpu(words[i]) & vmcs_width_mask(i);
    }
    vmx->launched = vmx_phys_read32(env, pa + REGION_LAUNCH) & 1;
    vmx->entry_checked = false;
}

void vmcs_make_current(CPUX86State *env, uint64_t pa)
{
    VMXState *vmx = env->vmx;

    if (pa == vmx->vmcs_pointer) {
        return;
    }
    if (vmx->vmcs_pointer != VMX_NO_POINTER) {
        write_back(env);
    }
    vmx->vmcs_pointer = pa;
    if (pa != VMX_NO_POINTER) {
        load(env, pa);
    }
}

void vmcs_clear(CPUX86State *env, uint64_t pa)
{
    VMXState *vmx = env->vmx;

    if (pa == vmx->vmcs_pointer) {
        vmx->launched = 0;
        vmcs_make_current(env, VMX_NO_POINTER);
    } else {
        vmx_phys_write32(env, pa + REGION_LAUNCH, 0);
    }
}

uint32_t vmcs_revision(CPUX86State *env, uint64_t pa)
{
    return vmx_phys_read32(env, pa + REGION_REVISION);
}

void vmcs_set_abort(CPUX86State *env, uint32_t code)
{
    if (env->vmx->vmcs_pointer != VMX_NO_POINTER) {
        vmx_phys_write32(env, env->vmx->vmcs_pointer + REGION_ABORT, code);
    }
}

/* 31.2 --------------------------------------------------------------------- */

static void set_flags(CPUX86State *env, uint32_t flags)
{
    env->cc_src = flags;
    env->cc_op = CC_OP_EFLAGS;
}

void vmx_succeed(CPUX86State *env)
{
    set_flags(env, 0);
}

void vmx_fail_invalid(CPUX86State *env)
{
    set_flags(env, CC_C);
}

void vmx_fail(CPUX86State *env, VMXError error)
{
    if (env->vmx->vmcs_pointer == VMX_NO_POINTER) {
        vmx_fail_invalid(env);
        return;
    }
    vmcs_write(env, VMCS_VM_INSTRUCTION_ERROR, error);
    set_flags(env, CC_Z);
}
