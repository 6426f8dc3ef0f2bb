/* orchestron/call.h: one call of a handler method, seen from the method that answers it.
 *
 *     static void list_tasks(void *self, orch_call *call) {
 *         orch_str status;
 *         if (!orch_arg_str(call, "status", &status)) status = orch_str_from("todo");
 *         orch_answer(call, orch_str_from("[]"));
 *     }
 *
 * A handler borrows its call and answers before it returns, or retains the call and answers later, from the loop.
 * Returning with neither an answer nor a retained call answers ORCH_INTERNAL. A second answer is a counted fault.
 * Once the caller has gone (cancel, deadline, disconnect) an answer returns ORCH_CANCELLED, which is no fault.
 */
#ifndef ORCHESTRON_CALL_H
#define ORCHESTRON_CALL_H

#include "context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A handler method. [loop-thread], or [worker-thread] when its declaration says ORCH_METHOD_WORKER */
typedef void (*orch_handler)(void *self, orch_call *call);

/* How an answer was made. */
enum {
    ORCH_ANSWER_VALIDATED = 1u << 16 /* the JSON was validated when it was stored: the host does not parse it again */
};

typedef struct orch_call_verbs_1 {
    uint32_t size;

    /* The context of this call; lives as long as the call. [any-thread] */
    orch_ctx *(*ctx)(orch_call *call);

    /* The `user` pointer of the method's declaration. [any-thread] */
    void *(*user)(orch_call *call);

    /* Arguments by name, validated against the declaration, defaults filled in. Each returns 1 and sets `out`, or
     * returns 0 when the argument is absent, null, or declared with another type. `arg_json` gives the JSON text of any
     * argument, `args` that of all of them as one object. `arg_bytes` is decoded from base64. Slices live as long as
     * the call. [any-thread] */
    uint8_t (*arg_bool)(orch_call *call, orch_str name, uint8_t *out);
    uint8_t (*arg_i64)(orch_call *call, orch_str name, int64_t *out);
    uint8_t (*arg_f64)(orch_call *call, orch_str name, double *out);
    uint8_t (*arg_str)(orch_call *call, orch_str name, orch_str *out);
    uint8_t (*arg_bytes)(orch_call *call, orch_str name, orch_str *out);
    uint8_t (*arg_json)(orch_call *call, orch_str name, orch_str *out);
    orch_str (*args)(orch_call *call);

    /* Keeps the call beyond the handler's return; each retain needs one release. [any-thread] */
    void (*retain)(orch_call *call);
    void (*release)(orch_call *call);

    /* Answers with a JSON text, which is taken in every case. An empty buffer answers null. `flags` are ORCH_ANSWER_…
     * [loop-thread; worker-thread inside a WORKER method] */
    orch_status (*answer)(orch_call *call, orch_buf json, uint32_t flags);

    /* Answers with a failure. `message` is a sentence for the user, `details` a JSON object or empty.
     * [loop-thread; worker-thread inside a WORKER method] */
    orch_status (*fail)(orch_call *call, orch_status status, orch_str message, orch_str details);

    /* Sends one chunk of a STREAM method: one JSON text. The buffer is taken when ORCH_OK or ORCH_CANCELLED returns.
     * ORCH_RESOURCE_EXHAUSTED means that 256 KiB wait for the reader: the buffer stays the caller's and `on_writable`
     * fires once there is room. The stream ends with `answer` or `fail`. [loop-thread] */
    orch_status (*emit)(orch_call *call, orch_buf json);

    /* Calls `task` once when the call is cancelled, at once when it already is. [loop-thread] */
    void (*on_cancel)(orch_call *call, orch_task task);

    /* Calls `task` once when `emit` has room again. [loop-thread] */
    void (*on_writable)(orch_call *call, orch_task task);
} orch_call_verbs;

struct orch_call {
    const orch_call_verbs *v;
};

static inline orch_ctx *orch_call_ctx(orch_call *call) { return call->v->ctx(call); }
static inline uint8_t orch_arg_bool(orch_call *call, const char *name, uint8_t *out) {
    return call->v->arg_bool(call, orch_str_from(name), out);
}
static inline uint8_t orch_arg_i64(orch_call *call, const char *name, int64_t *out) {
    return call->v->arg_i64(call, orch_str_from(name), out);
}
static inline uint8_t orch_arg_f64(orch_call *call, const char *name, double *out) {
    return call->v->arg_f64(call, orch_str_from(name), out);
}
static inline uint8_t orch_arg_str(orch_call *call, const char *name, orch_str *out) {
    return call->v->arg_str(call, orch_str_from(name), out);
}
static inline uint8_t orch_arg_bytes(orch_call *call, const char *name, orch_str *out) {
    return call->v->arg_bytes(call, orch_str_from(name), out);
}
static inline uint8_t orch_arg_json(orch_call *call, const char *name, orch_str *out) {
    return call->v->arg_json(call, orch_str_from(name), out);
}

/* Answers with a borrowed JSON text, which the host copies. See orch_call_verbs.answer. */
static inline orch_status orch_answer(orch_call *call, orch_str json) {
    return call->v->answer(call, orch_buf_lend(json), 0);
}

/* Answers with a failure. See orch_call_verbs.fail. */
static inline orch_status orch_answer_fail(orch_call *call, orch_status status, const char *message) {
    return call->v->fail(call, status, orch_str_from(message), orch_str_of(NULL, 0));
}

#ifdef __cplusplus
}
#endif
#endif
