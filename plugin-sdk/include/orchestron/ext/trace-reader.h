/* orchestron/ext/trace-reader.h: extension "orchestron.trace-reader/1": the finished spans of all plugins, for a plugin
 * that exports them. Nothing is recorded until it starts. Needs the permission "read-traces" in plugin.json.
 */
#ifndef ORCHESTRON_EXT_TRACE_READER_H
#define ORCHESTRON_EXT_TRACE_READER_H

#include "tracing.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_TRACE_READER "orchestron.trace-reader/1"

/* One attribute: a text, or a number when `text.p` is NULL. Frozen. */
typedef struct orch_span_attribute {
    orch_str key;
    orch_str text;
    int64_t number;
} orch_span_attribute;

/* A finished span. Borrowed during the callback. */
typedef struct orch_span_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_SPAN_… */
    orch_str trace_id;         /* 32 hexadecimal digits */
    orch_str span_id;          /* 16 */
    orch_str parent_id;        /* 16, or empty */
    orch_str state;            /* tracestate, as it came, or empty */
    orch_str plugin;           /* whose span it is */
    orch_str name;
    orch_str message;          /* of a failure */
    uint64_t start_ns;         /* since 1970, UTC */
    uint64_t end_ns;
    const orch_span_attribute *attributes;
    size_t n_attributes;
    orch_status status;
    uint32_t reserved;
} orch_span;

typedef struct orch_trace_reader_1 {
    uint32_t size;
    uint32_t reserved;

    /* Records from now on: of the traces that begin here the share `ratio` (0 to 1), and those whose caller records them.
     * At most `limit` finished spans are kept; further ones are dropped and counted. ORCH_ALREADY_EXISTS while another
     * plugin reads. It ends with the plugin. [loop-thread] */
    orch_status (*start)(orch_host *host, double ratio, uint64_t limit);

    /* Takes finished spans, oldest first, at most `max`, and gives how many there were. [loop-thread] */
    uint64_t (*take)(orch_host *host, uint64_t max, void (*each)(void *ud, const orch_span *span), void *ud);

    /* How many spans were dropped so far. [loop-thread] */
    uint64_t (*dropped)(orch_host *host);
} orch_trace_reader;

#ifdef __cplusplus
}
#endif
#endif
