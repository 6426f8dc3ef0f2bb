/* log-invalid-utf8: logs a message that is not UTF-8; the log line stays valid JSON with a repaired message. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    orch_log(zoo_host(self), ORCH_LOG_WARN, "no caf\xe9 and no \x1b[31mcolour");
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
