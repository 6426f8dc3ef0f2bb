/* fragile-arguments: `run` dies on an empty text; the validator's hostile arguments find it and name the method. */
#include "zoo.h"

static orch_status run(void *self, orch_ctx *ctx, orch_str text, int64_t *result) {
    (void)self, (void)ctx;
    if (text.n == 0) zoo_crash();
    *result = (int64_t)text.n;
    return ORCH_OK;
}

ZOO_FIXTURE {
    zoo_native('i', ZOO_FN(run));
    zoo_param.default_json = NULL;
    zoo_method.n_params = 1;
}
