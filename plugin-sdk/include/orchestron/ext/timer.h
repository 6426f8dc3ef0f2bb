/* orchestron/ext/timer.h: extension "orchestron.timer/1": timers on the loop. */
#ifndef ORCHESTRON_EXT_TIMER_H
#define ORCHESTRON_EXT_TIMER_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_TIMER "orchestron.timer/1"

typedef struct orch_timer_1 {
    uint32_t size;

    /* Calls `task.fn` after `delay_ms`, and every `repeat_ms` from then on unless that is 0. `task.release` runs after
     * the last call or after `stop`. Writes the timer's id to `id` (may be NULL). [loop-thread] */
    orch_status (*start)(orch_host *host, uint64_t delay_ms, uint64_t repeat_ms, orch_task task, uint64_t *id);

    /* Stops a timer. One that has fired for the last time answers ORCH_FAILED_PRECONDITION. [loop-thread] */
    orch_status (*stop)(orch_host *host, uint64_t id);
} orch_timer;

#ifdef __cplusplus
}
#endif
#endif
