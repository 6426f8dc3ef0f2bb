/* event-invalid-topic: publishes under a topic that is not UTF-8; the host delivers nothing and names the plugin. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    orch_host *host = zoo_host(self);
    zoo_see(self, host->v->publish(host, NULL, orch_str_from("zoo:\xff"), orch_str_from("{}")));
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
