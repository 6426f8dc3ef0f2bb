/* clashing-symbol/first: exports the same global function as clashing-symbol/second; `run` must answer its own
 * number, 1. */
#include "zoo.h"

ORCH_EXPORT int64_t zoo_clash(void);
ORCH_EXPORT int64_t zoo_clash(void) { return 1; }

static orch_status run(void *self, orch_ctx *ctx, int64_t *result) {
    (void)self, (void)ctx;
    *result = zoo_clash();
    return ORCH_OK;
}

ZOO_FIXTURE { zoo_native('i', ZOO_FN(run)); }
