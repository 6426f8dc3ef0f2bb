/* stop-without-start: `stop` uses what `start` made, and dies without it; the validator says that stop without
 * start crashed. */
#include "zoo.h"

static int *started;

static void start(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    started = (int *)calloc(1, sizeof *started);
    host->v->done(host, token, ORCH_OK, orch_str_from(NULL));
}

static void stop(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    if (!started) zoo_crash();
    free(started);
    started = NULL;
    host->v->done(host, token, ORCH_OK, orch_str_from(NULL));
}

ZOO_FIXTURE {
    zoo_plugin.start = start;
    zoo_plugin.stop = stop;
}
