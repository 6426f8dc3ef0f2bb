/* create-slow: `create` takes 150 ms; the validator says that it took longer than 100 ms, the host only warns. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    zoo_sleep_ms(150);
    return zoo_create(host, ctx, config, state, self);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
