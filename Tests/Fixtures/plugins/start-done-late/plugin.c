/* start-done-late: completes `start` from a thread `afterMs` (default 500) later, past the time limit; the host
 * times it out, and answers 9 (failed_precondition) to the late completion, which the plugin then logs. */
#include "zoo.h"

static int64_t after_ms;

typedef struct completion {
    orch_host *host;
    uint64_t token;
} completion;

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    after_ms = zoo_integer(config, "afterMs", 500);
    return zoo_create(host, ctx, config, state, self);
}

static void *complete(void *ud) {
    completion *late = (completion *)ud;
    zoo_sleep_ms(after_ms);
    orch_status status = late->host->v->done(late->host, late->token, ORCH_OK, orch_str_from(NULL));
    orch_log_f(late->host, ORCH_LOG_INFO, "The late completion was answered with %d.", (int)status);
    free(late);
    return NULL;
}

static void start(void *self, uint64_t token) {
    completion *late = (completion *)malloc(sizeof *late);
    if (!late) abort();
    late->host = zoo_host(self);
    late->token = token;
    zoo_on_thread(complete, late);
}

ZOO_FIXTURE {
    zoo_plugin.create = create;
    zoo_plugin.start = start;
}
