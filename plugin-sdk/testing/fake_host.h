/* fake_host.h: a host for unit tests of plugins in C and C++ (and, through the crate `orchestron-testing`, in Rust).
 *
 *     fake_host *fake = fake_host_new("wordcount", "/tmp/storage");
 *     assert(fake_host_load(fake, orch_plugin_wordcount, "{}") == ORCH_OK);
 *     const fake_reply *reply = fake_host_call(fake, "wordcount.count", "{\"text\":\"a b\"}");
 *     assert(reply->status == ORCH_OK && strcmp(reply->json, "{\"words\":2}") == 0);
 *     assert(fake_host_free(fake) == 0);
 *
 * It is one instance of one plugin on the thread that made it. Nothing happens by itself: fake_host_run runs what is
 * queued (tasks, jobs of the worker pool, events, replies), fake_host_advance moves the clock of the timers. It offers
 * the extensions actor, event-log, fs-watch, http-client, http-routes, json, mcp, metrics, progress, spawn, state, timer,
 * tracing and work.
 * Arguments are checked for name, type and presence; JSON Schemas are not looked at: the real host does that.
 *
 * What a real host would count as a fault of the plugin (a second answer, a call of a verb on the wrong thread, a token
 * never completed, …) is written to standard error and counted.
 */
#ifndef ORCHESTRON_FAKE_HOST_H
#define ORCHESTRON_FAKE_HOST_H

#include <orchestron/all.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fake_host fake_host;

/* Makes a host for the plugin `id`. Both strings are copied. */
fake_host *fake_host_new(const char *id, const char *storage_dir);

/* Unloads the plugin and frees the host. Returns the number of faults. */
int fake_host_free(fake_host *fake);

/* Faults so far. */
int fake_host_faults(const fake_host *fake);

/* What plugins receive: the host, and a context of the actor `user:test`. */
orch_host *fake_host_handle(fake_host *fake);
orch_ctx *fake_host_ctx(fake_host *fake);

/* The message of the last failure in fake_host_ctx, or "". Valid until the next failure. */
const char *fake_host_message(const fake_host *fake);

/* Checks the descriptor, creates the instance with `config` (a JSON object) and starts it. On failure nothing is loaded
 * and fake_host_message says why. */
orch_status fake_host_load(fake_host *fake, orch_plugin_entry entry, const char *config);

/* Hands the instance another configuration by its orchestron.reconfigure/1; ORCH_UNIMPLEMENTED when it has none. */
orch_status fake_host_reconfigure(fake_host *fake, const char *config);

/* Drains, stops and destroys the instance; undoes its registrations. Returns the first status that is not ORCH_OK. */
orch_status fake_host_unload(fake_host *fake);

/* The instance, for direct calls of native functions. */
void *fake_host_self(const fake_host *fake);

/* A declaration by "service.method", or NULL. A native function is called through its `fn`, cast to its own type. */
const orch_method *fake_host_method(const fake_host *fake, const char *name);

/* Runs what is queued until nothing is. Returns how many pieces ran. */
size_t fake_host_run(fake_host *fake);

/* Lets `ms` milliseconds pass: timers fire in order, and what is queued runs in between. */
void fake_host_advance(fake_host *fake, uint64_t ms);

/* The answer of a handler. Strings end with NUL. */
typedef struct fake_reply {
    orch_status status;
    const char *json;    /* of ORCH_OK */
    const char *message; /* of a failure, else "" */
    const char *details; /* of a failure, else "" */
    const char *chunks;  /* of a stream: one per line, else "" */
} fake_reply;

/* Calls a handler with a JSON object of arguments and runs until it has answered. The reply is valid until the next
 * call. */
const fake_reply *fake_host_call(fake_host *fake, const char *method, const char *args);

/* Runs the examples in the declarations of all handlers and compares. Each difference is a fault; returns how many
 * examples ran. */
size_t fake_host_check_examples(fake_host *fake);

/* Queues an event for the plugin's subscriptions, as if another plugin had published it. */
void fake_host_event(fake_host *fake, const char *topic, const char *data);

/* The event that the plugin published as number `at` (topic or data), or NULL. */
const char *fake_host_published_topic(const fake_host *fake, size_t at);
const char *fake_host_published_data(const fake_host *fake, size_t at);

/* For whom the plugin made a context as number `at`, as "actor behalf rights trace" with a space between them (what is
 * empty leaves nothing), or NULL. */
const char *fake_host_acted(const fake_host *fake, size_t at);

/* 1 when a line was logged that contains `text`. */
int fake_host_logged(const fake_host *fake, const char *text);

/* How calls of other plugins' methods are answered: with `json` when `status` is ORCH_OK, else with that failure and
 * `json` as its message. A method without an answer is ORCH_NOT_FOUND. */
void fake_host_answer_calls(fake_host *fake, const char *method, orch_status status, const char *json);

/* Provides a typed method of another plugin for import_slot. */
void fake_host_provide(fake_host *fake, const char *method, const char *signature, void (*fn)(void), void *self);

/* How HTTP requests are answered from now on; at first with 200 and an empty body. Opened ones get the body in parts of
 * 7 bytes. */
void fake_host_answer_http(fake_host *fake, int32_t code, const char *body);

/* HTTP request number `at` as "METHOD URL\nbody", or NULL. */
const char *fake_host_http_request(const fake_host *fake, size_t at);

