/* crashes-in-create: `create` writes to NULL; the validator says which signal ended the process. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    zoo_crash();
    return zoo_create(host, ctx, config, state, self);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
