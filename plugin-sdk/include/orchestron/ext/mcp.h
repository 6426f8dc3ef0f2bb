/* orchestron/ext/mcp.h: extension "orchestron.mcp/1": tools, resources, templates and prompts of a plugin for MCP
 * clients (modelcontextprotocol.io).
 *
 * What can be declared as a method needs none of this: it is a tool already. This is for what MCP has beyond methods:
 * content of other kinds than JSON, resources, prompts, completion, questions to the user, and log lines and progress
 * of a call. It can be added and removed at any time, whether or not an MCP server is loaded, and ends with the plugin.
 *
 *     static void hello(void *ud, orch_mcp_call *call) {
 *         (void)ud;
 *         orch_mcp_text(call, orch_str_from("hello"));
 *         orch_mcp_done(call);
 *     }
 *
 * Declarations are JSON objects in the words of the specification, as the lists of MCP show them. The host checks them
 * when they are added, arguments before a handler runs, and structured results against their schema.
 */
#ifndef ORCHESTRON_EXT_MCP_H
#define ORCHESTRON_EXT_MCP_H

#include "../context.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_MCP "orchestron.mcp/1"

/* What can be declared. */
enum {
    ORCH_MCP_TOOL = 1,     /* {"name", "inputSchema", "title"?, "description"?, "outputSchema"?, "annotations"?, …} */
    ORCH_MCP_RESOURCE = 2, /* {"uri", "name", "title"?, "description"?, "mimeType"?, "annotations"?, …} */
    ORCH_MCP_TEMPLATE = 3, /* {"uriTemplate", "name", …}; RFC 6570: {x} a segment, {+x} the rest, {?x,y} a query */
    ORCH_MCP_PROMPT = 4    /* {"name", "arguments"?: [{"name", "description"?, "required"?}], …} */
};

/* Kinds of content. */
enum {
    ORCH_MCP_TEXT = 1,     /* text; of a resource what is read, when it is text */
    ORCH_MCP_IMAGE = 2,    /* data, mime_type */
    ORCH_MCP_AUDIO = 3,    /* data, mime_type */
    ORCH_MCP_LINK = 4,     /* uri, name, mime_type: a resource that can be read */
    ORCH_MCP_EMBEDDED = 5, /* uri, mime_type, and text or data: a resource itself */
    ORCH_MCP_JSON = 6      /* text: a whole content object as JSON, for what is not said here */
};

/* Who says a message of a prompt. */
enum {
    ORCH_MCP_USER = 0,
    ORCH_MCP_ASSISTANT = 1
};

/* Severity of a log line, as in RFC 5424. */
enum {
    ORCH_MCP_EMERGENCY = 0,
    ORCH_MCP_ALERT = 1,
    ORCH_MCP_CRITICAL = 2,
    ORCH_MCP_ERROR = 3,
    ORCH_MCP_WARNING = 4,
    ORCH_MCP_NOTICE = 5,
    ORCH_MCP_INFO = 6,
    ORCH_MCP_DEBUG = 7
};

/* Flags of an answer. */
enum {
    ORCH_MCP_IS_ERROR = 1u << 0 /* of a tool: the content says what went wrong, for the model to read */
};

typedef struct orch_mcp_call orch_mcp_call; /* one request: a tool called, a resource read, a prompt got */

/* One piece of content. Set `size`, `kind` and what the kind has, all else zero. Texts and bytes are copied. */
typedef struct orch_mcp_content_1 {
    uint32_t size;
    uint32_t kind;         /* ORCH_MCP_TEXT … */
    uint32_t role;         /* of a prompt's message: ORCH_MCP_USER, ORCH_MCP_ASSISTANT */
    uint32_t reserved;
    orch_str text;
    orch_str data;         /* bytes; the host writes them as base64 */
    orch_str mime_type;    /* "image/png" */
    orch_str uri;          /* empty: the one that is being read */
    orch_str name;
    orch_str more;         /* a JSON object whose members join: "annotations", "title", "_meta" …; or empty */
} orch_mcp_content;

/* A handler borrows its call and answers before it returns, or retains the call and answers later. An answer is pieces
 * of content and then `answer`, or `ask`, or `fail`. A call that is dropped without one is answered ORCH_INTERNAL, which
 * is a fault until `on_cancel` has fired; a second answer is ORCH_FAILED_PRECONDITION. When what was called ends, waiting
 * calls are answered ORCH_UNAVAILABLE and the plugin hears nothing of them any more but the `release` of what it gave,
 * which comes before `destroy`. Texts are borrowed for as long as the call. All [loop-thread]. */
