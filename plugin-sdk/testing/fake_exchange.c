/* fake_exchange.c: what plugins see of a request, and of a WebSocket, in the fake host. */
#include "fake_internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void fake_append(fake_bytes *to, const char *p, size_t n) {
    to->p = realloc(to->p, to->n + n + 1);
    if (!to->p) abort();
    if (n) memcpy(to->p + to->n, p, n);
    to->n += n;
    to->p[to->n] = 0;
}

static fake_request *of(orch_http_exchange *x) {
    fake_request *request = (fake_request *)x;
    fake_expect_loop(request->fake, "http exchange");
    return request;
}
static fake_request *of_socket(orch_http_socket *socket) {
    fake_request *request = (fake_request *)(void *)((char *)socket - offsetof(fake_request, socket));
    fake_expect_loop(request->fake, "http socket");
    return request;
}

orch_task fake_request_take(fake_request *request, int which) {
    orch_task task = request->tasks[which];
    memset(&request->tasks[which], 0, sizeof task);
    return task;
}

void fake_request_fire(fake_request *request, int which) {
    orch_task task = fake_request_take(request, which);
    if (task.fn) task.fn(task.ud);
    fake_release(task.release, task.ud);
}

int fake_request_is_readable(const fake_request *request) {
    return request->body.n > 0 || request->has_all || request->gone;
}

static void set_task(fake_request *request, int which, orch_task task, int is_due) {
    orch_task before = fake_request_take(request, which);
    fake_release(before.release, before.ud);
    request->tasks[which] = task;
    if (is_due) fake_request_fire(request, which);
}

/* What waits for something lets go of what it holds, once the answer has ended. */
static orch_status settled(fake_request *request) {
    for (int i = 0; i < FAKE_TASKS; i++) {
        orch_task task = fake_request_take(request, i);
        fake_release(task.release, task.ud);
    }
    return ORCH_OK;
}

/* ---- the exchange */

static orch_ctx *x_ctx(orch_http_exchange *x) { return &of(x)->fake->ctx.face; }
static orch_str x_method(orch_http_exchange *x) { return orch_str_from(of(x)->method); }
static orch_str x_target(orch_http_exchange *x) { return orch_str_from(of(x)->target); }
static orch_str x_address(orch_http_exchange *x) { return (void)of(x), orch_str_from("127.0.0.1"); }
static uint8_t x_is_secure(orch_http_exchange *x) { return (void)of(x), 0; }

static uint8_t keep(fake_request *request, char *value, orch_str *out) {
    if (!value) return 0;
    fake_strings_add(&request->values, value);
    *out = orch_str_from(value);
    return 1;
}

static uint8_t x_parameter(orch_http_exchange *x, orch_str name, orch_str *out) {
    fake_request *request = of(x);
    if (request->route && keep(request, fake_route_value(request->route, request->path, name), out)) return 1;
    for (const char *at = request->query; *at; at += strcspn(at, "&"), at += *at == '&') {
        size_t n = strcspn(at, "=&");
        if (n != name.n || memcmp(at, name.p, n) != 0) continue;
        const char *value = at + n + (at[n] == '=');
        char *copy = fake_copy(value, strcspn(value, "&"));
        fake_unescape(copy, 1);
        return keep(request, copy, out);
    }
    return 0;
}

static uint8_t x_header(orch_http_exchange *x, orch_str name, orch_str *out) {
    fake_request *request = of(x);
    for (const char *at = request->given; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        if (strncasecmp(at, name.p, name.n) != 0 || at[name.n] != ':') continue;
        const char *value = at + name.n + 1 + strspn(at + name.n + 1, " ");
        *out = orch_str_of(value, strcspn(value, "\n"));
        return 1;
    }
    return 0;
}

