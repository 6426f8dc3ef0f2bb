/* orchestron/slot.h: typed calls between plugins.
 *
 * A caller holds a slot, never a pointer to the callee: the host may point the slot at another generation of the
 * callee, at a child process, or at a stub that refuses. `orchestron plugin header SERVICE` writes the typed wrapper of
 * each method, which is what plugins use:
 *
 *     orch_entry e = orch_slot_enter(slot);
 *     orch_status s = ((orch_status (*)(void *, orch_ctx *, double, double *))e.target->fn)(
 *         e.target->self, ctx ? ctx : slot->ctx, x, &result);
 *     orch_slot_leave(e);
 */
#ifndef ORCHESTRON_SLOT_H
#define ORCHESTRON_SLOT_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a slot leads. Immutable but for its counter, and never freed. */
typedef struct orch_target_1 {
    uint32_t size;
    uint32_t reserved;
    void (*fn)(void);
    void *self;
    uint64_t counter;          /* bits 0 to 19: calls in flight; above: calls so far */
    uint64_t (*clock)(void);   /* monotonic nanoseconds. [any-thread] */
    void (*sample)(struct orch_target_1 *target, uint64_t ns); /* takes the time of one call in 64. [any-thread] */
} orch_target;

/* What `import` gives. Owned by the host; valid until the process ends. */
typedef struct orch_slot_1 {
    uint32_t size;
    uint32_t reserved;
    orch_target *target;       /* patched by the host: read by orch_slot_enter alone */
    orch_ctx *ctx;             /* the importing plugin's own context, for calls that nothing caused */
} orch_slot;

/* A call under way: what orch_slot_enter returns and orch_slot_leave takes back. Frozen. */
typedef struct orch_entry {
    orch_target *target;
    uint64_t started;          /* 0 when this call is not sampled */
} orch_entry;

enum { ORCH_COUNTER_CALL = 1 << 20, ORCH_COUNTER_IN_FLIGHT_MASK = (1 << 20) - 1, ORCH_SAMPLE_MASK = 63 };

/* Begins a call: the target cannot be destroyed until orch_slot_leave. [the thread the slot was imported for] */
static inline orch_entry orch_slot_enter(orch_slot *slot) {
    for (;;) {
        orch_target *target = __atomic_load_n(&slot->target, __ATOMIC_SEQ_CST);
        uint64_t before = __atomic_fetch_add(&target->counter, ORCH_COUNTER_CALL + 1, __ATOMIC_SEQ_CST);
        if (__builtin_expect(target == __atomic_load_n(&slot->target, __ATOMIC_SEQ_CST), 1)) {
            orch_entry entry = {target, 0};
            if (__builtin_expect(((before >> 20) & ORCH_SAMPLE_MASK) == 0, 0)) entry.started = target->clock();
            return entry;
        }
        __atomic_fetch_sub(&target->counter, ORCH_COUNTER_CALL + 1, __ATOMIC_SEQ_CST);
    }
}

/* Ends a call. [the thread that entered] */
static inline void orch_slot_leave(orch_entry entry) {
    if (__builtin_expect(entry.started != 0, 0))
        entry.target->sample(entry.target, entry.target->clock() - entry.started);
    __atomic_fetch_sub(&entry.target->counter, 1, __ATOMIC_SEQ_CST);
}

#ifdef __cplusplus
}
#endif
#endif
