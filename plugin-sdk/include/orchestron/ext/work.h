/* orchestron/ext/work.h: extension "orchestron.work/1": blocking work away from the loop. */
#ifndef ORCHESTRON_EXT_WORK_H
#define ORCHESTRON_EXT_WORK_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_WORK "orchestron.work/1"

/* A job: `run` on a worker, then `done` on the loop with ORCH_OK, or with ORCH_CANCELLED when `run` never ran; then
 * `release`. Frozen. */
typedef struct orch_job {
    void (*run)(void *ud);                     /* [worker-thread] */
    void (*done)(void *ud, orch_status status); /* [loop-thread], may be NULL */
    void *ud;
    void (*release)(void *ud);                 /* [loop-thread], may be NULL */
} orch_job;

typedef struct orch_work_1 {
    uint32_t size;

    /* Queues a job. Jobs of one plugin may run at the same time. Writes the job's id to `id` (may be NULL).
     * ORCH_RESOURCE_EXHAUSTED when 65,536 jobs wait; then only `release` runs. [loop-thread] */
    orch_status (*submit)(orch_host *host, orch_job job, uint64_t *id);

    /* Takes back a job that no worker has begun. ORCH_FAILED_PRECONDITION otherwise. [loop-thread] */
    orch_status (*cancel)(orch_host *host, uint64_t id);
} orch_work;

#ifdef __cplusplus
}
#endif
#endif
