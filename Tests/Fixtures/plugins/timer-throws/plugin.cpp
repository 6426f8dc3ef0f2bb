/* timer-throws: a timer's function throws; the host names the plugin and its timer and marks it as failed. */
#include "zoo.h"

#include <stdexcept>

static void fire(void *) { throw std::runtime_error("no time today"); }

static void run(void *self, orch_call *call) {
    zoo_after(zoo_host(self), 1, fire, nullptr);
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
