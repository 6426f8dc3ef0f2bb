/* emits-without-stream: a handler that is no STREAM method emits a chunk; the host refuses it with 9
 * (failed_precondition), as `seen` tells, and the caller gets the answer alone. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    zoo_see(self, call->v->emit(call, orch_buf_lend(orch_str_from("1"))));
    orch_answer(call, orch_str_from("null"));
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
