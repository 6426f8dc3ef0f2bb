/* health-degraded: `health` fails with a reason; the host shows the plugin as degraded with it. */
#include "zoo.h"

static orch_status health(void *self, orch_ctx *ctx) {
    (void)self;
    return orch_fail_f(ctx, ORCH_UNAVAILABLE, "The tank is half empty.");
}

ZOO_FIXTURE { zoo_plugin.health = health; }
