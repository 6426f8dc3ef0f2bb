/* reply-null-buffer: a native function gives away seven bytes at NULL; the caller gets internal, the log names the
 * method. */
#include "zoo.h"

static orch_status run(void *self, orch_ctx *ctx, orch_buf *result) {
    (void)self, (void)ctx;
    result->p = NULL;
    result->n = 7;
    result->release = NULL;
    result->owner = NULL;
    return ORCH_OK;
}

ZOO_FIXTURE { zoo_native('s', ZOO_FN(run)); }
