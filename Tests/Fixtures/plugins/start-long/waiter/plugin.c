/* start-long-waiter: `start` calls start_long.run, which takes longer than the time limit, and is done with its
 * answer. */
#include "zoo.h"

static uint64_t waiting;

static void answered(void *ud, const orch_reply *reply) {
    orch_host *host = (orch_host *)ud;
    orch_status status = reply->kind == ORCH_REPLY_END ? ORCH_OK : reply->status;
    host->v->done(host, waiting, status, reply->message);
}

static void start(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    orch_reply_cb callback = {answered, host, NULL};
    waiting = token;
    host->v->call(host, NULL, orch_str_from("start_long.run"), orch_str_from("{}"), NULL, callback, NULL);
}

ZOO_FIXTURE { zoo_plugin.start = start; }
