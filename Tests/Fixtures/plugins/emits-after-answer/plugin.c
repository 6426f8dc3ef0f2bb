/* emits-after-answer: a STREAM method emits a chunk after its answer; the host refuses it with 9
 * (failed_precondition), as `seen` tells, and the caller gets the answer as the last reply. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    orch_answer(call, orch_str_from("null"));
    zoo_see(self, call->v->emit(call, orch_buf_lend(orch_str_from("1"))));
}

ZOO_FIXTURE {
    zoo_method.flags |= ORCH_METHOD_STREAM;
    zoo_method.fn = ZOO_FN(run);
}
