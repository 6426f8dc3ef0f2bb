/* orchestron/ext/http-routes.h: extension "orchestron.http-routes/1": raw HTTP routes, static files and WebSocket
 * channels of a plugin.
 *
 * What can be declared as a method needs none of this: it has its REST route already. Raw routes are for pages, for
 * other media types than JSON, and for protocols of one's own. They can be added whether or not an HTTP server is
 * loaded, and end with the plugin.
 *
 *     static void hello(void *ud, orch_http_exchange *x) {
 *         (void)ud;
 *         orch_http_respond(x, 200, "Content-Type: text/plain", orch_str_from("hello\n"));
 *     }
 *
 * The server has checked Host, Origin, limits and, but for ORCH_HTTP_OPEN, who asks and what he may do.
 *
 * What came by a route ends with it, when it is removed and when the plugin stops: requests that wait are answered 503,
 * begun answers cut off, WebSockets closed with 1001. Then the plugin hears nothing of them any more but the `release`
 * of what it gave, which comes before `destroy`.
 */
#ifndef ORCHESTRON_EXT_HTTP_ROUTES_H
#define ORCHESTRON_EXT_HTTP_ROUTES_H

#include "../context.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_HTTP_ROUTES "orchestron.http-routes/1"

/* Flags of a route. */
enum {
    ORCH_HTTP_OPEN = 1u << 0,   /* answers without credentials, too: sign-in pages and what they load */
    ORCH_HTTP_STREAM = 1u << 1, /* the handler runs when the head is there and takes the body in parts */
    ORCH_HTTP_PAGE = 1u << 16   /* a page for people: a browser without credentials is sent to the sign-in page */
};

typedef struct orch_http_exchange orch_http_exchange; /* one request and its reply */
typedef struct orch_http_socket orch_http_socket;     /* one open WebSocket */

/* What happens on a WebSocket. Functions may be NULL. `closed` runs at its end unless the route has ended, then
 * `release`, once and in every case. Frozen. [loop-thread] */
typedef struct orch_http_socket_cb {
    void (*message)(void *ud, uint8_t is_text, orch_str data); /* one whole message, borrowed; 1 MiB by default */
    void (*writable)(void *ud);                                /* there is room again after a refused send */
    void (*closed)(void *ud, uint16_t code);                   /* 1005: a close frame without a code; 1006: none came */
    void *ud;
    void (*release)(void *ud);
} orch_http_socket_cb;

typedef struct orch_http_socket_verbs_1 {
    uint32_t size;
    uint32_t reserved;

    /* Sends one message, taken in every case; text must be UTF-8. A message costs one frame and one copy of its
     * bytes, and leaves with all others at the end of the turn: many small ones are cheap, yet one for each event is
     * dear where a thousand clients listen. ORCH_RESOURCE_EXHAUSTED when 1 MiB waits for the client: the message is
     * dropped, `writable` tells when there is room. ORCH_CANCELLED once it is closed. [loop-thread] */
    orch_status (*send)(orch_http_socket *socket, uint8_t is_text, orch_buf data);

    /* Closes with a code (1000 to 1003, 1007 to 1014, 3000 to 4999; another one becomes 1011) and a reason of at
     * most 123 bytes; `closed` follows. The server itself closes with 1001 when the route ends or it stops, 1002,
     * 1007 and 1009 for what a client does wrong, and 4401 when who has opened the socket is not known any more or
     * has other rights. [loop-thread] */
    void (*close)(orch_http_socket *socket, uint16_t code, orch_str reason);
} orch_http_socket_verbs;

/* Valid until its `release` has run. */
struct orch_http_socket {
    const orch_http_socket_verbs *v;
};

/* A handler borrows its exchange and answers before it returns, or retains it and answers later. An answer has to
 * begin within 30 s (by default) of the end of the body: then the client gets 504 and `on_cancel` fires. What has
 * begun may take any time. An exchange that is dropped without an answer is answered 500. Texts are borrowed for as
 * long as the exchange. A function or task given here belongs to the plugin whose route it is. All [loop-thread]. */
