/* typed.c: the calls of `consumer` through slots, as `orchestron plugin header` writes them. */
#include "consumer.h"

static orch_slot *slot_of(void *self, int import) { return ((consumer *)self)->slots[import]; }

static orch_ctx *context(orch_ctx *ctx, orch_slot *slot) { return ctx ? ctx : slot->ctx; }

typedef orch_status (*score_fn)(void *, orch_ctx *, double, double, double, double, double *);
typedef orch_status (*number_fn)(void *, orch_ctx *, double, double *);
typedef orch_status (*integer_fn)(void *, orch_ctx *, int64_t, int64_t *);
typedef orch_status (*text_fn)(void *, orch_ctx *, orch_str, orch_buf *);
typedef orch_status (*fails_fn)(void *, orch_ctx *, int64_t, orch_str);

static orch_status call_score(orch_slot *slot, orch_ctx *ctx, double reach, double impact, double confidence,
                              double effort, double *result) {
    orch_entry e = orch_slot_enter(slot);
    orch_status s = ((score_fn)e.target->fn)(e.target->self, context(ctx, slot), reach, impact, confidence, effort,
                                             result);
    orch_slot_leave(e);
    return s;
}

static orch_status call_number(orch_slot *slot, orch_ctx *ctx, double value, double *result) {
    orch_entry e = orch_slot_enter(slot);
    orch_status s = ((number_fn)e.target->fn)(e.target->self, context(ctx, slot), value, result);
    orch_slot_leave(e);
    return s;
}

static orch_status call_integer(orch_slot *slot, orch_ctx *ctx, int64_t value, int64_t *result) {
    orch_entry e = orch_slot_enter(slot);
    orch_status s = ((integer_fn)e.target->fn)(e.target->self, context(ctx, slot), value, result);
    orch_slot_leave(e);
    return s;
}

static orch_status call_text(orch_slot *slot, orch_ctx *ctx, orch_str value, orch_buf *result) {
    orch_entry e = orch_slot_enter(slot);
    orch_status s = ((text_fn)e.target->fn)(e.target->self, context(ctx, slot), value, result);
    orch_slot_leave(e);
    return s;
}

orch_status consumer_score(void *self, orch_ctx *ctx, double reach, double impact, double confidence, double effort,
                           double *result) {
    return call_score(slot_of(self, SCORE), ctx, reach, impact, confidence, effort, result);
}

orch_status consumer_score_on_worker(void *self, orch_ctx *ctx, double reach, double impact, double confidence,
                                     double effort, double *result) {
    return call_score(slot_of(self, SCORE_ON_WORKER), ctx, reach, impact, confidence, effort, result);
}

orch_status consumer_repeat(void *self, orch_ctx *ctx, orch_str text, orch_buf *result) {
    return call_text(slot_of(self, REPEAT), ctx, text, result);
}

orch_status consumer_handle_number(void *self, orch_ctx *ctx, double value, double *result) {
    return call_number(slot_of(self, HANDLE_NUMBER), ctx, value, result);
}

orch_status consumer_handle_text(void *self, orch_ctx *ctx, orch_str value, orch_buf *result) {
    return call_text(slot_of(self, HANDLE_TEXT), ctx, value, result);
}

orch_status consumer_secret(void *self, orch_ctx *ctx, orch_str value, orch_buf *result) {
    return call_text(slot_of(self, SECRET), ctx, value, result);
}

orch_status consumer_fails(void *self, orch_ctx *ctx, int64_t status, orch_str message) {
    orch_slot *slot = slot_of(self, FAILS);
    orch_entry e = orch_slot_enter(slot);
    orch_status s = ((fails_fn)e.target->fn)(e.target->self, context(ctx, slot), status, message);
    orch_slot_leave(e);
    return s;
}

orch_status consumer_slow_on_worker(void *self, orch_ctx *ctx, int64_t ms, int64_t *result) {
    return call_integer(slot_of(self, SLOW_ON_WORKER), ctx, ms, result);
}

orch_status consumer_sleep_on_worker(void *self, orch_ctx *ctx, int64_t ms, int64_t *result) {
    return call_integer(slot_of(self, SLEEP_ON_WORKER), ctx, ms, result);
}

orch_status consumer_number_on_worker(void *self, orch_ctx *ctx, double value, double *result) {
    return call_number(slot_of(self, NUMBER_ON_WORKER), ctx, value, result);
}
