/* orchestron/ext/mcp-server.h: extension "orchestron.mcp-server/1": what the plugin that speaks MCP needs to reach what
 * the others have declared (ext/mcp.h). Given only to plugins whose plugin.json asks for the permission `act-as`.
 *
 * The host tells by the events `mcp:added` and `mcp:removed` {"kind": "tool", "name", "plugin"} when to read again, and
 * by `mcp:updated` {"uri", "plugin"} that a resource has changed that is watched. */
#ifndef ORCHESTRON_EXT_MCP_SERVER_H
#define ORCHESTRON_EXT_MCP_SERVER_H

#include "mcp.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_MCP_SERVER "orchestron.mcp-server/1"

/* Flags of what was declared. */
enum {
    ORCH_MCP_COMPLETES = 1u << 0 /* proposes values of its arguments */
};

/* What was declared. Borrowed during the callback. */
typedef struct orch_mcp_info_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_MCP_TOOL … */
    uint32_t flags;            /* ORCH_MCP_COMPLETES */
    uint32_t reserved;
    uint64_t id;
    orch_str plugin;           /* whose it is */
    orch_str name;             /* of a tool or prompt; the URI or URI template of the others */
    orch_str permission;       /* a right, never empty */
    orch_str declaration;      /* a JSON object, checked: what a list shows */
} orch_mcp_info;

typedef struct orch_mcp_request orch_mcp_request; /* one request of a client, as the server has it */

/* The server's side of a call. Texts are borrowed until the last `release`. The host calls one of `answer`, `ask` and
 * `fail`, once, during `run` or later, nothing but `release` after it, and none when `run` has refused. All [loop-
 * thread]. */
typedef struct orch_mcp_request_verbs_1 {
    uint32_t size;
    uint32_t reserved;

    orch_ctx *(*ctx)(orch_mcp_request *request);         /* of who asks; as long as the request */
    orch_str (*name)(orch_mcp_request *request);         /* the URI that is read; of a completion the argument's name */
    orch_str (*args)(orch_mcp_request *request);         /* a JSON object, or empty; for completions see complete */
    orch_str (*capabilities)(orch_mcp_request *request); /* of the client: a JSON object, or empty */
    orch_str (*state)(orch_mcp_request *request);        /* which the server has checked, or empty */
    orch_str (*replies)(orch_mcp_request *request);      /* the client's answers: a JSON object by key, or empty */

    void (*retain)(orch_mcp_request *request);
    void (*release)(orch_mcp_request *request);

    /* The result as MCP writes it: {"content", "structuredContent"?, "isError"?} of a tool, {"contents"} of a resource,
     * {"description"?, "messages"} of a prompt, {"completion"} of a completion. Valid JSON. Taken in every case. */
    orch_status (*answer)(orch_mcp_request *request, orch_buf result);
    /* Questions to the client, {"key": {"method", "params"?}} or empty, of kinds that it has declared, and the state to
     * come with the answers. Both are taken or copied in every case. */
    orch_status (*ask)(orch_mcp_request *request, orch_buf questions, orch_str state);
    /* `details` has {"requiredCapabilities": {…}} when the client lacks what the plugin wanted to ask. */
    orch_status (*fail)(orch_mcp_request *request, orch_status status, orch_str message, orch_str details);

    /* As in orch_mcp_call_verbs. */
    orch_status (*log)(orch_mcp_request *request, uint32_t level, orch_str logger, orch_str data);
    orch_status (*progress)(orch_mcp_request *request, double progress, double total, orch_str message);
    /* The task is released when it has run or the request has ended. */
    void (*on_cancel)(orch_mcp_request *request, orch_task task);
} orch_mcp_request_verbs;

struct orch_mcp_request {
    const orch_mcp_request_verbs *v;
};

typedef struct orch_mcp_server_1 {
    uint32_t size;
    uint32_t reserved;

    /* Tells what was declared, in that order; with a context only what it has the right to. [loop-thread] */
    void (*each)(orch_host *host, orch_ctx *ctx, void (*fn)(void *ud, const orch_mcp_info *info), void *ud);

    /* The id of what has a name: a tool, a prompt, a resource, a template as it was declared. 0 without one. [loop-
     * thread] */
    uint64_t (*find)(orch_host *host, uint32_t kind, orch_str name);

    /* The id of what can be read at a URI: a resource, else the template that it fits. 0 without one. [loop-thread] */
    uint64_t (*match)(orch_host *host, orch_str uri);

    /* Runs the handler, when the context of the request has the right and the arguments are what was declared.
     * Otherwise the request has not been touched: ORCH_PERMISSION_DENIED, ORCH_INVALID_ARGUMENT (the sentence stands in
     * that context, as of every failure), ORCH_UNAVAILABLE when the plugin does not work, ORCH_NOT_FOUND when what was
     * declared is gone.
     *
     * The plugin gets a call of the host's, which hands on to this request. So every task that the server is given is
     * the host's: it may be called and released at any time and reaches the plugin as long as what it has declared. The
     * host retains the request for as long as it needs it. [loop-thread] */
    orch_status (*run)(orch_host *host, uint64_t id, orch_mcp_request *request);

    /* Asks for values of an argument of a prompt or template, as `run` does; ORCH_UNIMPLEMENTED when what was declared
     * proposes none. `name` of the request is the argument, `args` has the text typed for it and the arguments of the
     * context. [loop-thread] */
    orch_status (*complete)(orch_host *host, uint64_t id, orch_mcp_request *request);

    /* Watches a URI until `unwatch` or the end of the plugin that watches. [loop-thread] */
    orch_status (*watch)(orch_host *host, orch_str uri, uint64_t *id);
    orch_status (*unwatch)(orch_host *host, uint64_t id);
} orch_mcp_server;

#ifdef __cplusplus
}
#endif
#endif
