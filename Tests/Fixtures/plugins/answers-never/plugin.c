/* answers-never: a handler returns without answer and without having retained its call; the caller gets internal at
 * once, with the method's name. */
#include "zoo.h"

static void run(void *self, orch_call *call) { (void)self, (void)call; }

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
