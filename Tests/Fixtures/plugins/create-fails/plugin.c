/* create-fails: `create` fails with a reason; the host repeats it after the plugin's id. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)host, (void)config, (void)state, (void)self;
    return orch_fail_f(ctx, ORCH_UNAVAILABLE, "The coffee machine is empty.");
}

ZOO_FIXTURE { zoo_plugin.create = create; }
