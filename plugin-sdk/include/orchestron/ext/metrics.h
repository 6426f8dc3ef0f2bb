/* orchestron/ext/metrics.h: extension "orchestron.metrics/1": figures of a plugin beside those that the host takes. */
#ifndef ORCHESTRON_EXT_METRICS_H
#define ORCHESTRON_EXT_METRICS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_METRICS "orchestron.metrics/1"

enum { ORCH_METRIC_COUNTER = 1, ORCH_METRIC_GAUGE = 2, ORCH_METRIC_HISTOGRAM = 3 };

/* One metric, defined once. Names are Prometheus names without the `orchestron_<plugin>_` that the host puts before
 * them; `unit` is `seconds`, `bytes`, `1` …; `labels` is "key=value,…" or NULL. */
typedef struct orch_metric_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_METRIC_… */
    const char *name;
    const char *unit;
    const char *doc;
    const char *labels;
    const double *bounds;      /* of a histogram: rising upper bounds */
    size_t n_bounds;
} orch_metric;

typedef struct orch_metrics_1 {
    uint32_t size;

    /* Defines a metric and gives its handle. The same definition again gives the same handle. [loop-thread] */
    orch_status (*define)(orch_host *host, const orch_metric *metric, uint64_t *handle);

    /* Adds to a counter (never negative) or a gauge. [any-thread] */
    void (*add)(orch_host *host, uint64_t handle, double value);

    /* Sets a gauge. [any-thread] */
    void (*set)(orch_host *host, uint64_t handle, double value);

    /* Puts a value into a histogram. [any-thread] */
    void (*observe)(orch_host *host, uint64_t handle, double value);
} orch_metrics;

#ifdef __cplusplus
}
#endif
#endif
