/* orchestron/method.h: the declaration of services, methods and events.
 *
 * A method is declared once and is then a typed C call, a REST endpoint, a WebSocket method, an MCP tool and a CLI
 * command. Declarations are constants of the plugin: they must stay valid until the process ends.
 *
 * Types of parameters and results
 *   'b' bool    uint8_t 0 or 1         result by  uint8_t *
 *   'i' integer int64_t, exact          result by  int64_t *
 *   'd' number  double                  result by  double *
 *   's' string  orch_str, UTF-8         result by  orch_buf *
 *   'y' bytes   orch_str; base64 in JSON  result by  orch_buf *
 *   'j' json    orch_str, one JSON text   result by  orch_buf *
 *   'v' nothing (result only)
 */
#ifndef ORCHESTRON_METHOD_H
#define ORCHESTRON_METHOD_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of a method. Without ORCH_METHOD_HANDLER `fn` is a native function. */
enum {
    ORCH_METHOD_HANDLER = 1u << 0,     /* `fn` is an orch_handler */
    ORCH_METHOD_STREAM = 1u << 1,      /* a handler that emits chunks before it answers */
    ORCH_METHOD_ANSWERS_NOW = 1u << 2, /* a handler that always answers before it returns */
    ORCH_METHOD_ANY_THREAD = 1u << 3,  /* may run on any thread; native functions only */
    ORCH_METHOD_WORKER = 1u << 4,      /* runs on the worker pool, because it blocks or takes long */
    ORCH_METHOD_INTERNAL = 1u << 5,    /* for plugins only: absent from every public face */
    ORCH_METHOD_READ = 1u << 6,        /* changes nothing */
    ORCH_METHOD_WRITE = 1u << 7,       /* changes something */
    ORCH_METHOD_DESTRUCTIVE = 1u << 8, /* may destroy something; implies WRITE */
    ORCH_METHOD_IDEMPOTENT = 1u << 16, /* a second call with the same arguments changes nothing more */
    ORCH_METHOD_CREATES = 1u << 17     /* answers with an entity that the call has made; implies WRITE */
};

/* One parameter. A parameter with a default may be left out; `default_json` "null" means optional without a value: left
 * out it does not stand in `args`, an explicit null does (so that a merge patch can tell them apart), and the typed
 * accessors read both as absent. */
typedef struct orch_param_1 {
    uint32_t size;
    char type;                /* one of b i d s y j */
    char reserved[3];
    const char *name;         /* [a-z][A-Za-z0-9]*, camelCase */
    const char *doc;          /* one line */
    const char *default_json; /* NULL: required */
    const char *schema;       /* JSON Schema that narrows the type (enum, minimum, format …), or NULL */
} orch_param;

/* One method.
 *
 * A native function is   orch_status f(void *self, orch_ctx *ctx, <parameters>, <result pointer>)
 * without a result pointer when the result is 'v'. On a status other than ORCH_OK the result is untouched.
 * A handler is           void f(void *self, orch_call *call) */
typedef struct orch_method_1 {
    uint32_t size;
    uint32_t flags;            /* ORCH_METHOD_… */
    const char *name;          /* [a-z][A-Za-z0-9]* */
    const char *doc;           /* one line, a sentence */
    const char *route;         /* "GET /api/tasks/{id}", or NULL */
    const char *permission;    /* what the caller must hold, or NULL for what the effects ask */
    const char *examples;      /* JSON: [{"args":{…},"result":…} or {"args":{…},"error":"not_found"}], or NULL */
    const orch_param *const *params;
    size_t n_params;
    char result;               /* one of b i d s y j v */
    char reserved[7];
    const char *result_schema; /* JSON Schema of the result, or NULL */
    void (*fn)(void);          /* cast to the function's own type by the host */
    void *user;                /* handed to handlers by orch_call_verbs.user */
} orch_method;

/* One service: a named, versioned set of methods. */
typedef struct orch_service_1 {
    uint32_t size;
    uint32_t flags;            /* none yet */
    const char *name;          /* [a-z][a-z0-9_]* */
    const char *version;       /* semantic version of the contract */
    const char *doc;           /* one line */
    const orch_method *const *methods;
    size_t n_methods;
} orch_service;

/* One topic that a plugin publishes. */
typedef struct orch_topic_1 {
    uint32_t size;
    uint32_t flags;            /* none yet */
    const char *name;          /* "task:created" */
    const char *doc;           /* one line */
    const char *schema;        /* JSON Schema of the data, or NULL */
    const char *example;       /* JSON of the data, or NULL */
} orch_topic;

#ifdef __cplusplus
}
#endif
#endif
