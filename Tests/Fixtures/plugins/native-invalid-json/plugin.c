/* native-invalid-json: a native function gives a json result that is none; the caller gets internal, the log names
 * the method. */
#include "zoo.h"

static orch_status run(void *self, orch_ctx *ctx, orch_buf *result) {
    (void)self, (void)ctx;
    *result = orch_buf_lend(orch_str_from("[1,,2]"));
    return ORCH_OK;
}

ZOO_FIXTURE { zoo_native('j', ZOO_FN(run)); }
