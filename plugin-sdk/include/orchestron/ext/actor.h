/* orchestron/ext/actor.h: extension "orchestron.actor/1": contexts for plugins through which people and programs come
 * in (http, mcp). Given only to plugins whose plugin.json asks for the permission `act-as`. */
#ifndef ORCHESTRON_EXT_ACTOR_H
#define ORCHESTRON_EXT_ACTOR_H

#include "../context.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_ACTOR "orchestron.actor/1"

/* For whom a context stands. Set `size`. Strings are copied. */
typedef struct orch_identity_1 {
    uint32_t size;
    uint32_t flags;            /* none yet */
    orch_str actor;            /* `kind:id` */
    orch_str trace;            /* W3C traceparent, or empty; that of a span (ext/tracing.h) has the calls below it */
    int64_t timeout_ms;        /* for all calls together; 0: 30 s; below 0: every call has 30 s of its own */
    orch_str rights;           /* what the actor may do, see below; NULL: everything */
    orch_str behalf;           /* `kind:id` of the person behind an agent or a token, or empty */
} orch_identity;

/* Rights are words with a space between them. A call to a public method that is made with a context of this extension
 * needs one word:
 *   read, write, destructive   the effect that the method declares, of every service
 *   tasks:read, tasks:write …  the same of one service
 *   admin, exec …              the permission that the method's declaration names instead
 *   *                          everything
 * A larger effect includes the smaller ones: who may destroy may write, who may write may read. */

typedef struct orch_actor_1 {
    uint32_t size;

    /* Makes a context. The caller frees it when every call made with it has been answered. [loop-thread] */
    orch_status (*make)(orch_host *host, const orch_identity *identity, orch_ctx **out);
    void (*free)(orch_host *host, orch_ctx *ctx);
} orch_actor;

#ifdef __cplusplus
}
#endif
#endif
