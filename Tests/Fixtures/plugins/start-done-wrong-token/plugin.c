/* start-done-wrong-token: completes a token that it never received, then its own; the host answers 9
 * (failed_precondition) to the wrong one, as `seen` tells, and starts the plugin. */
#include "zoo.h"

static void start(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    zoo_see(self, host->v->done(host, token ^ 0x5a5a5a5a5a5a5a5au, ORCH_OK, orch_str_from(NULL)));
    host->v->done(host, token, ORCH_OK, orch_str_from(NULL));
}

ZOO_FIXTURE { zoo_plugin.start = start; }
