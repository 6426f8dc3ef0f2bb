/* orchestron/host.h: what the host does for a plugin.
 *
 * The table is closed at ABI 1.0: everything later, and everything that not every plugin needs, is an extension that is
 * asked for by id (`ext/…`).
 */
#ifndef ORCHESTRON_HOST_H
#define ORCHESTRON_HOST_H

#include "call.h"
#include "method.h"
#include "slot.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Severity of a log line. The numbers are pino's. */
enum {
    ORCH_LOG_TRACE = 10,
    ORCH_LOG_DEBUG = 20,
    ORCH_LOG_INFO = 30,
    ORCH_LOG_WARN = 40,
    ORCH_LOG_ERROR = 50
};

/* Facts about the host and the plugin's place in it. Set `size` before asking. Strings stay valid until the process
 * ends. */
typedef struct orch_host_info_1 {
    uint32_t size;
    uint8_t debug;             /* 1 when the host checks threads and tells plugin faults loudly */
    uint8_t reserved[3];
    orch_str version;          /* of the host, semantic */
    orch_str plugin_id;
    orch_str plugin_dir;       /* folder of plugin.json: for assets, read only */
    orch_str storage_dir;      /* the host's storage folder */
} orch_host_info;

/* Options of a call. Set `size`. */
enum {
    ORCH_CALL_INLINE_OK = 1u << 0, /* `fn` may run before `call` returns */
    ORCH_CALL_CREDIT = 1u << 1     /* chunks wait for `credit`: at most 256 KiB are under way unacknowledged */
};
typedef struct orch_call_options_1 {
    uint32_t size;
    uint32_t flags;            /* ORCH_CALL_… */
    int64_t timeout_ms;        /* 0: what the context has left */
} orch_call_options;

/* What a caller is told. Borrowed during the callback, but for `body`. */
enum {
    ORCH_REPLY_CHUNK = 1, /* one chunk of a stream; more follows */
    ORCH_REPLY_END = 2,   /* the answer; the last reply */
    ORCH_REPLY_ERROR = 3  /* a failure; the last reply */
};
typedef struct orch_reply_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_REPLY_… */
    orch_status status;        /* ORCH_OK but for ORCH_REPLY_ERROR */
    uint32_t reserved;
    orch_buf *body;            /* JSON of a chunk or an answer (`null` for nothing); NULL for errors. To keep it without
                                  copying, take a body->release that is not NULL: copy the orch_buf, set
                                  body->release to NULL, and release your copy later */
    orch_str message;          /* of an error: a sentence for the user */
    orch_str details;          /* of an error: a JSON object, or empty */
    orch_str plugin;           /* id of the plugin that answered, or `host` */
} orch_reply;

/* Where replies go: `fn` runs on the loop for each reply, `release(ud)` exactly once after the last. Frozen. */
typedef struct orch_reply_cb {
    void (*fn)(void *ud, const orch_reply *reply);
    void *ud;
    void (*release)(void *ud);
} orch_reply_cb;

/* What a subscriber is told. Borrowed during the callback. */
enum {
    ORCH_EVENT = 1,        /* something happened */
    ORCH_EVENT_RESYNC = 2, /* what was asked for is no longer kept: read the state again, go on from `seq` */
    ORCH_EVENT_LOST = 3    /* events `from` to `seq` did not reach this subscriber */
};
typedef struct orch_event_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_EVENT… */
    uint64_t seq;              /* place in the durable log; 0 for an ephemeral event */
    uint64_t from;             /* of ORCH_EVENT_LOST */
    int64_t time_ms;           /* since 1970, UTC; of an ephemeral event up to 10 ms early (the kernel's tick) */
    orch_str topic;
    orch_str source;           /* id of the publishing plugin */
    orch_str actor;
    orch_str data;             /* JSON */
    orch_str log;              /* of ORCH_EVENT_RESYNC: the id of the durable log */
} orch_event;

/* Where events go. As orch_reply_cb. Frozen. */
typedef struct orch_event_cb {
    void (*fn)(void *ud, const orch_event *event);
    void *ud;
    void (*release)(void *ud);
} orch_event_cb;

/* A wish to be told. `topics` are patterns: `*` as last segment matches any rest, elsewhere one segment (`task:*`). */
enum { ORCH_SUBSCRIBE_SINCE = 1u << 0 /* replay the durable log after `since` first */ };
typedef struct orch_subscribe_1 {
    uint32_t size;
    uint32_t flags;
    const orch_str *topics;
    size_t n_topics;
    uint64_t since;
    orch_str log;              /* the log that `since` belongs to, or empty */
} orch_subscribe;

