/* reply-invalid-json: a handler answers a text that is not JSON; the caller gets internal, the log names method and
 * place. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("{\"done\": tru}"));
}

ZOO_FIXTURE {
    zoo_method.result = 'j';
    zoo_method.fn = ZOO_FN(run);
}
