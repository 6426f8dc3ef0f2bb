/* writes-stdout: writes to standard output, which belongs to the host's answers; the validator says what was
 * written. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    puts("Hello from a plugin!");
    fflush(stdout);
    return zoo_create(host, ctx, config, state, self);
}

ZOO_FIXTURE { zoo_plugin.create = create; }
