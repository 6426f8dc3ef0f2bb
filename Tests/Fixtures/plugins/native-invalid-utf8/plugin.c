/* native-invalid-utf8: a native function gives a text that is not UTF-8; the caller gets internal, the log names
 * the method. */
#include "zoo.h"

static orch_status run(void *self, orch_ctx *ctx, orch_buf *result) {
    (void)self, (void)ctx;
    *result = orch_buf_lend(orch_str_from("caf\xe9"));
    return ORCH_OK;
}

ZOO_FIXTURE { zoo_native('s', ZOO_FN(run)); }
