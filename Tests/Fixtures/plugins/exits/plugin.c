/* exits: `create` ends the process with code 3; the validator says so. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)host, (void)ctx, (void)config, (void)state, (void)self;
    exit(3);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
