/* orchestron/plugin.h: what a plugin library exports.
 *
 * One function, named after the plugin's id with `-` written as `_`:
 *
 *     ORCH_PLUGIN(rice) { (void)host; return &descriptor; }
 *
 * It returns a constant descriptor, valid until the process ends, and does nothing else that takes time. The library is
 * never unloaded.
 */
#ifndef ORCHESTRON_PLUGIN_H
#define ORCHESTRON_PLUGIN_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The life of an instance, all [loop-thread]:
 *
 *     create → start → (health …) → drain → stop → destroy
 *
 * `start`, `drain` and `stop` receive a token and complete it with orch_host_verbs.done, now or later; the host waits
 * for a limited time. A function that is NULL counts as done at once. No function may run longer than 10 ms: blocking
 * work belongs to the worker pool. */
typedef struct orch_plugin_1 {
    /* Checked before anything else is read; these fields never move. */
    uint32_t size;
    uint32_t magic;            /* ORCH_MAGIC */
    uint16_t abi_major;        /* ORCH_ABI_MAJOR */
    uint16_t abi_minor;        /* the least minor of the host that this plugin needs */
    uint32_t flags;            /* none yet */
    const char *id;            /* [a-z][a-z0-9-]*, the one of plugin.json */
    const char *version;       /* semantic, the one of plugin.json */

    const orch_service *const *services;
    size_t n_services;
    const orch_topic *const *topics;
    size_t n_topics;

    /* Makes an instance, fast (below 100 ms) and without waiting. `config` is the plugin's validated configuration, a
     * JSON object. `state` is what `save` of the previous generation gave, or empty. On failure nothing is left behind
     * and the reason stands in `ctx`. */
    orch_status (*create)(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self);

    /* Begins to work: everything that the plugin requires is started. */
    void (*start)(void *self, uint64_t token);

    /* How it goes: ORCH_OK, or a status with the reason in `ctx` (shown in /health; the plugin is then degraded). */
    orch_status (*health)(void *self, orch_ctx *ctx);

    /* New work no longer comes; finish what is under way within `deadline_ms`. */
    void (*drain)(void *self, uint64_t token, int64_t deadline_ms);

    /* Ends all work. Registrations are undone by the host afterwards. */
    void (*stop)(void *self, uint64_t token);

    /* Hands over state to the next generation. */
    orch_status (*save)(void *self, orch_ctx *ctx, orch_buf *out);

    /* Frees the instance; the last call. Tasks posted before still run. */
    void (*destroy)(void *self);

    /* The function table of an extension that this plugin provides, or NULL: a normal answer. Asked from `create` on. */
    const void *(*extension)(void *self, const char *id);
} orch_plugin;

/* Defines the entry function of the plugin whose id, with `-` written as `_`, is `symbol`. */
#ifdef __cplusplus
#define ORCH_PLUGIN(symbol) extern "C" ORCH_EXPORT const orch_plugin *orch_plugin_##symbol(orch_host *host)
#else
#define ORCH_PLUGIN(symbol)                                                      \
    ORCH_EXPORT const orch_plugin *orch_plugin_##symbol(orch_host *host);        \
    ORCH_EXPORT const orch_plugin *orch_plugin_##symbol(orch_host *host)
#endif

typedef const orch_plugin *(*orch_plugin_entry)(orch_host *host);

#ifdef __cplusplus
}
#endif
#endif
