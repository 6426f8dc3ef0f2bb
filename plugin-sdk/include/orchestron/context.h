/* orchestron/context.h: on whose behalf something happens, until when, and what went wrong.
 *
 * Native functions and handlers receive a context, and every outgoing call passes the one that caused it. NULL stands
 * for the plugin itself with a time limit of 30 s. A context is borrowed: valid until the function that received it
 * returns, that of a retained call until the call is released.
 */
#ifndef ORCHESTRON_CONTEXT_H
#define ORCHESTRON_CONTEXT_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a context says. Set `size` before asking. All strings are borrowed from the context. */
typedef struct orch_ctx_info_1 {
    uint32_t size;
    uint8_t cancelled;       /* 1 when nobody waits for the answer any more */
    uint8_t reserved[3];
    orch_str actor;          /* `kind:id` of user, agent, token, workflow, plugin, or `system`; set by the host */
    orch_str caller;         /* id of the plugin that made the dynamic call; `host` for the host's own faces */
    orch_str trace;          /* W3C traceparent, or empty */
    int64_t remaining_ms;    /* time left until the deadline; negative when it has passed */
    uint64_t chain;          /* one number for all calls that one request causes */
    orch_str rights;         /* what the actor may do (ext/actor.h); `*` when nothing limits it */
    orch_str behalf;         /* `kind:id` of the person behind an agent or a token, or empty */
} orch_ctx_info;

/* What the last failure in a context was. Set `size` before asking. Borrowed until the next failure. */
typedef struct orch_failure_1 {
    uint32_t size;
    orch_status status;
    orch_str message;        /* a sentence for the user */
    orch_str details;        /* a JSON object, or empty */
} orch_failure;

typedef struct orch_ctx_verbs_1 {
    uint32_t size;

    /* Fills `out`. [any-thread] */
    void (*info)(orch_ctx *ctx, orch_ctx_info *out);

    /* Records why this call fails and returns `status`, so that a native function ends with `return orch_fail(…)`.
     * `details` is a JSON object or empty. [any-thread, the one that runs the call] */
    orch_status (*fail)(orch_ctx *ctx, orch_status status, orch_str message, orch_str details);

    /* The last failure recorded, by this function or by what it called. [any-thread, the one that runs the call] */
    void (*failure)(orch_ctx *ctx, orch_failure *out);
} orch_ctx_verbs;

struct orch_ctx {
    const orch_ctx_verbs *v;
};

/* See orch_ctx_verbs.fail. Without a context the message is lost and the status alone returned. */
static inline orch_status orch_fail(orch_ctx *ctx, orch_status status, orch_str message, orch_str details) {
    return ctx ? ctx->v->fail(ctx, status, message, details) : status;
}

#ifdef __cplusplus
}
#endif
#endif
