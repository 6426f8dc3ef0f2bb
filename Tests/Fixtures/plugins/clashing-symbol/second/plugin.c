/* clashing-symbol/second: exports the same global function as clashing-symbol/first; `run` must answer its own
 * number, 2. */
#include "zoo.h"

ORCH_EXPORT int64_t zoo_clash(void);
ORCH_EXPORT int64_t zoo_clash(void) { return 2; }

static orch_status run(void *self, orch_ctx *ctx, int64_t *result) {
    (void)self, (void)ctx;
    *result = zoo_clash();
    return ORCH_OK;
}

ZOO_FIXTURE { zoo_native('i', ZOO_FN(run)); }
