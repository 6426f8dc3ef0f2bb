/* orchestron/ext/state.h: extension "orchestron.state/1": a few bytes that survive restarts, for plugins that need no
 * database. */
#ifndef ORCHESTRON_EXT_STATE_H
#define ORCHESTRON_EXT_STATE_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_STATE "orchestron.state/1"

typedef struct orch_state_1 {
    uint32_t size;

    /* Gives what was stored last; ORCH_NOT_FOUND when nothing was. [loop-thread] */
    orch_status (*load)(orch_host *host, orch_buf *out);

    /* Replaces what is stored, whole or not at all: at most 1 MiB, written with a file sync. [loop-thread] */
    orch_status (*store)(orch_host *host, orch_str bytes);
} orch_state;

#ifdef __cplusplus
}
#endif
#endif
