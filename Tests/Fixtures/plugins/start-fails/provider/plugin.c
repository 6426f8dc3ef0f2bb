/* start-fails/provider: completes `start` with a failure; the host repeats the reason and does not start what
 * requires it. */
#include "zoo.h"

static void start(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    host->v->done(host, token, ORCH_UNAVAILABLE, orch_str_from("The road is closed."));
}

ZOO_FIXTURE { zoo_plugin.start = start; }
