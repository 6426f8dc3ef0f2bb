/* create-once: global state makes the second `create` of a process fail; the validator says that double create
 * failed. */
#include "zoo.h"

static int created;

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    if (created++)
        return orch_fail_f(ctx, ORCH_ALREADY_EXISTS, "There can only be one.");
    return zoo_create(host, ctx, config, state, self);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
