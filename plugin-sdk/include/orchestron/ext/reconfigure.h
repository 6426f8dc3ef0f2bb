/* orchestron/ext/reconfigure.h: extension "orchestron.reconfigure/1": another configuration while the plugin runs. A plugin
 * provides it. Its schema marks what may change so with `"x-runtime": true` on a property (of an object: on all below);
 * what is not marked takes a restart and never differs here from what `create` got. */
#ifndef ORCHESTRON_EXT_RECONFIGURE_H
#define ORCHESTRON_EXT_RECONFIGURE_H

#include "../base.h"
#include "../context.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_RECONFIGURE "orchestron.reconfigure/1"

/* Provided by the plugin. */
typedef struct orch_reconfigure_1 {
    uint32_t size;
    uint32_t reserved;

    /* Takes another configuration: the whole of it, validated, with defaults; a JSON object, borrowed. `self` is the
     * instance. Does not wait (below 10 ms). On failure the old one stands and the reason is in `ctx`, for whoever wants
     * the change. When something else refuses the same change, the old one comes by a second call. [loop-thread] */
    orch_status (*reconfigure)(void *self, orch_ctx *ctx, orch_str config);
} orch_reconfigure;

#ifdef __cplusplus
}
#endif
#endif
