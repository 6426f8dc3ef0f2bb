/* reenters/upper: nothing is wrong here; `run` imports a method of the plugin below, which is allowed. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    zoo_answer_import(zoo_host(self), call, ORCH_FROM_LOOP, "reenters_lower.seen", "i()");
}

ZOO_FIXTURE {
    zoo_method.fn = ZOO_FN(run);
    zoo_method.result = 'b';
}
