/* event-invalid-utf8: publishes data that is not UTF-8; the host delivers nothing and names the plugin and the
 * topic. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    orch_host *host = zoo_host(self);
    zoo_see(self, host->v->publish(host, NULL, orch_str_from("zoo:tick"), orch_str_from("\"caf\xe9\"")));
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
