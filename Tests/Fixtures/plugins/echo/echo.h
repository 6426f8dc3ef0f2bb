/* echo.h: what the files of the fixture `echo` share. */
#ifndef ECHO_H
#define ECHO_H

#include "zoo-echo.h"
#include "zoo-tools.h"

/* One instance. The counters are read and written on the loop alone. */
typedef struct echo {
    orch_host *host;
    int64_t waiting;   /* calls of `never` that are under way */
    int64_t cancelled; /* calls of `never` that were cancelled */
} echo;

/* native.c: typed functions. */
orch_status echo_who(void *self, orch_ctx *ctx, orch_buf *result);
orch_status echo_boolean(void *self, orch_ctx *ctx, uint8_t value, uint8_t *result);
orch_status echo_integer(void *self, orch_ctx *ctx, int64_t value, int64_t *result);
orch_status echo_number(void *self, orch_ctx *ctx, double value, double *result);
orch_status echo_text(void *self, orch_ctx *ctx, orch_str value, orch_buf *result);
orch_status echo_bytes(void *self, orch_ctx *ctx, orch_str value, orch_buf *result);
orch_status echo_json(void *self, orch_ctx *ctx, orch_str value, orch_buf *result);
orch_status echo_mixed(void *self, orch_ctx *ctx, uint8_t boolean, int64_t integer, double number, orch_str text,
                       orch_str bytes, orch_str json, orch_buf *result);
orch_status echo_repeat(void *self, orch_ctx *ctx, orch_str text, int64_t times, orch_str separator,
                        orch_buf *result);
orch_status echo_fails(void *self, orch_ctx *ctx, int64_t status, orch_str message);
orch_status echo_sleep(void *self, orch_ctx *ctx, int64_t ms, int64_t *result);
orch_status echo_cancelled(void *self, orch_ctx *ctx, orch_buf *result);

/* handlers.c: methods that receive a call. */
void echo_handle_boolean(void *self, orch_call *call);
void echo_handle_integer(void *self, orch_call *call);
void echo_handle_number(void *self, orch_call *call);
void echo_handle(void *self, orch_call *call);
void echo_handle_bytes(void *self, orch_call *call);
void echo_arguments(void *self, orch_call *call);
void echo_context(void *self, orch_call *call);
void echo_on_worker(void *self, orch_call *call);
void echo_erase(void *self, orch_call *call);

/* later.c: methods that answer later. */
void echo_slow(void *self, orch_call *call);
void echo_never(void *self, orch_call *call);
void echo_chunks(void *self, orch_call *call);

#endif
