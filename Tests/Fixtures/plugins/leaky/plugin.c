/* leaky: every call of `run` leaks 1 MB; the validator says how much was lost. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    void *volatile lost = malloc(1000000);
    if (lost) memset(lost, 1, 1000000);
    lost = NULL;
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
