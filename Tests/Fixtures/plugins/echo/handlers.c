/* handlers.c: the methods of `echo` that receive a call and answer before they return. */
#include "echo.h"

#include <stdarg.h>

__attribute__((format(printf, 2, 3))) static void answer_format(orch_call *call, const char *format, ...) {
    char text[512];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    orch_answer(call, orch_str_from(text));
}

static void answer_absent(orch_call *call) { orch_answer_fail(call, ORCH_INTERNAL, "The argument did not arrive."); }

void echo_handle_boolean(void *self, orch_call *call) {
    (void)self;
    uint8_t value;
    if (!orch_arg_bool(call, "value", &value)) return answer_absent(call);
    orch_answer(call, orch_str_from(value ? "true" : "false"));
}

void echo_handle_integer(void *self, orch_call *call) {
    (void)self;
    int64_t value;
    if (!orch_arg_i64(call, "value", &value)) return answer_absent(call);
    answer_format(call, "%lld", (long long)value);
}

void echo_handle_number(void *self, orch_call *call) {
    (void)self;
    double value;
    if (!orch_arg_f64(call, "value", &value)) return answer_absent(call);
    answer_format(call, "%.17g", value);
}

/* Text and json: the argument's own JSON text is the answer. */
void echo_handle(void *self, orch_call *call) {
    (void)self;
    orch_str value;
    if (!orch_arg_json(call, "value", &value)) return answer_absent(call);
    orch_answer(call, value);
}

/* Bytes: what `arg_bytes` decoded is counted, and the argument's own JSON text is the answer. */
void echo_handle_bytes(void *self, orch_call *call) {
    (void)self;
    orch_str bytes, json;
    if (!orch_arg_bytes(call, "value", &bytes) || !orch_arg_json(call, "value", &json)) return answer_absent(call);
    if ((bytes.n + 2) / 3 * 4 + 2 == json.n)
        orch_answer(call, json);
    else
        orch_answer_fail(call, ORCH_INTERNAL, "The bytes are not all there.");
}

void echo_arguments(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, call->v->args(call));
}

void echo_context(void *self, orch_call *call) {
    (void)self;
    orch_ctx *ctx = orch_call_ctx(call);
    orch_ctx_info info;
    memset(&info, 0, sizeof info);
    info.size = sizeof info;
    ctx->v->info(ctx, &info);
    answer_format(call,
                  "{\"actor\":\"%.*s\",\"caller\":\"%.*s\",\"trace\":\"%.*s\",\"remainingMs\":%lld,\"chain\":%llu,"
                  "\"cancelled\":%s,\"user\":%s}",
                  (int)info.actor.n, info.actor.p, (int)info.caller.n, info.caller.p, (int)info.trace.n, info.trace.p,
                  (long long)info.remaining_ms, (unsigned long long)info.chain, info.cancelled ? "true" : "false",
                  call->v->user(call) == (void *)echo_context ? "true" : "false");
}

void echo_on_worker(void *self, orch_call *call) {
    orch_host *host = ((echo *)self)->host;
    orch_answer(call, orch_str_from(host->v->on_thread(host, ORCH_THREAD_WORKER) ? "true" : "false"));
}

void echo_erase(void *self, orch_call *call) {
    echo *instance = (echo *)self;
    instance->cancelled = 0;
    orch_answer(call, orch_str_from("null"));
}
