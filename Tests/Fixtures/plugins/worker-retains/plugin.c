/* worker-retains: a WORKER handler keeps its call and returns; the loop answers null later, which is right. */
#include "zoo.h"

static void answer(void *ud) { zoo_answer_kept((zoo_later *)ud); }

static void run(void *self, orch_call *call) {
    zoo_later *later = zoo_keep(self, call);
    orch_task task = {answer, later, NULL};
    zoo_sleep_ms(1);
    zoo_host(self)->v->post(zoo_host(self), task);
    zoo_sleep_ms(1);
}

ZOO_FIXTURE {
    zoo_method.flags |= ORCH_METHOD_WORKER;
    zoo_method.fn = ZOO_FN(run);
}
