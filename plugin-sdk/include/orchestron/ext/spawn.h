/* orchestron/ext/spawn.h: extension "orchestron.spawn/1": child processes, which die with the host. Given only to
 * plugins whose plugin.json asks for the permission `spawn`. */
#ifndef ORCHESTRON_EXT_SPAWN_H
#define ORCHESTRON_EXT_SPAWN_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_SPAWN "orchestron.spawn/1"

/* What to start. Set `size`. The environment is exactly `env`: nothing is inherited. */
typedef struct orch_command_1 {
    uint32_t size;
    uint32_t flags;            /* none yet */
    const char *const *argv;   /* ends with NULL; argv[0] is a path, or a name looked up in PATH of `env` */
    const char *const *env;    /* "NAME=value", ends with NULL; may be NULL: empty */
    const char *cwd;           /* absolute */
    int64_t timeout_ms;        /* 0: none. Then SIGTERM, and SIGKILL 5 s later */
} orch_command;

/* What a child says. `data` is borrowed. Frozen. */
typedef struct orch_child_cb {
    void (*output)(void *ud, uint32_t stream, orch_str data);       /* stream 1 or 2; [loop-thread], may be NULL */
    void (*exited)(void *ud, int64_t exit_status, int32_t signal); /* after the last output; [loop-thread] */
    void *ud;
    void (*release)(void *ud);
} orch_child_cb;

typedef struct orch_spawn_1 {
    uint32_t size;

    /* Starts a child in a process group of its own. On failure nothing was started and the reason stands in
     * `ctx` (may be NULL). [loop-thread] */
    orch_status (*start)(orch_host *host, orch_ctx *ctx, const orch_command *command, orch_child_cb cb, uint64_t *id);

    /* Writes to the child's standard input; the bytes are copied. ORCH_RESOURCE_EXHAUSTED when 1 MiB waits.
     * [loop-thread] */
    orch_status (*write)(orch_host *host, uint64_t id, orch_str bytes);

    /* Closes the child's standard input once all is written. [loop-thread] */
    orch_status (*close_input)(orch_host *host, uint64_t id);

    /* Sends a signal to the child's process group. [loop-thread] */
    orch_status (*signal)(orch_host *host, uint64_t id, int32_t signal);

    /* Stops and resumes reading the child's output. [loop-thread] */
    orch_status (*pause)(orch_host *host, uint64_t id, uint8_t paused);
} orch_spawn;

#ifdef __cplusplus
}
#endif
#endif
