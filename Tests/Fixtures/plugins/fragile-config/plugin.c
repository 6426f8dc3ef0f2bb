/* fragile-config: `create` dies when its configuration lacks a key that no schema demands; the validator's hostile
 * configuration finds it. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    if (zoo_integer(config, "port", -1) == -1) zoo_crash();
    return zoo_create(host, ctx, config, state, self);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
