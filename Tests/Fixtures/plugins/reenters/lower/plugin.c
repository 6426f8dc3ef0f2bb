/* reenters/lower: `run` imports a method of the plugin that requires this one, so that a typed call could come back
 * into it; the host refuses the import with 9 (failed_precondition) and the path of the circle. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    zoo_answer_import(zoo_host(self), call, ORCH_FROM_LOOP, "reenters_upper.seen", "i()");
}

ZOO_FIXTURE {
    zoo_method.fn = ZOO_FN(run);
    zoo_method.result = 'b';
}
