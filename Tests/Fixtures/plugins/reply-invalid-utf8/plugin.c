/* reply-invalid-utf8: a handler answers a JSON text that is not UTF-8; the caller gets internal, the log names the
 * method. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("\"caf\xe9\""));
}

ZOO_FIXTURE {
    zoo_method.result = 's';
    zoo_method.fn = ZOO_FN(run);
}
