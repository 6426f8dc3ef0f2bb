/* native-not-finite: a native function gives an infinite number; every JSON edge answers out_of_range. */
#include "zoo.h"

static orch_status run(void *self, orch_ctx *ctx, double *result) {
    (void)self, (void)ctx;
    *result = __builtin_inf();
    return ORCH_OK;
}

ZOO_FIXTURE { zoo_native('d', ZOO_FN(run)); }
