/* create-fails-silently: `create` answers an unknown status without a reason; the host says internal and that none
 * was given. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)host, (void)ctx, (void)config, (void)state, (void)self;
    return 99;
}

ZOO_FIXTURE { zoo_plugin.create = create; }
