/* orchestron/ext/metrics.h: extension "orchestron.metrics/1": figures of a plugin beside those that the host takes. */
#ifndef ORCHESTRON_EXT_METRICS_H
#define ORCHESTRON_EXT_METRICS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_METRICS "orchestron.metrics/1"

enum { ORCH_METRIC_COUNTER = 1, ORCH_METRIC_GAUGE = 2, ORCH_METRIC_HISTOGRAM = 3 };

/* One series of a metric, defined once. `name` is a Prometheus name of [a-z0-9_], without the `orchestron_<plugin>_` that
 * is put before it and without `_total`, which a counter gets. `unit` is `seconds`, `bytes` …, and the name ends with
 * it; `1` or NULL for none. `labels` is NULL or as Prometheus writes them: `route="/a",method="GET"` with \\, \" and \n
 * escaped in values. A plugin has at most 4,096 series; all series of a name have one kind, unit and bounds. */
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

    /* Defines a series and gives its handle. The same definition again gives the same handle. What is wrong with a
     * definition stands in the log: ORCH_INVALID_ARGUMENT; ORCH_ALREADY_EXISTS for a name that has another kind, unit or
     * bounds; ORCH_RESOURCE_EXHAUSTED for a series too many. [loop-thread] */
    orch_status (*define)(orch_host *host, const orch_metric *metric, uint64_t *handle);

    /* Adds to a counter (never negative) or a gauge. What is not finite, and a handle that is not this plugin's, does
     * nothing, here and below. [any-thread] */
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
