/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The side of the block contract that a backend sees.
 *
 * A backend embeds VrBlock as the first member of its own state, fills a
 * static VrBackend and registers it from a constructor function. It emits
 * effects only through the vr_emit_* functions, which tell the observers and
 * then call the host.
 */
#ifndef VIRELAY_BACKEND_H
#define VIRELAY_BACKEND_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VR_MAX_OBSERVERS 4

typedef struct VrBackend VrBackend;

struct VrBlock {
    const VrBackend *backend;
    const VrBlockType *type;
    const VrHost *host;
    void *host_opaque;
    struct {
        VrObserver fn;
        void *opaque;
    } observers[VR_MAX_OBSERVERS];
    unsigned observer_count;
    bool applying; /* inside apply: effects may be emitted, stimuli not */
    bool stopped;  /* the backend's apply returned false: refuse the rest */
};

struct VrBackend {
    const char *block; /* VrBlockType.name; "*" serves every type */
    const char *name;
    /*
     * Allocate and bring to the reset state. @spec is what follows the first
     * ':' of the backend's name in vr_block_create(), or NULL. The common
     * fields of VrBlock are filled by the caller after create returns, and
     * create must not emit effects.
     */
    VrBlock *(*create)(const VrBlockType *type, const char *spec,
                       const VrVariant *variant, VrError *err);
    void (*destroy)(VrBlock *b);
    /*
     * READ: fill *reply (never NULL; zero on entry). The caller emits DATA
     * and ERROR. False stops the block: no further stimulus reaches it.
     */
    bool (*apply)(VrBlock *b, const VrEvent *stim, VrReply *reply);
    int64_t (*save)(const VrBlock *b, void *buf, size_t cap); /* optional */
    int (*load)(VrBlock *b, const void *buf, size_t len);     /* optional */
    bool (*waves)(VrBlock *b, const char *path, VrError *err); /* optional */
};

/* Called from constructors; at most 32 backends. The struct is borrowed. */
void vr_backend_register(const VrBackend *backend);

/*
 * A block type that is not ours (a test's); the built-in ones need no call.
 * Called from constructors; the struct is borrowed.
 */
void vr_block_type_register(const VrBlockType *type);

/* Emit effects; valid only inside apply. */
void vr_emit_msg(VrBlock *b, uint32_t opcode, uint64_t addr, uint64_t data);
void vr_emit_wire(VrBlock *b, uint32_t wire, uint64_t level);
bool vr_emit_mem_read(VrBlock *b, uint64_t addr, void *buf, size_t len);
bool vr_emit_mem_write(VrBlock *b, uint64_t addr, const void *buf,
                       size_t len);
bool vr_emit_mem_cas(VrBlock *b, uint64_t addr, const void *expected,
                     const void *desired, void *found, size_t size);
void vr_guest_error(VrBlock *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