typedef struct orch_http_exchange_verbs_1 {
    uint32_t size;
    uint32_t reserved;

    /* On whose behalf: for calls that this request causes, valid as long as the exchange. They share the time that
     * is left for the answer; of STREAM routes and WebSockets each has 30 s of its own. */
    orch_ctx *(*ctx)(orch_http_exchange *x);
    orch_str (*method)(orch_http_exchange *x);    /* "GET" */
    orch_str (*target)(orch_http_exchange *x);    /* path and query, as sent */
    orch_str (*address)(orch_http_exchange *x);   /* of the client, behind trusted proxies that of the first one */
    uint8_t (*is_secure)(orch_http_exchange *x);  /* 1 when the client came by TLS */

    /* The value of a segment {name} of the route, decoded; else of the query, the first of that name. 0 without one. */
    uint8_t (*parameter)(orch_http_exchange *x, orch_str name, orch_str *out);
    /* The value of the first header with that name, which is in lower case. 0 without one. */
    uint8_t (*header)(orch_http_exchange *x, orch_str name, orch_str *out);
    /* The whole body, by default up to 8 MiB; of a STREAM route empty. */
    orch_str (*body)(orch_http_exchange *x);

    void (*retain)(orch_http_exchange *x);
    void (*release)(orch_http_exchange *x);

    /* Answers with a status code, header lines "Name: value", and a body, which is taken in every case. Length, date
     * and connection headers are the server's. ORCH_CANCELLED when the client has gone, ORCH_FAILED_PRECONDITION
     * after an answer. */
    orch_status (*respond)(orch_http_exchange *x, uint16_t code, const orch_str *headers, size_t n_headers,
                           orch_buf body);

    /* Answers with a failure: a problem object (RFC 9457) with the HTTP status of its table, as methods do.
     * `message` is a sentence for the user, `details` a JSON object whose members join the problem, or empty.
     * `retry_ms` above 0 becomes `Retry-After`: for ORCH_RESOURCE_EXHAUSTED and ORCH_UNAVAILABLE. */
    orch_status (*fail)(orch_http_exchange *x, orch_status status, orch_str message, orch_str details,
                        int64_t retry_ms);

    /* Begins an answer of unknown length, adds to it, ends it. A part is taken when ORCH_OK or ORCH_CANCELLED
     * returns; ORCH_RESOURCE_EXHAUSTED means that 256 KiB wait for the client: `on_writable` fires once there is
     * room. Where no body is wanted (HEAD, 204, 304) the answer ends as it begins: `on_cancel` fires, `write` and
     * `end` are ORCH_CANCELLED. */
    orch_status (*begin)(orch_http_exchange *x, uint16_t code, const orch_str *headers, size_t n_headers);
    orch_status (*write)(orch_http_exchange *x, orch_buf part);
    orch_status (*end)(orch_http_exchange *x);
    void (*on_writable)(orch_http_exchange *x, orch_task task);
    /* Calls `task` when nobody waits for the answer any more: the client has gone, the time is over, the body broke
     * off. At once when that is so already. */
    void (*on_cancel)(orch_http_exchange *x, orch_task task);

    /* Of a STREAM route: gives the next part of the body, which the plugin releases. `out->n` is 0 with ORCH_OK at
     * its end; ORCH_UNAVAILABLE when there is none yet, and `on_readable` tells when; ORCH_CANCELLED when there will
     * be none. Parts are up to some 128 KiB: no more of a body is kept, the client waits until the plugin reads. A
     * client that sent `Expect: 100-continue` is told to go on by the first `read`; an answer before the end of the
     * body ends the connection. */
    orch_status (*read)(orch_http_exchange *x, orch_buf *out);
    void (*on_readable)(orch_http_exchange *x, orch_task task);

    /* Makes the connection a WebSocket. `protocol` is one of those that the client offers, or empty. The callback is
     * taken in every case; ORCH_INVALID_ARGUMENT when the request is no handshake, which has been answered 400 or
     * 426. */
    orch_status (*upgrade)(orch_http_exchange *x, orch_str protocol, orch_http_socket_cb cb, orch_http_socket **out);

    /* Gives an answer up that has begun: the client sees that it is not whole. */
    void (*abort)(orch_http_exchange *x);
} orch_http_exchange_verbs;

struct orch_http_exchange {
    const orch_http_exchange_verbs *v;
};

/* A handler of a route. Frozen. */
typedef struct orch_http_handler {
    void (*fn)(void *ud, orch_http_exchange *x); /* [loop-thread] */
    void *ud;
    void (*release)(void *ud);
} orch_http_handler;

/* A folder of files. Set `size`. Texts are copied. */
typedef struct orch_http_files_1 {
    uint32_t size;
    uint32_t flags;            /* ORCH_HTTP_OPEN, ORCH_HTTP_PAGE */
    orch_str prefix;           /* begins and ends with "/": "/board/" */
    orch_str folder;           /* lies in the plugin's own: "web" */
    orch_str permission;       /* a right, or empty: read */
    const orch_str *headers;   /* lines "Name: value" of every answer, such as a Content-Security-Policy */
    size_t n_headers;
} orch_http_files;

typedef struct orch_http_routes_1 {
    uint32_t size;
    uint32_t reserved;

    /* Adds a route: a method and a path, "GET /hello/{name}", or "GET /files/{path...}" whose last segment takes the
     * rest of the path. Other segments are words of [A-Za-z0-9._~-]. `permission` is a right (ext/actor.h) that the
     * caller must have; empty: read for GET, write for the others. ORCH_ALREADY_EXISTS when the route is another
     * plugin's or a method's. The reason of a failure stands in `ctx`, which may be NULL. [loop-thread] */
    orch_status (*add)(orch_host *host, orch_ctx *ctx, orch_str route, uint32_t flags, orch_str permission,
                       orch_http_handler handler, uint64_t *id);

    /* Serves the files of a folder below a path: the prefix "/board/" and the folder "web" give GET
     * /board/index.html, and the index for /board/ itself. Types by name, with ETag and single ranges; nothing
     * outside of the folder, no hidden file. Files whose names hold a hash of eight or more hexadecimal digits are
     * cached for a year. [loop-thread] */
    orch_status (*add_files)(orch_host *host, orch_ctx *ctx, const orch_http_files *files, uint64_t *id);

    /* Takes a route or files away. [loop-thread] */
    orch_status (*remove)(orch_host *host, uint64_t id);
} orch_http_routes;

/* Answers with a borrowed body and one header line (may be NULL). See orch_http_exchange_verbs.respond. */
static inline orch_status orch_http_respond(orch_http_exchange *x, uint16_t code, const char *header, orch_str body) {
    orch_str line = orch_str_from(header);
    return x->v->respond(x, code, &line, header ? 1 : 0, orch_buf_lend(body));
}

#ifdef __cplusplus
}
#endif
#endif
