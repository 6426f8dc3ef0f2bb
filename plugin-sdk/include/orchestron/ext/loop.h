/* orchestron/ext/loop.h: extension "orchestron.loop/1": the host's libuv loop itself. IN-PROCESS ONLY: a plugin that
 * asks for it cannot be moved to a child process. */
#ifndef ORCHESTRON_EXT_LOOP_H
#define ORCHESTRON_EXT_LOOP_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_LOOP "orchestron.loop/1"

typedef struct orch_loop_1 {
    uint32_t size;

    /* The `uv_loop_t *` that the host runs. The plugin adds its own handles and has closed them all when its `stop` is
     * done. It never runs, stops or closes the loop. Link the system's libuv. [loop-thread] */
    void *(*uv_loop)(orch_host *host);

    /* Marks the span in which the plugin works in a callback of libuv, which the host cannot see by itself: `enter`
     * first, `leave` last, so that time on the loop is charged to the plugin. [loop-thread] */
    void (*enter)(orch_host *host);
    void (*leave)(orch_host *host);
} orch_loop;

#ifdef __cplusplus
}
#endif
#endif
