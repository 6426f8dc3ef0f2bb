/* emits-invalid-json: a STREAM method emits a chunk that is not JSON; the caller gets internal, the log names the
 * method. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    zoo_see(self, call->v->emit(call, orch_buf_lend(orch_str_from("{"))));
    orch_answer(call, orch_str_from("null"));
}

ZOO_FIXTURE {
    zoo_method.flags |= ORCH_METHOD_STREAM;
    zoo_method.fn = ZOO_FN(run);
}
