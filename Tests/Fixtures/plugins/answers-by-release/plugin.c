/* answers-by-release: a handler retains its call and later releases it without an answer; the caller gets internal
 * then, with the method's name. */
#include "zoo.h"

static void let_go(void *ud) {
    orch_call *call = (orch_call *)ud;
    call->v->release(call);
}

static void run(void *self, orch_call *call) {
    call->v->retain(call);
    zoo_after(zoo_host(self), 5, let_go, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
