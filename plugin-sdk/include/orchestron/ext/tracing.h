/* orchestron/ext/tracing.h: extension "orchestron.tracing/1": spans of a plugin in the trace of what it works on.
 *
 * The host begins a span for every dynamic call that belongs to a recorded trace, and calls carry it along. A plugin adds
 * spans for what it does besides, such as a query, and a server those for the requests that come in.
 *
 *     orch_span_start start = {sizeof start, ORCH_SPAN_CLIENT, ctx, {0}, orch_str_from("SELECT tasks")};
 *     uint64_t span = tracing->begin(host, &start);
 *     …
 *     tracing->end(host, span, ORCH_OK, orch_str_from(NULL));
 */
#ifndef ORCHESTRON_EXT_TRACING_H
#define ORCHESTRON_EXT_TRACING_H

#include "../context.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_TRACING "orchestron.tracing/1"

/* What a span stands for; OpenTelemetry's numbers. */
enum {
    ORCH_SPAN_INTERNAL = 1,
    ORCH_SPAN_SERVER = 2, /* the answer to somebody outside */
    ORCH_SPAN_CLIENT = 3, /* a request to something outside, such as a database */
    ORCH_SPAN_PRODUCER = 4,
    ORCH_SPAN_CONSUMER = 5
};

/* How a span begins. Set `size`. All is copied. */
typedef struct orch_span_start_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_SPAN_… */
    orch_ctx *ctx;             /* what it belongs to; NULL where `parent` says it, or nothing caused it */
    orch_str parent;           /* without `ctx`: a W3C traceparent, that of `begin` or as it came from outside, then with
                                  tracestate behind a space; or empty */
    orch_str name;             /* one of few: "GET /api/tasks/{id}", never with ids or values in it */
} orch_span_start;

typedef struct orch_tracing_1 {
    uint32_t size;
    uint32_t reserved;

    /* Begins a span; 0 when nobody records its trace, which all functions below accept and ignore. A trace that comes
     * with `parent` is recorded when its flag says so, one that begins here with the exporter's share of all. [any-thread] */
    uint64_t (*begin)(orch_host *host, const orch_span_start *start);

    /* The traceparent of a span, borrowed until it ends; empty for 0. Who puts it into orch_identity.trace has the calls of
     * that context below the span. [any-thread] */
    orch_str (*traceparent)(orch_host *host, uint64_t span);

    /* Adds an attribute, copied; at most 32 each. Nothing secret, and no values of statements. [any-thread] */
    void (*text)(orch_host *host, uint64_t span, orch_str key, orch_str value);
    void (*number)(orch_host *host, uint64_t span, orch_str key, int64_t value);

    /* Ends a span, once. `message` belongs to a status other than ORCH_OK. [any-thread] */
    void (*end)(orch_host *host, uint64_t span, orch_status status, orch_str message);
} orch_tracing;

#ifdef __cplusplus
}
#endif
#endif
