/* throws-anything: a handler throws something that is no std::exception; the caller gets internal and the log names
 * the method. */
#include "zoo.h"

static void run(void *, orch_call *) { throw 42; }

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
