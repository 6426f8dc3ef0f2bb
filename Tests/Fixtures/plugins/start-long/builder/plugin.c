/* start-long: `start` takes `steps` steps of 40 ms, longer than the time limit, and so does each call of `run`. After
 * each step it reports progress, up to step `stuckAt`; from there on it repeats the last report. */
#include "zoo.h"

static int64_t steps, stuck_at;

typedef struct labour {
    orch_host *host;
    orch_call *call; /* NULL for the start */
    uint64_t token;
    int64_t done;
} labour;

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    steps = zoo_integer(config, "steps", 0);
    stuck_at = zoo_integer(config, "stuckAt", steps);
    return zoo_create(host, ctx, config, state, self);
}

static void step(void *ud) {
    labour *work = (labour *)ud;
    const orch_progress *progress = (const orch_progress *)work->host->v->extension(work->host, ORCH_EXT_PROGRESS);
    if (!progress) abort();
    work->done++;
    if (work->done <= steps) {
        int64_t told = work->done < stuck_at ? work->done : stuck_at;
        progress->report(work->host, (uint64_t)told, (uint64_t)steps + 1, orch_str_from("digs a tunnel"));
        zoo_after(work->host, 40, step, work);
        return;
    }
    if (work->call) {
        orch_answer(work->call, orch_str_from("null"));
        work->call->v->release(work->call);
    } else {
        work->host->v->done(work->host, work->token, ORCH_OK, orch_str_from(NULL));
    }
    free(work);
}

static void begin(orch_host *host, orch_call *call, uint64_t token) {
    labour *work = (labour *)malloc(sizeof *work);
    if (!work) abort();
    *work = (labour){host, call, token, 0};
    zoo_after(host, 1, step, work);
}

static void start(void *self, uint64_t token) { begin(zoo_host(self), NULL, token); }

static void run(void *self, orch_call *call) {
    call->v->retain(call);
    begin(zoo_host(self), call, 0);
}

ZOO_FIXTURE {
    zoo_plugin.create = create;
    zoo_plugin.start = start;
    zoo_method.fn = ZOO_FN(run);
}
