/* orchestron/ext/event-log.h: durable events.
 *
 * "orchestron.event-log/1" is what the host offers to every plugin: append an event to the log.
 * "orchestron.event-store/1" is what a plugin provides that keeps the log (the storage plugin); without one the host
 * keeps the last 4,096 events in memory.
 */
#ifndef ORCHESTRON_EXT_EVENT_LOG_H
#define ORCHESTRON_EXT_EVENT_LOG_H

#include "../host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_EVENT_LOG "orchestron.event-log/1"
#define ORCH_EXT_EVENT_STORE "orchestron.event-store/1"

/* Told once when an event is durable (ORCH_OK and its place), or that it was not recorded. Frozen. */
typedef struct orch_append_cb {
    void (*fn)(void *ud, orch_status status, uint64_t seq); /* [loop-thread], may be NULL */
    void *ud;
    void (*release)(void *ud);
} orch_append_cb;

/* Offered by the host. */
typedef struct orch_event_log_1 {
    uint32_t size;

    /* Records an event and publishes it once it is durable. `ctx` tells the actor and may be NULL. To record an event
     * together with a change, hand it to the storage service in the same batch instead. [loop-thread] */
    void (*append)(orch_host *host, orch_ctx *ctx, orch_str topic, orch_str data, orch_append_cb cb);

    /* For the event store alone: publishes events that it has recorded, in the order of their seq. Every event that is
     * recorded passes here exactly once. [loop-thread] */
    orch_status (*recorded)(orch_host *host, const orch_event *const *events, size_t n_events);
} orch_event_log;

/* The state of a log. Set `size`. */
typedef struct orch_log_info_1 {
    uint32_t size;
    uint32_t reserved;
    uint64_t seq;              /* of the newest event recorded; 0 when there was never one */
    uint64_t low;              /* of the oldest event still kept; `seq` + 1 when there is none */
    orch_str log;              /* a random id, new after a restore; valid until the process ends */
} orch_log_info;

/* Provided by the event store. `self` is the plugin's instance. */
typedef struct orch_event_store_1 {
    uint32_t size;

    orch_status (*info)(void *self, orch_log_info *out); /* [loop-thread] */

    /* Gives up to `limit` events after `since` to `each`, in order. A bounded read: the host asks for 256 at a time.
     * [loop-thread] */
    orch_status (*read)(void *self, uint64_t since, uint32_t limit, void (*each)(void *ud, const orch_event *event),
                        void *ud);

    /* Records one event; `event` has topic, time, source, actor and data. After it is durable the store calls
     * orch_event_log.recorded, then `cb`. [loop-thread] */
    void (*append)(void *self, const orch_event *event, orch_append_cb cb);
} orch_event_store;

#ifdef __cplusplus
}
#endif
#endif
