/* answers-from-thread: a handler answers from a thread of its own; a debug host names the method and the thread
 * rule, refuses the answer (`seen` tells its status), and the caller gets internal. */
#include "zoo.h"

static void *answer(void *ud) {
    zoo_answer_kept((zoo_later *)ud);
    return NULL;
}

static void run(void *self, orch_call *call) { zoo_on_thread(answer, zoo_keep(self, call)); }

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