typedef struct orch_mcp_call_verbs_1 {
    uint32_t size;
    uint32_t reserved;

    /* On whose behalf: for the calls that this one causes. */
    orch_ctx *(*ctx)(orch_mcp_call *call);
    /* The name of the tool or prompt, the URI that is read; of a completion the name of the argument. */
    orch_str (*name)(orch_mcp_call *call);
    /* All arguments as a JSON object, `{}` without any. */
    orch_str (*args)(orch_mcp_call *call);
    /* The value of an argument: of a string its text, else its JSON. Of a template what stood in its place, decoded. 0
     * without one. */
    uint8_t (*argument)(orch_mcp_call *call, orch_str name, orch_str *out);
    /* What the client can do, as it declares it: a JSON object with "elicitation", "sampling", "roots" … */
    orch_str (*capabilities)(orch_mcp_call *call);

    void (*retain)(orch_mcp_call *call);
    void (*release)(orch_mcp_call *call);

    /* Adds a piece of content. ORCH_INVALID_ARGUMENT when it is not what its kind says (the reason stands in the
     * context of the call), ORCH_RESOURCE_EXHAUSTED beyond 64 MiB. */
    orch_status (*add)(orch_mcp_call *call, const orch_mcp_content *content);

    /* Answers with the content that was added. `json`, which is taken in every case, is of a tool its structured result
     * (also written as text when there is no other content), of a prompt its description as a JSON string, of a
     * completion an array of strings, best first, or {"values": […], "total": 7, "hasMore": false}; of at most 100.
     * Else empty. `flags` are ORCH_MCP_IS_ERROR. ORCH_CANCELLED when nobody waits any more, which is no fault. */
    orch_status (*answer)(orch_mcp_call *call, orch_buf json, uint32_t flags);

    /* Answers with a failure. `message` is a sentence for the user and the model, `details` a JSON object or empty. */
    orch_status (*fail)(orch_mcp_call *call, orch_status status, orch_str message, orch_str details);

    /* Asks the client, which ends this call; the content that was added is dropped. Once the client has answered, the
     * handler runs anew with a call of the same arguments that has `state` and `reply`. So no call waits for a person,
     * and a server needs no memory. `questions` is a JSON object, taken in every case: {"who": {"method":
     * "elicitation/create", "params": {…}}}, with the methods elicitation/create, sampling/createMessage and roots/list;
     * empty to be called again without a question. `state` is text of the plugin's own, of at most 64 KiB: clients see
     * it, and cannot change it. Not for completions. When the client has not declared that it can answer (see
     * `capabilities`), it gets a failure that says so, and ORCH_FAILED_PRECONDITION is returned. */
    orch_status (*ask)(orch_mcp_call *call, orch_buf questions, orch_str state);
    /* What `ask` was given in the round before; empty in the first one. */
    orch_str (*state)(orch_mcp_call *call);
    /* What the client has answered to a question, as JSON: {"action": "accept", "content": {…}}. 0 without an answer:
     * clients may leave one out. It comes from outside: check it. */
    uint8_t (*reply)(orch_mcp_call *call, orch_str key, orch_str *out);

    /* Says something about this call to a client that has asked for log lines of this level: `data` is any JSON,
     * `logger` a name or empty. No secrets. ORCH_OK also when nobody has asked, ORCH_RESOURCE_EXHAUSTED when it was
     * dropped because too much waits, ORCH_CANCELLED after the answer. */
    orch_status (*log)(orch_mcp_call *call, uint32_t level, orch_str logger, orch_str data);
    /* Says how far the call has come, to a client that has asked: `progress` grows with each report, else it is
     * ORCH_OUT_OF_RANGE; `total` is 0 when nobody knows; `message` may be empty. Returns as `log` does. */
    orch_status (*progress)(orch_mcp_call *call, double progress, double total, orch_str message);
    /* Calls `task` once when nobody waits for the answer any more, at once when that is so already. */
    void (*on_cancel)(orch_mcp_call *call, orch_task task);
} orch_mcp_call_verbs;

struct orch_mcp_call {
    const orch_mcp_call_verbs *v;
};

/* What runs for a declaration. `complete`, which may be NULL, proposes values of an argument of a prompt or
 * template: `name` is the argument, `argument` of that name what the user has typed, others what he has chosen
 * already. Frozen. */
typedef struct orch_mcp_handler {
    void (*run)(void *ud, orch_mcp_call *call);      /* [loop-thread] */
    void (*complete)(void *ud, orch_mcp_call *call); /* [loop-thread] */
    void *ud;
    void (*release)(void *ud);
} orch_mcp_handler;

typedef struct orch_mcp_1 {
    uint32_t size;
    uint32_t reserved;

    /* Adds a tool, resource, template or prompt. `declaration` is copied. Names have 1 to 48 of [A-Za-z0-9_-].
     * `permission` is a right (ext/actor.h) that the caller must have; empty: read, and for tools without the
     * annotation `readOnlyHint` write, with `destructiveHint` destructive. The handler is taken in every case.
     * ORCH_ALREADY_EXISTS when the name, URI or template is taken. The reason of a failure stands in `ctx`, which may
     * be NULL. [loop-thread] */
    orch_status (*add)(orch_host *host, orch_ctx *ctx, uint32_t kind, orch_str declaration, orch_str permission,
                       orch_mcp_handler handler, uint64_t *id);

    /* Takes it away. [loop-thread] */
    orch_status (*remove)(orch_host *host, uint64_t id);

    /* Says that what can be read at a URI of this plugin has changed. Costs little when nobody has subscribed to it.
     * [loop-thread] */
    void (*updated)(orch_host *host, orch_str uri);

    /* Whether somebody has subscribed to a URI; empty: to any. [loop-thread] */
    uint8_t (*is_watched)(orch_host *host, orch_str uri);
} orch_mcp;

/* Adds text. See orch_mcp_call_verbs.add. */
static inline orch_status orch_mcp_text(orch_mcp_call *call, orch_str text) {
    orch_mcp_content content = {sizeof(orch_mcp_content), ORCH_MCP_TEXT, ORCH_MCP_USER, 0, text, orch_str_of(NULL, 0),
                                orch_str_of(NULL, 0), orch_str_of(NULL, 0), orch_str_of(NULL, 0), orch_str_of(NULL, 0)};
    return call->v->add(call, &content);
}

/* Answers with the content that was added. See orch_mcp_call_verbs.answer. */
static inline orch_status orch_mcp_done(orch_mcp_call *call) {
    return call->v->answer(call, orch_buf_lend(orch_str_of(NULL, 0)), 0);
}

#ifdef __cplusplus
}
#endif
#endif
