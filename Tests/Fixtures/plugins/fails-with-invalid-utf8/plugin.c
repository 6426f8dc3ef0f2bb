/* fails-with-invalid-utf8: a handler fails with a message that is not UTF-8 and details that are not JSON; the
 * caller gets the status with a repaired message and no details. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    (void)self;
    call->v->fail(call, ORCH_NOT_FOUND, orch_str_from("no caf\xe9"), orch_str_from("{details"));
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
