/* fake_internal.h: what the files of the fake host share. */
#ifndef ORCHESTRON_FAKE_INTERNAL_H
#define ORCHESTRON_FAKE_INTERNAL_H

#include "fake_host.h"

#include <pthread.h>

/* Zeroed memory, a copy that ends with NUL, a printf into fresh memory; each ends the process when there is none. */
void *fake_alloc(size_t n);
char *fake_copy(const char *p, size_t n);
char *fake_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

int fake_is_utf8(const char *p, size_t n);
int fake_json_equal(orch_json_value a, orch_json_value b);

/* A list of strings. */
typedef struct fake_strings {
    char **at;
    size_t n;
} fake_strings;

void fake_strings_add(fake_strings *list, char *taken);
void fake_strings_free(fake_strings *list);
const char *fake_strings_get(const fake_strings *list, size_t at);

typedef struct fake_ctx {
    orch_ctx face;
    fake_host *fake;
    orch_status status;
    char *message, *details;
} fake_ctx;

typedef struct fake_task {
    orch_task task;
    struct fake_task *next;
} fake_task;

typedef struct fake_timer {
    uint64_t id, due, repeat;
    orch_task task;
    struct fake_timer *next;
} fake_timer;

typedef struct fake_subscription {
    uint64_t id;
    fake_strings topics;
    orch_event_cb cb;
    struct fake_subscription *next;
} fake_subscription;

typedef struct fake_stub {
    char *method;
    orch_status status;
    char *json;
    struct fake_stub *next;
} fake_stub;

typedef struct fake_child fake_child;
typedef struct fake_download fake_download;
typedef struct fake_watch fake_watch;
typedef struct fake_span fake_span;

/* A raw route, or a folder of files. */
typedef struct fake_route {
    uint64_t id;
    uint32_t flags;
    char *text;     /* "GET /hello/{name}" */
    char *folder;   /* of files, else NULL */
    char *headers;  /* of files: lines that end */
    orch_http_handler handler;
    struct fake_route *next;
} fake_route;

/* What was declared for MCP. */
typedef struct fake_item {
    uint64_t id;
    uint32_t kind;
    char *name, *declaration;
    orch_mcp_handler handler;
    struct fake_item *next;
} fake_item;

typedef struct fake_import {
    char *method, *signature;
    orch_target target;
    orch_slot slot;
    struct fake_import *next;
} fake_import;

struct fake_host {
    orch_host face;
    char *id, *storage_dir;
    const orch_plugin *plugin;
    void *self;
    fake_ctx ctx;
    pthread_t loop;
    int on_worker;           /* a job runs */
    int faults;
    uint64_t last_id, now, seq;

    uint64_t token;          /* what is being waited for, or 0 */
    orch_status token_status;

    pthread_mutex_t lock;    /* guards the next eight, which every thread may reach */
    int records;
    uint64_t last_span;
    fake_span *spans;        /* that have begun */
    fake_strings ended;
    struct fake_call *calls; /* that are not released */
    pthread_cond_t posted;   /* signalled when a task is queued */
    fake_task *first, *last;
    fake_strings log;
    fake_strings topics, data;
    fake_strings acted;

    fake_timer *timers;
    fake_subscription *subscriptions;
    fake_stub *stubs;
    fake_import *imports;
    const orch_service **added;
    size_t n_added;

    fake_reply reply;
    char *reply_json, *reply_message, *reply_details, *reply_chunks;

    fake_strings requests;
    int32_t http_code;
    char *http_body;
    char *state;
    size_t state_n;

    struct fake_download *downloads;
    struct fake_child *children;
    fake_strings commands;
    char *child_output, *child_errors;
    int64_t child_status;
    struct fake_watch *watches;
    fake_route *routes;
    struct fake_request *web;
    fake_item *items;
    struct fake_mcp_call *mcp_calls;
    fake_strings updated;
};

extern const orch_host_verbs fake_verbs;

static inline fake_host *fake_of(orch_host *host) { return (fake_host *)host; }

