/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block contract.
 *
 * A block is one piece of interrupt hardware seen from its pins. Stimuli go in
 * (register accesses, messages, wires, time, reset), effects come out (data,
 * messages, wires, memory traffic). A backend implements a block: "model" in
 * C, "rtl" as Verilated SystemVerilog, "lockstep" over any two of them.
 *
 * Contract, for every backend:
 *
 *  - Transaction timing: vr_block_apply() runs the block until it is quiet;
 *    every effect of the stimulus has been emitted when it returns.
 *  - Determinism: the effects are a function of the variant and of the stimuli
 *    (and of what memory returned) since create, and of nothing else.
 *  - No re-entry: a host callback must not apply a stimulus to the block that
 *    called it. The host queues what follows from an effect and applies it
 *    after vr_block_apply() has returned.
 *  - Serialisation: one thread at a time per block; the caller sees to it.
 *  - Nothing that comes in may crash or hang the process.
 *
 * This header depends on nothing but libc.
 */
#ifndef VIRELAY_BLOCK_H
#define VIRELAY_BLOCK_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What failed, as the exit code that a command ends with. */
typedef enum VrErrorCode {
    VR_ERR_NONE = 0,
    VR_ERR_VERDICT = 1,     /* ran, and the outcome is not the expected one */
    VR_ERR_USAGE = 2,       /* wrong argument, unknown name, bad file */
    VR_ERR_ENVIRONMENT = 3, /* missing tool, no space, failed build */
} VrErrorCode;

/* An error and its text: what, where, what to do. Owned by the caller. */
typedef struct VrError {
    VrErrorCode code;
    char text[512];
} VrError;

