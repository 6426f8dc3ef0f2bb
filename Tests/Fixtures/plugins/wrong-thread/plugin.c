/* wrong-thread: calls a [loop-thread] verb from a thread of its own; a debug host names the plugin, the verb and
 * the rule, and answers with a failure. */
#include "zoo.h"

static void *misuse(void *ud) {
    orch_host *host = zoo_host(ud);
    orch_slot *slot = NULL;
    zoo_see(ud, host->v->import_slot(host, NULL, ORCH_FROM_LOOP, "echo.number", "d(d)", &slot));
    return NULL;
}

static void run(void *self, orch_call *call) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, misuse, self) != 0) abort();
    pthread_join(thread, NULL);
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
