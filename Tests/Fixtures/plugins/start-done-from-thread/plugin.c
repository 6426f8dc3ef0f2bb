/* start-done-from-thread: nothing is wrong; completes `start` from a thread of its own, as `done` allows. */
#include "zoo.h"

static uint64_t start_token;

static void *complete(void *ud) {
    orch_host *host = (orch_host *)ud;
    zoo_sleep_ms(20);
    host->v->done(host, start_token, ORCH_OK, orch_str_from(NULL));
    return NULL;
}

static void start(void *self, uint64_t token) {
    start_token = token;
    zoo_on_thread(complete, zoo_host(self));
}

ZOO_FIXTURE { zoo_plugin.start = start; }