/* Fill *err (which may be NULL) printf-style. Always returns false. */
bool vr_error_set(VrError *err, VrErrorCode code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Events: stimuli and effects. One layout for both, so that a recording is a
 * stream of events. 64 bytes, no padding, host byte order in memory.
 */
typedef enum VrEventKind {
    /* stimuli */
    VR_STIM_RESET = 0x01, /* reset; levels of input wires are kept */
    VR_STIM_READ = 0x02,  /* register read: addr, size, attr */
    VR_STIM_WRITE = 0x03, /* register write: addr, size, attr, data[0] */
    VR_STIM_MSG = 0x04,   /* message in: id = opcode, addr/data = fields */
    VR_STIM_WIRE = 0x05,  /* input wire: id = wire, data[0] = level */
    VR_STIM_TIME = 0x06,  /* virtual time is now data[0], nanoseconds */
    /* effects */
    VR_EFF_DATA = 0x81,  /* end of a READ: data[0], size as the stimulus */
    VR_EFF_ERROR = 0x82, /* the access ended with an error response */
    VR_EFF_MSG = 0x83,   /* message out: id = opcode, addr/data = fields */
    VR_EFF_WIRE = 0x84,  /* output wire: id = wire, data[0] = level */
    VR_EFF_MEM_READ = 0x85,  /* addr, size <= 16; data = what was returned */
    VR_EFF_MEM_WRITE = 0x86, /* addr, size <= 16; data = what was written */
    VR_EFF_MEM_CAS = 0x87,   /* addr, size 8 or 16; data = expected,
                              * data2 = desired, old = what was found */
} VrEventKind;

/* VrEvent.attr */
#define VR_ATTR_SECURE 0x0001 /* register access in the Secure state */
#define VR_ATTR_FAULT 0x0100  /* memory effect: the host could not do it */

typedef struct VrEvent {
    uint8_t kind;      /* VrEventKind */
    uint8_t size;      /* bytes, for accesses and memory effects */
    uint16_t attr;     /* VR_ATTR_* */
    uint32_t id;       /* opcode of a message, number of a wire */
    uint64_t addr;     /* register offset, memory address, message field */
    uint64_t data[2];  /* little end first */
    uint64_t data2[2]; /* MEM_CAS: desired value */
    uint64_t old[2];   /* MEM_CAS: value found */
} VrEvent;

static_assert(sizeof(VrEvent) == 64, "VrEvent is a wire structure");

static inline bool vr_event_is_stimulus(const VrEvent *e)
{
    return e->kind != 0 && e->kind < 0x80;
}

/*
 * A variant: named choices that the manuals leave open. The same name has the
 * same meaning in every backend of the block. Unnamed parameters take the
 * block's default.
 */
typedef struct VrParam {
    const char *name;
    uint64_t value;
} VrParam;

typedef struct VrVariant {
    const VrParam *params;
    size_t count;
} VrVariant;

typedef struct VrParamSpec {
    const char *name;
    const char *doc; /* one line, with the manual's section where it has one */
    uint64_t def, min, max;
} VrParamSpec;

/*
 * The machine below a block. Callbacks may be NULL where the block type does
 * not use them. Memory callbacks return false when the access faults.
 */
typedef struct VrHost {
    bool (*mem_read)(void *opaque, uint64_t addr, void *buf, size_t len);
    bool (*mem_write)(void *opaque, uint64_t addr, const void *buf,
                      size_t len);
    /* Atomic on guest memory, against running vCPUs; size 8 or 16 bytes. */
    bool (*mem_cas)(void *opaque, uint64_t addr, const void *expected,
                    const void *desired, void *found, size_t size);
    void (*msg_out)(void *opaque, const VrEvent *msg);
    void (*wire_out)(void *opaque, uint32_t wire, uint64_t level);
    /* A guest did what the manual forbids; for a log, never compared. */
    void (*guest_error)(void *opaque, const char *text);
} VrHost;

typedef struct VrBlock VrBlock;

/* The order contract: how lockstep compares the effects of one stimulus. */
typedef struct VrBlockType {
    const char *name; /* "gicv3-redist" */
    const char *manual;
    const VrParamSpec *params;
    size_t param_count;
    /*
     * Effects of one class keep their order; effects of different classes of
     * one stimulus may swap (counted, not reported).
     */
    unsigned (*order_class)(const VrEvent *effect);
    /*
     * Write a one-line description of the event with the manual's names
     * ("GICR_ISENABLER0 write 4 = 0x00000002") into buf. Never overflows.
     */
    void (*describe)(const VrEvent *e, char *buf, size_t len);
} VrBlockType;

/* Find a block type; NULL if unknown. Types are static. */
const VrBlockType *vr_block_type_find(const char *name);
/* Enumerate: NULL when index is past the end. */
const VrBlockType *vr_block_type_at(size_t index);

/* Backends registered for a block type ("model", "rtl", "lockstep", ...). */
const char *vr_backend_name_at(const VrBlockType *type, size_t index);

/*
 * Create a block in its reset state, with all input wires low.
 * @backend: a registered name, or "lockstep" (DUT rtl, reference model), or
 *           "lockstep:DUT:REFERENCE".
 * @host, @opaque: borrowed until destroy.
 * Returns NULL and fills *err if a name or value is unknown.
 */
VrBlock *vr_block_create(const VrBlockType *type, const char *backend,
                         const VrVariant *variant, const VrHost *host,
                         void *opaque, VrError *err);
void vr_block_destroy(VrBlock *b); /* NULL is ignored */

/* What an access came back with. */
typedef struct VrReply {
    uint64_t data; /* READ: zero-extended to 64 bits */
    bool error;    /* the bus saw an error response */
} VrReply;

/*
 * Apply one stimulus. @reply may be NULL for stimuli other than READ.
 * Returns false only if the block is stopped (a lockstep mismatch in
 * stop-on-mismatch mode); the stimulus was then not, or not fully, performed.
 */
bool vr_block_apply(VrBlock *b, const VrEvent *stim, VrReply *reply);

/* Shorthands. */
uint64_t vr_block_read(VrBlock *b, uint64_t addr, unsigned size,
                       uint16_t attr, bool *error);
void vr_block_write(VrBlock *b, uint64_t addr, unsigned size, uint16_t attr,
                    uint64_t data, bool *error);
void vr_block_wire(VrBlock *b, uint32_t wire, uint64_t level);
void vr_block_msg(VrBlock *b, uint32_t opcode, uint64_t addr, uint64_t data);
void vr_block_reset(VrBlock *b);

/*
 * Save into buf (of cap bytes) and return the size that the state takes, or
 * -ENOTSUP if the backend cannot. With cap too small nothing is written.
 * Load returns 0, -EINVAL for a state that is not this backend's and
 * version's, or -ENOTSUP. Little-endian, versioned.
 */
int64_t vr_block_save(const VrBlock *b, void *buf, size_t cap);
int vr_block_load(VrBlock *b, const void *buf, size_t len);

/*
 * Start writing a waveform (FST). False with *err where the backend has none.
 */
bool vr_block_waves(VrBlock *b, const char *path, VrError *err);

/*
 * Observe every stimulus before it is applied and every effect when it is
 * emitted, in order. Several observers may be added; removed by destroy.
 */
typedef void (*VrObserver)(void *opaque, const VrEvent *e);
bool vr_block_observe(VrBlock *b, VrObserver fn, void *opaque);

const VrBlockType *vr_block_type(const VrBlock *b);
const char *vr_block_backend(const VrBlock *b);

/* Value of a parameter in the variant, or the type's default. */
uint64_t vr_variant_get(const VrBlockType *type, const VrVariant *v,
                        const char *name);

#ifdef __cplusplus
}
#endif

#endif