/* What children of spawn/1 say and how they end, from now on: once their input is closed. At first nothing, and 0. */
void fake_host_answer_commands(fake_host *fake, const char *output, const char *errors, int64_t exit_status);

/* Child number `at` that has ended, as "argument argument…\ninput", or NULL. */
const char *fake_host_command(const fake_host *fake, size_t at);

/* Records spans of tracing/1 from now on, whatever they belong to; before, nobody does. A span that is begun and not
 * ended until the plugin is unloaded is a fault. */
void fake_host_record(fake_host *fake);

/* Span number `at` that has ended, as "KIND NAME\nKEY=VALUE\n…STATUS MESSAGE", or NULL; a span without a context has
 * " < TRACEPARENT" behind its name. */
const char *fake_host_span(const fake_host *fake, size_t at);

/* Tells of a change (ORCH_FS_…) to those who watch `path`. Returns how many there were. */
size_t fake_host_change(fake_host *fake, const char *path, const char *name, uint32_t changes);

/* ---- raw routes: requests that a test gives. They belong to the host and live as long as it.
 *
 *     fake_request *request = fake_host_request(fake, "GET /hello/Ada?x=1", "Accept: text/plain\n", "");
 *     assert(fake_request_code(request) == 200 && strcmp(fake_request_body(request), "hello Ada\n") == 0);
 *
 * Whoever asks may do everything. A request that no route answers is 404; one that the plugin drops without an
 * answer is 500, and a fault. Files are looked for below the current folder, as if it were that of plugin.json. */
typedef struct fake_request fake_request;

/* Makes a request and runs what is queued. `headers` are lines "Name: value\n". `body` is the whole body, or NULL
 * for one that follows by fake_request_send: a handler that does not read in parts then runs at its end. */
fake_request *fake_host_request(fake_host *fake, const char *target, const char *headers, const char *body);

/* Adds a part to the body; NULL is its end. */
void fake_request_send(fake_request *request, const char *part);

/* What was answered: the code (0 before there is one, 101 for a WebSocket), the plugin's header lines "Name:
 * value\n", the body so far or the message of a failure, and whether it has ended. */
uint16_t fake_request_code(const fake_request *request);
const char *fake_request_headers(const fake_request *request);
const char *fake_request_body(const fake_request *request);
int fake_request_ended(const fake_request *request);

/* The client goes, or (1) takes nothing any more until (0) it does again: `write` and `send` are refused meanwhile. */
void fake_request_cancel(fake_request *request);
void fake_request_pause(fake_request *request, int paused);

/* On a WebSocket: the client sends a message, or closes with a code (1005 and 1006 as well). */
void fake_request_message(fake_request *request, int is_text, const char *data, size_t n);
void fake_request_close(fake_request *request, uint16_t code);

/* Message number `at` that the plugin sent (`n` may be NULL), or NULL; and the code with which it closed, or 0. */
const char *fake_request_sent(const fake_request *request, size_t at, size_t *n);
uint16_t fake_request_closed(const fake_request *request);

/* ---- MCP: requests that a test makes of what the plugin has declared. They belong to the host and live as long as
 * it.
 *
 *     fake_mcp_call *call = fake_host_mcp(fake, ORCH_MCP_TOOL, "hello", "{}", NULL);
 *     assert(strcmp(fake_mcp_result(call), "{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}") == 0);
 *
 * Whoever asks may do everything, and can answer all questions. Arguments are not checked against schemas. */
typedef struct fake_mcp_call fake_mcp_call;

/* What a client says besides; each may be NULL. */
typedef struct fake_mcp_ask {
    const char *capabilities; /* a JSON object */
    const char *state;        /* of the round before */
    const char *replies;      /* the answers to its questions, a JSON object */
} fake_mcp_ask;

/* Calls a tool, gets a prompt, reads a URI (ORCH_MCP_RESOURCE, templates as well), and runs what is queued. `args` is a
 * JSON object or NULL. NULL when nothing is declared by that name. */
fake_mcp_call *fake_host_mcp(fake_host *fake, uint32_t kind, const char *name, const char *args,
                             const fake_mcp_ask *ask);

/* Completes an argument of a prompt or a template, whose result is {"values": […]}. NULL when that proposes none. */
fake_mcp_call *fake_host_mcp_complete(fake_host *fake, uint32_t kind, const char *name, const char *argument,
                                      const char *args);

/* What was answered: -1 before there is an answer; the result as MCP writes it, or questions and a state, or the message
 * and details of a failure; else "". Lines are "LEVEL LOGGER DATA\n" and "PROGRESS/TOTAL MESSAGE\n". */
orch_status fake_mcp_status(const fake_mcp_call *call);
const char *fake_mcp_result(const fake_mcp_call *call);
const char *fake_mcp_questions(const fake_mcp_call *call);
const char *fake_mcp_state(const fake_mcp_call *call);
const char *fake_mcp_message(const fake_mcp_call *call);
const char *fake_mcp_details(const fake_mcp_call *call);
const char *fake_mcp_lines(const fake_mcp_call *call);

/* The client goes. */
void fake_mcp_cancel(fake_mcp_call *call);

/* What was declared, as JSON, or NULL; and URI number `at` that was told to have changed, or NULL. */
const char *fake_host_mcp_declaration(const fake_host *fake, uint32_t kind, const char *name);
const char *fake_host_mcp_updated(const fake_host *fake, size_t at);

/* The implementation of orchestron.json/1. */
const orch_json *fake_json(void);

#ifdef __cplusplus
}
#endif
#endif
