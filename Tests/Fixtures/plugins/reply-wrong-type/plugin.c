/* reply-wrong-type: a handler that declares an integer answers a text; the caller gets internal, the log names the
 * method. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("\"seven\""));
}

ZOO_FIXTURE {
    zoo_method.result = 'i';
    zoo_method.fn = ZOO_FN(run);
}