static orch_str x_body(orch_http_exchange *x) {
    fake_request *request = of(x);
    int is_stream = request->route && request->route->flags & ORCH_HTTP_STREAM;
    return is_stream ? orch_str_of(NULL, 0) : orch_str_of(request->body.p, request->body.n);
}

static void x_retain(orch_http_exchange *x) { of(x)->references++; }

void fake_request_drop(fake_request *request) {
    if (--request->references > 0 || request->state == FAKE_ENDED || request->gone) return;
    fake_fault(request->fake, "it let go of %s %s without an answer", request->method, request->target);
    if (request->state == FAKE_UNANSWERED) request->code = 500;
    request->state = FAKE_ENDED;
}
static void x_release(orch_http_exchange *x) { fake_request_drop(of(x)); }

static orch_status refusal(const fake_request *request, int wants) {
    if (request->gone) return ORCH_CANCELLED;
    return request->state == wants ? ORCH_OK : ORCH_FAILED_PRECONDITION;
}

static orch_status x_begin(orch_http_exchange *x, uint16_t code, const orch_str *headers, size_t n_headers) {
    fake_request *request = of(x);
    orch_status status = refusal(request, FAKE_UNANSWERED);
    if (status != ORCH_OK) return status;
    if (code < 200 || code > 599) return ORCH_INVALID_ARGUMENT;
    for (size_t i = 0; i < n_headers; i++) {
        fake_append(&request->headers, headers[i].p, headers[i].n);
        fake_append(&request->headers, "\n", 1);
    }
    request->code = code;
    request->state = FAKE_BEGUN;
    return ORCH_OK;
}

static orch_status x_respond(orch_http_exchange *x, uint16_t code, const orch_str *headers, size_t n_headers,
                             orch_buf body) {
    orch_status status = x_begin(x, code, headers, n_headers);
    if (status == ORCH_OK) {
        fake_append(&of(x)->answer, body.p, body.n);
        of(x)->state = FAKE_ENDED;
        settled(of(x));
    }
    orch_buf_release(&body);
    return status;
}

static orch_status x_fail(orch_http_exchange *x, orch_status status, orch_str message, orch_str details,
                          int64_t retry_ms) {
    static const uint16_t codes[] = {500, 499, 500, 400, 504, 404, 409, 403, 429,
                                     409, 409, 400, 501, 500, 503, 500, 401};
    uint16_t code = status >= 0 && (size_t)status < sizeof codes / sizeof *codes ? codes[status] : 500;
    char *retry = retry_ms > 0 ? fake_print("Retry-After: %lld", (long long)(retry_ms + 999) / 1000) : NULL;
    orch_str line = orch_str_from(retry);
    (void)details;
    orch_status answered = x_respond(x, code, &line, retry != NULL, orch_buf_lend(message));
    free(retry);
    return answered;
}

static orch_status x_write(orch_http_exchange *x, orch_buf part) {
    fake_request *request = of(x);
    orch_status status = refusal(request, FAKE_BEGUN);
    if (status == ORCH_OK && request->paused) return ORCH_RESOURCE_EXHAUSTED;
    if (status == ORCH_OK) fake_append(&request->answer, part.p, part.n);
    if (status == ORCH_OK || status == ORCH_CANCELLED) orch_buf_release(&part);
    return status;
}

static orch_status x_end(orch_http_exchange *x) {
    orch_status status = refusal(of(x), FAKE_BEGUN);
    if (status != ORCH_OK) return status;
    of(x)->state = FAKE_ENDED;
    return settled(of(x));
}

static void x_abort(orch_http_exchange *x) {
    if (of(x)->state == FAKE_BEGUN) of(x)->gone = 1;
}

static void x_on_writable(orch_http_exchange *x, orch_task task) {
    set_task(of(x), FAKE_WRITABLE, task, !of(x)->paused);
}
static void x_on_cancel(orch_http_exchange *x, orch_task task) { set_task(of(x), FAKE_CANCEL, task, of(x)->gone); }
static void x_on_readable(orch_http_exchange *x, orch_task task) {
    set_task(of(x), FAKE_READABLE, task, fake_request_is_readable(of(x)));
}

