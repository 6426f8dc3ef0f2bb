/* consumer.h: what the files of the fixture `consumer` share. */
#ifndef CONSUMER_H
#define CONSUMER_H

#include "zoo-echo.h"
#include "zoo-tools.h"

/* The typed methods that are imported at start. */
enum {
    SCORE,            /* rice.score from the loop: a plain function */
    SCORE_ON_WORKER,  /* the same from a worker: ANY_THREAD, so called directly */
    REPEAT,           /* echo.repeat by a prefix of its signature */
    HANDLE_NUMBER,    /* a handler that answers now, called as a function */
    HANDLE_TEXT,
    SECRET,           /* an internal method */
    FAILS,
    SLOW_ON_WORKER,   /* a handler that answers later, waited for on a worker */
    SLEEP_ON_WORKER,  /* a WORKER method, called directly from a worker */
    NUMBER_ON_WORKER, /* echo.number from a worker: posted to the loop and waited for */
    IMPORTS
};

typedef struct consumer {
    orch_host *host;
    orch_slot *slots[IMPORTS];
} consumer;

/* typed.c: calls through slots. */
orch_status consumer_score(void *self, orch_ctx *ctx, double reach, double impact, double confidence, double effort,
                           double *result);
orch_status consumer_score_on_worker(void *self, orch_ctx *ctx, double reach, double impact, double confidence,
                                     double effort, double *result);
orch_status consumer_repeat(void *self, orch_ctx *ctx, orch_str text, orch_buf *result);
orch_status consumer_handle_number(void *self, orch_ctx *ctx, double value, double *result);
orch_status consumer_handle_text(void *self, orch_ctx *ctx, orch_str value, orch_buf *result);
orch_status consumer_secret(void *self, orch_ctx *ctx, orch_str value, orch_buf *result);
orch_status consumer_fails(void *self, orch_ctx *ctx, int64_t status, orch_str message);
orch_status consumer_slow_on_worker(void *self, orch_ctx *ctx, int64_t ms, int64_t *result);
orch_status consumer_sleep_on_worker(void *self, orch_ctx *ctx, int64_t ms, int64_t *result);
orch_status consumer_number_on_worker(void *self, orch_ctx *ctx, double value, double *result);

/* forward.c: dynamic calls. */
void consumer_forward(void *self, orch_call *call);
void consumer_forward_stream(void *self, orch_call *call);

#endif
