/* log-invalid-json: logs with fields that are not JSON; the log line stays valid JSON and says that the fields were
 * dropped. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    orch_host *host = zoo_host(self);
    host->v->log(host, ORCH_LOG_WARN, orch_str_from("with fields"), orch_str_from("{\"a\": 1}, \"level\": 60"));
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