/* What a subscriber gets back. Set `size`. */
typedef struct orch_subscription_1 {
    uint32_t size;
    uint32_t reserved;
    uint64_t id;
    uint64_t seq;              /* of the newest durable event */
    uint64_t low;              /* of the oldest one that can be replayed */
    orch_str log;              /* id of the durable log; borrowed until the process ends */
} orch_subscription;

/* Who uses a slot. */
enum { ORCH_FROM_LOOP = 1, ORCH_FROM_WORKER = 2 };

typedef struct orch_host_verbs_1 {
    uint32_t size;
    uint16_t abi_major, abi_minor;

    /* Fills `out`. [any-thread] */
    void (*info)(orch_host *host, orch_host_info *out);

    /* The function table of an extension ("orchestron.timer/1"), or NULL: a normal answer. Host extensions come first,
     * then those of the plugins in this one's `requires` and `optional`. [loop-thread] */
    const void *(*extension)(orch_host *host, const char *id);

    /* 1 when the caller is on that symbolic thread (ORCH_THREAD_…). [any-thread] */
    uint8_t (*on_thread)(orch_host *host, uint32_t thread);

    /* Runs a task on the loop, never before `post` returns. [any-thread] */
    void (*post)(orch_host *host, orch_task task);

    /* Writes a log line. `fields` is a JSON object or empty. [any-thread] */
    void (*log)(orch_host *host, uint32_t level, orch_str message, orch_str fields);

    /* Completes start, drain or stop: `token` is what the host passed to them. A token that was already completed or
     * timed out answers ORCH_FAILED_PRECONDITION. [any-thread] */
    orch_status (*done)(orch_host *host, uint64_t token, orch_status status, orch_str message);

    /* Calls `service.method` with a JSON object of arguments. `call_id` (may be NULL) is written before dispatch.
     * `cb.fn` never runs before `call` returns, unless ORCH_CALL_INLINE_OK is set. Every call is answered exactly once,
     * whatever the callee does. `options` may be NULL. [loop-thread] */
    void (*call)(orch_host *host, orch_ctx *ctx, orch_str method, orch_str args, const orch_call_options *options,
                 orch_reply_cb cb, uint64_t *call_id);

    /* Gives up a call: its callback gets ORCH_CANCELLED, the callee's on_cancel runs. [loop-thread] */
    orch_status (*cancel)(orch_host *host, uint64_t call_id);

    /* Gives the slot of a typed method, for `name` "rice.score" and the signature "d(dddd)". The service must stand in
     * `requires` or `optional` of plugin.json. A signature that is a prefix of the provider's, whose further parameters
     * have defaults, is accepted. `from` is ORCH_FROM_…. On failure the reason is in `ctx` (may be NULL) and the log.
     * [loop-thread] */
    orch_status (*import_slot)(orch_host *host, orch_ctx *ctx, uint32_t from, const char *name, const char *signature,
                               orch_slot **out);

    /* orch_slot_enter and orch_slot_leave for languages that cannot use the inline functions. */
    orch_entry (*slot_enter)(orch_slot *slot);
    void (*slot_leave)(orch_entry entry);

    /* Publishes an ephemeral event; `data` is one JSON text. Copied and queued, delivered in one order for all.
     * ORCH_RESOURCE_EXHAUSTED when 65,536 events wait. `ctx` tells the actor and may be NULL. [any-thread] */
    orch_status (*publish)(orch_host *host, orch_ctx *ctx, orch_str topic, orch_str data);

    /* Subscribes. What is replayed comes first, then the live events, without gap or duplicate. [loop-thread] */
    orch_status (*subscribe)(orch_host *host, orch_ctx *ctx, const orch_subscribe *wish, orch_event_cb cb,
                             orch_subscription *out);
    /* Ends a subscription; `release` of its callback runs. [loop-thread] */
    orch_status (*unsubscribe)(orch_host *host, uint64_t subscription);

    /* Adds a service at run time, with the plugin's `self`; removed at stop at the latest. The declaration must stay
     * valid until the process ends. [loop-thread] */
    orch_status (*add_service)(orch_host *host, orch_ctx *ctx, const orch_service *service);
    orch_status (*remove_service)(orch_host *host, const char *name);

    /* Says that the caller is done with `bytes` of the chunks of a call made with ORCH_CALL_CREDIT. [loop-thread] */
    orch_status (*credit)(orch_host *host, uint64_t call_id, uint64_t bytes);
} orch_host_verbs;

struct orch_host {
    const orch_host_verbs *v;
};

/* Writes a log line from a plain string. See orch_host_verbs.log. */
static inline void orch_log(orch_host *host, uint32_t level, const char *message) {
    host->v->log(host, level, orch_str_from(message), orch_str_of(NULL, 0));
}

#ifdef __cplusplus
}
#endif
#endif