/* Counts and tells a fault of the plugin. */
void fake_fault(fake_host *fake, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Counts a fault when the caller is not on the loop. */
void fake_expect_loop(fake_host *fake, const char *verb);

void fake_post(fake_host *fake, orch_task task);

/* Lets a little time pass while something is not done: the next timers fire; without timers, waits up to 20 ms of real
 * time for a thread of the plugin's own to post. */
void fake_wait(fake_host *fake);
void fake_release(void (*release)(void *ud), void *ud);
void fake_ctx_init(fake_ctx *ctx, fake_host *fake);
void fake_ctx_clear(fake_ctx *ctx);

/* Queues an event for the subscriptions. */
void fake_deliver(fake_host *fake, orch_str topic, orch_str data, orch_str source, uint64_t seq);
void fake_unsubscribe_all(fake_host *fake);

/* Frees the calls that the plugin never released. Returns how many there were. */
int fake_calls_clear(fake_host *fake);

void fake_timers_clear(fake_host *fake);

const orch_http_client *fake_http_client(void);

/* Gives up what is opened and has not ended; frees all that was opened. */
void fake_downloads_end(fake_host *fake);
void fake_downloads_clear(fake_host *fake);

/* Frees children and watches; nothing is told. */
void fake_children_clear(fake_host *fake);

/* Bytes that grow; a NUL stands behind them. */
typedef struct fake_bytes {
    char *p;
    size_t n;
} fake_bytes;

void fake_append(fake_bytes *to, const char *p, size_t n);

enum { FAKE_WRITABLE, FAKE_CANCEL, FAKE_READABLE, FAKE_TASKS };
enum { FAKE_UNANSWERED, FAKE_BEGUN, FAKE_ENDED };

struct fake_request {
    orch_http_exchange face;
    orch_http_socket socket; /* its address leads back here */
    fake_host *fake;
    const fake_route *route; /* NULL once it has ended */
    int references;          /* of the plugin, and of the handler that runs */
    char *method, *target, *path, *query, *given;
    fake_bytes body;         /* of the request, what is not read yet */
    int has_all, is_run;
    int gone, paused;

    int state;
    uint16_t code, closed;
    fake_bytes headers, answer;
    orch_task tasks[FAKE_TASKS];
    orch_http_socket_cb cb;
    int is_open, was_refused;
    fake_bytes *sent;
    size_t n_sent;
    fake_strings values;     /* borrowed by the plugin for as long as the request */
    struct fake_request *next;
};

extern const orch_http_exchange_verbs fake_exchange_verbs;

orch_task fake_request_take(fake_request *request, int which);
void fake_request_fire(fake_request *request, int which);
int fake_request_is_readable(const fake_request *request);
void fake_request_drop(fake_request *request);
void fake_request_release_socket(fake_request *request);

/* The route that takes a method and a path, and in `out` what stands for its segment `name`, which is freed; NULL
 * without one. */
fake_route *fake_route_for(fake_host *fake, const char *method, const char *path);
char *fake_route_value(const fake_route *route, const char *path, orch_str name);

/* Undoes %XX, and + where that is a space, in place. */
void fake_unescape(char *text, int plus_is_space);

/* Ends what came by a route, or by all (NULL): nobody answers any more. */
void fake_requests_end(fake_host *fake, const fake_route *route);
void fake_routes_clear(fake_host *fake);

/* Frees the requests. Returns how many the plugin never released. */
int fake_requests_clear(fake_host *fake);

const orch_http_routes *fake_http_routes(void);

struct fake_mcp_call {
    orch_mcp_call face;
    fake_host *fake;
    fake_item *item;     /* NULL once it has ended */
    uint32_t kind;
    int completes, references, is_question, is_gone;
    orch_status status;  /* -1 before an answer */
    double progress;
    fake_bytes name, args, capabilities, state, replies;
    fake_bytes content, result, message, details, lines;
    orch_task on_cancel;
    fake_strings values; /* borrowed by the plugin for as long as the call */
    struct fake_mcp_call *next;
};

extern const orch_mcp_call_verbs fake_mcp_verbs;

/* The member of a JSON object, to be freed: of a string its text when `plain`, else its JSON; NULL without one. */
char *fake_member(const char *object, orch_str name, int plain);
/* The value of an argument, to be freed; NULL without one. */
char *fake_mcp_value(const fake_mcp_call *call, orch_str name);

/* Ends a call whose declaration ends, and all declarations. */
void fake_mcp_end(fake_mcp_call *call);
void fake_mcp_clear(fake_host *fake);

/* Frees the calls. Returns how many the plugin never released. */
int fake_mcp_calls_clear(fake_host *fake);

const orch_mcp *fake_mcp(void);
const orch_spawn *fake_spawn(void);
const orch_fs_watch *fake_fs_watch(void);
const orch_tracing *fake_tracing(void);

/* Each span that has not ended is a fault. */
void fake_spans_clear(fake_host *fake);
const void *fake_extension(fake_host *fake, const char *id);

#endif
