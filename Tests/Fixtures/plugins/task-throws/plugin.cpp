/* task-throws: a task posted to the loop throws; the host names the plugin and its task and marks it as failed. */
#include "zoo.h"

#include <stdexcept>

static void work(void *) { throw std::runtime_error("no work today"); }

static void run(void *self, orch_call *call) {
    orch_host *host = zoo_host(self);
    host->v->post(host, orch_task{work, nullptr, nullptr});
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