static orch_status x_read(orch_http_exchange *x, orch_buf *out) {
    fake_request *request = of(x);
    memset(out, 0, sizeof *out);
    if (!request->route || !(request->route->flags & ORCH_HTTP_STREAM)) return ORCH_FAILED_PRECONDITION;
    if (request->body.n == 0) return request->gone ? ORCH_CANCELLED : request->has_all ? ORCH_OK : ORCH_UNAVAILABLE;
    out->p = out->owner = request->body.p;
    out->n = request->body.n;
    out->release = free;
    memset(&request->body, 0, sizeof request->body);
    return ORCH_OK;
}

/* ---- the WebSocket */

static orch_status s_send(orch_http_socket *socket, uint8_t is_text, orch_buf data) {
    fake_request *request = of_socket(socket);
    orch_status status = !request->is_open ? ORCH_CANCELLED : request->paused ? ORCH_RESOURCE_EXHAUSTED : ORCH_OK;
    if (is_text && !fake_is_utf8(data.p, data.n)) fake_fault(request->fake, "it sent text that is not UTF-8");
    if (status == ORCH_RESOURCE_EXHAUSTED) request->was_refused = 1;
    if (status == ORCH_OK) {
        request->sent = realloc(request->sent, (request->n_sent + 1) * sizeof *request->sent);
        if (!request->sent) abort();
        memset(&request->sent[request->n_sent], 0, sizeof *request->sent);
        fake_append(&request->sent[request->n_sent++], data.p, data.n);
    }
    orch_buf_release(&data);
    return status;
}

void fake_request_release_socket(fake_request *request) {
    orch_http_socket_cb cb = request->cb;
    memset(&request->cb, 0, sizeof cb);
    orch_task release = {NULL, cb.ud, cb.release};
    fake_post(request->fake, release); /* one of its functions may be running */
}

static void close_socket(void *ud) { fake_request_close(ud, ((fake_request *)ud)->closed); }

/* As a client that answers a close frame with the same code, a little later. */
static void s_close(orch_http_socket *socket, uint16_t code, orch_str reason) {
    fake_request *request = of_socket(socket);
    if (reason.n > 123) fake_fault(request->fake, "the reason of a close is longer than 123 bytes");
    if (!request->is_open) return;
    request->is_open = 0;
    request->closed = code;
    orch_task task = {close_socket, request, NULL};
    fake_post(request->fake, task);
}

static const orch_http_socket_verbs socket_verbs = {sizeof socket_verbs, 0, s_send, s_close};

static orch_status x_upgrade(orch_http_exchange *x, orch_str protocol, orch_http_socket_cb cb, orch_http_socket **out) {
    fake_request *request = of(x);
    orch_str upgrade;
    (void)protocol;
    orch_status status = refusal(request, FAKE_UNANSWERED);
    if (status == ORCH_OK && !x_header(x, orch_str_from("upgrade"), &upgrade)) {
        request->code = 426;
        request->state = FAKE_ENDED;
        status = ORCH_INVALID_ARGUMENT;
    }
    request->cb = cb;
    if (status != ORCH_OK) {
        fake_request_release_socket(request);
        return status;
    }
    request->code = 101;
    request->state = FAKE_ENDED;
    request->is_open = 1;
    request->socket.v = &socket_verbs;
    *out = &request->socket;
    return settled(request);
}

const orch_http_exchange_verbs fake_exchange_verbs = {
    sizeof fake_exchange_verbs, 0, x_ctx, x_method, x_target, x_address, x_is_secure, x_parameter, x_header, x_body,
    x_retain, x_release, x_respond, x_fail, x_begin, x_write, x_end, x_on_writable, x_on_cancel, x_read, x_on_readable,
    x_upgrade, x_abort};
