/* breaks-answers-now: a handler promised ANSWERS_NOW and answers 5 ms later; the broken promise is a counted fault
 * that names the method, a dynamic caller gets the late answer, a typed caller internal. */
#include "zoo.h"

static void answer(void *ud) { zoo_answer_kept((zoo_later *)ud); }

static void run(void *self, orch_call *call) { zoo_after(zoo_host(self), 5, answer, zoo_keep(self, call)); }

ZOO_FIXTURE {
    zoo_method.flags |= ORCH_METHOD_ANSWERS_NOW;
    zoo_method.fn = ZOO_FN(run);
}
