/* fails-with-unknown-status: a native function returns 99; the caller gets internal. */
#include "zoo.h"

static orch_status run(void *self, orch_ctx *ctx) {
    (void)self, (void)ctx;
    return 99;
}

ZOO_FIXTURE { zoo_native('v', ZOO_FN(run)); }
