/* exact-host-size: refuses a host whose table is larger than the one it was built with; the validator's larger
 * structs find it. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    if (host->v->size != sizeof(orch_host_verbs))
        return orch_fail_f(ctx, ORCH_FAILED_PRECONDITION, "Unknown host.");
    return zoo_create(host, ctx, config, state, self);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
