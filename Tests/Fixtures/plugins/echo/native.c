/* native.c: the typed functions of `echo`. */
#include <stdlib.h>

#include "echo.h"

orch_status echo_who(void *self, orch_ctx *ctx, orch_buf *result) {
    (void)self, (void)ctx;
    *result = orch_buf_lend(orch_str_from("echo"));
    return ORCH_OK;
}

orch_status echo_boolean(void *self, orch_ctx *ctx, uint8_t value, uint8_t *result) {
    (void)self, (void)ctx;
    *result = value;
    return ORCH_OK;
}

orch_status echo_integer(void *self, orch_ctx *ctx, int64_t value, int64_t *result) {
    (void)self, (void)ctx;
    *result = value;
    return ORCH_OK;
}

orch_status echo_number(void *self, orch_ctx *ctx, double value, double *result) {
    (void)self, (void)ctx;
    *result = value;
    return ORCH_OK;
}

orch_status echo_text(void *self, orch_ctx *ctx, orch_str value, orch_buf *result) {
    (void)self, (void)ctx;
    *result = orch_buf_copy(value.p, value.n);
    return ORCH_OK;
}

orch_status echo_bytes(void *self, orch_ctx *ctx, orch_str value, orch_buf *result) {
    return echo_text(self, ctx, value, result);
}

orch_status echo_json(void *self, orch_ctx *ctx, orch_str value, orch_buf *result) {
    return echo_text(self, ctx, value, result);
}

orch_status echo_mixed(void *self, orch_ctx *ctx, uint8_t boolean, int64_t integer, double number, orch_str text,
                       orch_str bytes, orch_str json, orch_buf *result) {
    (void)self, (void)ctx;
    size_t room = text.n + json.n + 512;
    char *line = (char *)malloc(room);
    if (!line) return ORCH_RESOURCE_EXHAUSTED;
    int n = snprintf(line, room, "%s %lld %g %.*s %zu %.*s", boolean ? "true" : "false", (long long)integer, number,
                     (int)text.n, text.p, bytes.n, (int)json.n, json.p);
    *result = (orch_buf){line, (size_t)n, free, line};
    return ORCH_OK;
}

orch_status echo_repeat(void *self, orch_ctx *ctx, orch_str text, int64_t times, orch_str separator,
                        orch_buf *result) {
    (void)self;
    if (times < 0 || times > 1000)
        return orch_fail_f(ctx, ORCH_OUT_OF_RANGE, "times must be from 0 to 1000.");
    orch_buf made = zoo_room((text.n + separator.n) * (size_t)times);
    size_t n = 0;
    for (int64_t i = 0; i < times; i++) {
        if (i && separator.n) memcpy(made.p + n, separator.p, separator.n), n += separator.n;
        if (text.n) memcpy(made.p + n, text.p, text.n), n += text.n;
    }
    made.n = n;
    *result = made;
    return ORCH_OK;
}

orch_status echo_fails(void *self, orch_ctx *ctx, int64_t status, orch_str message) {
    (void)self;
    return orch_fail(ctx, (orch_status)status, message, orch_str_from("{\"from\":\"echo\"}"));
}

orch_status echo_sleep(void *self, orch_ctx *ctx, int64_t ms, int64_t *result) {
    orch_host *host = ((echo *)self)->host;
    (void)ctx;
    zoo_sleep_ms(ms);
    *result = host->v->on_thread(host, ORCH_THREAD_WORKER) ? ORCH_THREAD_WORKER : ORCH_THREAD_LOOP;
    return ORCH_OK;
}

orch_status echo_cancelled(void *self, orch_ctx *ctx, orch_buf *result) {
    echo *instance = (echo *)self;
    (void)ctx;
    char text[96];
    int n = snprintf(text, sizeof text, "{\"waiting\":%lld,\"cancelled\":%lld}", (long long)instance->waiting,
                     (long long)instance->cancelled);
    *result = orch_buf_copy(text, (size_t)n);
    return ORCH_OK;
}
