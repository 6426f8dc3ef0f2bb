/* blocks-loop: a handler holds the loop for 50 ms; the host counts it and names the plugin and the method. */
#include "zoo.h"

static void run(void *self, orch_call *call) {
    zoo_sleep_ms(50);
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
