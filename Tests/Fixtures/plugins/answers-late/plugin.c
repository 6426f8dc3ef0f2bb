/* answers-late: a handler answers 200 ms later; a caller with a shorter deadline gets deadline_exceeded, and the
 * late answer is answered 1 (cancelled), as `seen` tells, which is no fault. */
#include "zoo.h"

static void answer(void *ud) { zoo_answer_kept((zoo_later *)ud); }

static void run(void *self, orch_call *call) { zoo_after(zoo_host(self), 200, answer, zoo_keep(self, call)); }

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
