/* start-done-twice: completes `start` two times; the host starts it, answers 9 (failed_precondition) to the second,
 * as `seen` tells. */
#include "zoo.h"

static void start(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    host->v->done(host, token, ORCH_OK, orch_str_from(NULL));
    zoo_see(self, host->v->done(host, token, ORCH_INTERNAL, orch_str_from("Once more.")));
}

ZOO_FIXTURE { zoo_plugin.start = start; }
