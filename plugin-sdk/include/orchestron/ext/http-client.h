/* orchestron/ext/http-client.h: extension "orchestron.http-client/1": outgoing HTTP on the host's loop. TLS is
 * verified; addresses of private networks and of this machine are refused unless the configuration lists them
 * (`host.httpClient.allow`). */
#ifndef ORCHESTRON_EXT_HTTP_CLIENT_H
#define ORCHESTRON_EXT_HTTP_CLIENT_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_HTTP_CLIENT "orchestron.http-client/1"

/* A request. Set `size`. All is copied. */
typedef struct orch_http_request_1 {
    uint32_t size;
    uint32_t flags;            /* none yet */
    orch_str method;           /* "GET" */
    orch_str url;              /* http or https */
    const orch_str *headers;   /* "Name: value" each */
    size_t n_headers;
    orch_str body;
    int64_t timeout_ms;        /* 0: 30 s, for the whole exchange */
    uint64_t body_bytes_max;   /* 0: 8 MiB of reply; more is ORCH_RESOURCE_EXHAUSTED */
} orch_http_request;

/* A reply, or why there is none. Borrowed during the callback. */
typedef struct orch_http_reply_1 {
    uint32_t size;
    orch_status status;        /* ORCH_OK: an HTTP reply came, whatever its code */
    int32_t code;
    uint32_t reserved;
    orch_str headers;          /* lines "name: value\n", names in lower case */
    orch_str body;
    orch_str message;          /* of a failure: a sentence */
} orch_http_reply;

typedef struct orch_http_cb {
    void (*fn)(void *ud, const orch_http_reply *reply); /* exactly once, never before `send` returns; [loop-thread] */
    void *ud;
    void (*release)(void *ud);
} orch_http_cb;

/* Who is told a reply in parts. [loop-thread], and never before `open` returns. `head` and `part` may be NULL. */
typedef struct orch_http_parts_cb {
    void (*head)(void *ud, int32_t code, orch_str headers); /* once, first: as in orch_http_reply */
    void (*part)(void *ud, orch_str bytes);                 /* of the body, as they come; borrowed */
    void (*end)(void *ud, orch_status status, orch_str message); /* exactly once, last; ORCH_OK: the reply was whole */
    void *ud;
    void (*release)(void *ud);
} orch_http_parts_cb;

typedef struct orch_http_client_1 {
    uint32_t size;

    /* Sends a request. Redirects are not followed. [loop-thread] */
    void (*send)(orch_host *host, const orch_http_request *request, orch_http_cb cb, uint64_t *id);

    /* Gives up a request: its callback gets ORCH_CANCELLED. [loop-thread] */
    orch_status (*cancel)(orch_host *host, uint64_t id);

    /* Sends a request whose reply is told in parts while it comes, such as a stream of events. `timeout_ms` is for the
     * head; the body may take as long as it likes. `body_bytes_max` 0: no limit. [loop-thread] */
    void (*open)(orch_host *host, const orch_http_request *request, orch_http_parts_cb cb, uint64_t *id);

    /* Stops or resumes the parts of an opened request, so that the server waits: here wait 256 KiB at most.
     * ORCH_FAILED_PRECONDITION when it has ended. [loop-thread] */
    orch_status (*pause)(orch_host *host, uint64_t id, uint8_t paused);
} orch_http_client;

#ifdef __cplusplus
}
#endif
#endif
