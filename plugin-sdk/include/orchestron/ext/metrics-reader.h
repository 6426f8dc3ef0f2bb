/* orchestron/ext/metrics-reader.h: extension "orchestron.metrics-reader/1": the figures of the host, of all plugins and
 * of the process, for a plugin that shows or exports them. Needs the permission "read-metrics" in plugin.json.
 */
#ifndef ORCHESTRON_EXT_METRICS_READER_H
#define ORCHESTRON_EXT_METRICS_READER_H

#include "metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_METRICS_READER "orchestron.metrics-reader/1"

/* One series and its value now. Borrowed during the callback. */
typedef struct orch_metric_value_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_METRIC_… */
    orch_str name;             /* whole, but without `_total`: "orchestron_http_requests" */
    orch_str unit;             /* "seconds", which the name ends with, or empty */
    orch_str doc;              /* one line */
    orch_str labels;           /* as in orch_metric.labels, or empty */
    double value;              /* of a histogram: the sum of its values */
    const double *bounds;      /* of a histogram: rising upper bounds, without the infinite one */
    const uint64_t *buckets;   /* how many values lie at or below each bound and above the one before; `n_bounds` + 1 */
    size_t n_bounds;
} orch_metric_value;

typedef struct orch_metrics_reader_1 {
    uint32_t size;
    uint32_t reserved;

    /* Calls `each` with every series, before it returns; those of one name come one behind the other. [loop-thread] */
    void (*read)(orch_host *host, void (*each)(void *ud, const orch_metric_value *value), void *ud);
} orch_metrics_reader;

#ifdef __cplusplus
}
#endif
#endif
