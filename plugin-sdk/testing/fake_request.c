/* fake_request.c: the requests of raw routes, and their WebSockets, that a test gives to the fake host. */
#include "fake_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(const fake_bytes *from) { return from->p ? from->p : ""; }

/* Nobody waits for the answer any more. */
static void leave(fake_request *request) {
    if (request->gone || request->state == FAKE_ENDED) return;
    request->gone = 1;
    fake_request_fire(request, FAKE_CANCEL);
    fake_request_fire(request, FAKE_READABLE);
}

/* ---- what a test does */

/* Lets the handler run, once what it needs of the body is there. */
static void run(fake_request *request) {
    if (request->is_run || !request->route) return;
    if (!request->has_all && !(request->route->flags & ORCH_HTTP_STREAM)) return;
    request->is_run = 1;
    request->references++;
    request->route->handler.fn(request->route->handler.ud, &request->face);
    fake_request_drop(request);
}

/* Answers with a file. */
static void answer_file(fake_request *request) {
    char *rest = fake_route_value(request->route, request->path, orch_str_from("path"));
    int is_folder = !rest || !*rest || rest[strlen(rest) - 1] == '/';
    char *path = fake_print("%s/%s%s", request->route->folder, rest ? rest : "", is_folder ? "index.html" : "");
    FILE *file = strstr(path, "/.") ? NULL : fopen(path, "rb");
    request->code = file ? 200 : 404;
    request->state = FAKE_ENDED;
    char part[4096];
    for (size_t n; file && (n = fread(part, 1, sizeof part, file)) > 0;) fake_append(&request->answer, part, n);
    if (file) {
        fake_append(&request->headers, request->route->headers, strlen(request->route->headers));
        fclose(file);
    }
    free(path);
    free(rest);
}

fake_request *fake_host_request(fake_host *fake, const char *target, const char *headers, const char *body) {
    fake_request *request = fake_alloc(sizeof *request);
    size_t n = strcspn(target, " ");
    const char *path = target + n + (target[n] == ' ');
    request->face.v = &fake_exchange_verbs;
    request->fake = fake;
    request->method = fake_copy(target, n);
    request->target = fake_copy(path, strlen(path));
    request->path = fake_copy(path, strcspn(path, "?"));
    request->query = fake_copy(path + strlen(request->path), strlen(path) - strlen(request->path));
    if (*request->query) memmove(request->query, request->query + 1, strlen(request->query));
    request->given = fake_copy(headers, strlen(headers));
    request->next = fake->web;
    fake->web = request;
    request->route = fake_route_for(fake, request->method, request->path);
    if (!request->route) {
        request->code = 404;
        request->state = FAKE_ENDED;
    } else if (request->route->folder) {
        answer_file(request);
    }
    if (body) {
        fake_append(&request->body, body, strlen(body));
        request->has_all = 1;
    }
    if (request->state != FAKE_ENDED) run(request);
    fake_host_run(fake);
    return request;
}

void fake_request_send(fake_request *request, const char *part) {
    if (part) fake_append(&request->body, part, strlen(part));
    if (!part) request->has_all = 1;
    if (request->state != FAKE_ENDED) run(request);
    if (fake_request_is_readable(request)) fake_request_fire(request, FAKE_READABLE);
    fake_host_run(request->fake);
}

uint16_t fake_request_code(const fake_request *request) { return request->code; }
const char *fake_request_headers(const fake_request *request) { return text(&request->headers); }
const char *fake_request_body(const fake_request *request) { return text(&request->answer); }
int fake_request_ended(const fake_request *request) { return request->state == FAKE_ENDED; }
uint16_t fake_request_closed(const fake_request *request) { return request->closed; }

const char *fake_request_sent(const fake_request *request, size_t at, size_t *n) {
    if (at >= request->n_sent) return NULL;
    if (n) *n = request->sent[at].n;
    return request->sent[at].p;
}

void fake_request_cancel(fake_request *request) {
    if (request->cb.ud || request->cb.closed) fake_request_close(request, 1006);
    leave(request);
    fake_host_run(request->fake);
}

void fake_request_pause(fake_request *request, int paused) {
    request->paused = paused;
    if (!paused) fake_request_fire(request, FAKE_WRITABLE);
    if (!paused && request->was_refused && request->is_open && request->cb.writable) {
        request->was_refused = 0;
        request->cb.writable(request->cb.ud);
    }
    fake_host_run(request->fake);
}

void fake_request_message(fake_request *request, int is_text, const char *data, size_t n) {
    if (request->is_open && request->cb.message)
        request->cb.message(request->cb.ud, is_text != 0, orch_str_of(data, n));
    fake_host_run(request->fake);
}

void fake_request_close(fake_request *request, uint16_t code) {
    request->is_open = 0;
    if (request->cb.closed) request->cb.closed(request->cb.ud, code);
    request->cb.closed = NULL;
    if (request->cb.release) fake_request_release_socket(request);
}

/* ---- the end */

void fake_requests_end(fake_host *fake, const fake_route *route) {
    for (fake_request *request = fake->web; request; request = request->next) {
        if (!request->route || (route && request->route != route)) continue;
        request->route = NULL;
        if (request->is_open) request->closed = 1001;
        request->is_open = 0;
        if (request->cb.release) fake_request_release_socket(request);
        for (int i = 0; i < FAKE_TASKS; i++) {
            orch_task task = fake_request_take(request, i);
            task.fn = NULL;
            fake_post(fake, task);
        }
        if (request->state == FAKE_UNANSWERED) request->code = 503;
        if (request->state == FAKE_UNANSWERED) request->state = FAKE_ENDED;
        if (request->state == FAKE_BEGUN) request->gone = 1;
    }
}

int fake_requests_clear(fake_host *fake) {
    int kept = 0;
    for (fake_request *request; (request = fake->web);) {
        fake->web = request->next;
        kept += request->references > 0;
        for (size_t i = 0; i < request->n_sent; i++) free(request->sent[i].p);
        char *all[] = {request->method, request->target, request->path,     request->query,
                       request->given,  request->body.p, request->answer.p, request->headers.p};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
        free(request->sent);
        fake_strings_free(&request->values);
        free(request);
    }
    return kept;
}
