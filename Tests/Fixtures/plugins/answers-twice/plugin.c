/* answers-twice: a handler answers two times; the caller gets the first, the second is a counted fault that names
 * the method, and `seen` tells its status. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    orch_answer(call, orch_str_from("null"));
    zoo_see(self, orch_answer(call, orch_str_from("2")));
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
