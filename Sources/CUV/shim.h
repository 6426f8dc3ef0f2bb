#include <uv.h>

/* Has the loop measure how long it waits (uv_metrics_idle_time). Swift cannot call what takes any number of arguments. */
static inline int cuv_measure_idle_time(uv_loop_t *loop) { return uv_loop_configure(loop, UV_METRICS_IDLE_TIME); }
