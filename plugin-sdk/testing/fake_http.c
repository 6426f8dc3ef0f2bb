/* fake_http.c: the extension orchestron.http-client/1 of the fake host: no network. Every request is answered as
 * fake_host_answer_http told; one that is opened gets the body in parts of 7 bytes, wherever that cuts it. */
#include "fake_internal.h"

#include <orchestron/format.h>

#include <stdlib.h>
#include <string.h>

static void note(fake_host *fake, const orch_http_request *request) {
    fake_strings_add(&fake->requests,
                     fake_print("%.*s %.*s\n%.*s", (int)request->method.n, request->method.p, (int)request->url.n,
                                request->url.p, (int)request->body.n, request->body.n ? request->body.p : ""));
}

/* ---- replies as a whole */

typedef struct exchange {
    fake_host *fake;
    orch_http_cb cb;
} exchange;

static void exchange_answer(void *ud) {
    exchange *e = ud;
    orch_http_reply reply = {0};
    reply.size = sizeof reply;
    reply.status = ORCH_OK;
    reply.code = e->fake->http_code;
    reply.body = orch_str_from(e->fake->http_body);
    e->cb.fn(e->cb.ud, &reply);
}

static void exchange_free(void *ud) {
    exchange *e = ud;
    fake_release(e->cb.release, e->cb.ud);
    free(e);
}

static void http_send(orch_host *host, const orch_http_request *request, orch_http_cb cb, uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "http send");
    note(fake, request);
    exchange *e = fake_alloc(sizeof *e);
    e->fake = fake;
    e->cb = cb;
    if (id) *id = ++fake->last_id;
    orch_task task = {exchange_answer, e, exchange_free};
    fake_post(fake, task);
}

/* ---- replies in parts */

struct fake_download {
    fake_host *fake;
    uint64_t id;
    orch_http_parts_cb cb;
    int32_t code;
    char *body;
    size_t at;
    int has_head, is_paused, is_queued, is_cancelled, has_ended;
    struct fake_download *next;
};

static fake_download *download_of(fake_host *fake, uint64_t id) {
    fake_download *download = fake->downloads;
    while (download && (download->id != id || download->has_ended)) download = download->next;
    return download;
}

static void download_end(fake_download *download, orch_status status, const char *message) {
    if (download->has_ended) return;
    download->has_ended = 1;
    if (download->cb.end) download->cb.end(download->cb.ud, status, orch_str_from(message));
    fake_release(download->cb.release, download->cb.ud);
}

static void download_queue(fake_download *download);

/* Tells the next part. */
static void download_step(void *ud) {
    fake_download *download = ud;
    download->is_queued = 0;
    if (download->has_ended || download->is_cancelled) return;
    if (!download->has_head) {
        download->has_head = 1;
        if (download->cb.head) download->cb.head(download->cb.ud, download->code, orch_str_from(""));
    } else if (!download->is_paused) {
        orch_str rest = orch_str_from(download->body + download->at);
        if (rest.n == 0) {
            download_end(download, ORCH_OK, "");
            return;
        }
        if (rest.n > 7) rest.n = 7;
        download->at += rest.n;
        if (download->cb.part) download->cb.part(download->cb.ud, rest);
    }
    if (!download->has_ended && !download->is_paused) download_queue(download);
}

static void download_queue(fake_download *download) {
    if (download->is_queued) return;
    download->is_queued = 1;
    orch_task task = {download_step, download, NULL};
    fake_post(download->fake, task);
}

static void http_open(orch_host *host, const orch_http_request *request, orch_http_parts_cb cb, uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "http open");
    note(fake, request);
    fake_download *download = fake_alloc(sizeof *download);
    download->fake = fake;
    download->id = ++fake->last_id;
    download->cb = cb;
    download->code = fake->http_code;
    download->body = fake_copy(fake->http_body, strlen(fake->http_body));
    download->next = fake->downloads;
    fake->downloads = download;
    if (id) *id = download->id;
    download_queue(download);
}

static orch_status http_pause(orch_host *host, uint64_t id, uint8_t paused) {
    fake_expect_loop(fake_of(host), "http pause");
    fake_download *download = download_of(fake_of(host), id);
    if (!download) return ORCH_FAILED_PRECONDITION;
    download->is_paused = paused;
    if (!paused) download_queue(download);
    return ORCH_OK;
}

static void download_give_up(void *ud) { download_end(ud, ORCH_CANCELLED, "the request was given up"); }

static orch_status http_cancel(orch_host *host, uint64_t id) {
    fake_expect_loop(fake_of(host), "http cancel");
    fake_download *download = download_of(fake_of(host), id);
    if (!download || download->is_cancelled) return ORCH_FAILED_PRECONDITION;
    /* Posted, because this may be the one that is being told. */
    download->is_cancelled = 1;
    orch_task task = {download_give_up, download, NULL};
    fake_post(fake_of(host), task);
    return ORCH_OK;
}

void fake_downloads_end(fake_host *fake) {
    for (fake_download *download = fake->downloads; download; download = download->next) download_give_up(download);
}

void fake_downloads_clear(fake_host *fake) {
    for (fake_download *download; (download = fake->downloads);) {
        fake->downloads = download->next;
        free(download->body);
        free(download);
    }
}

const orch_http_client *fake_http_client(void) {
    static const orch_http_client table = {sizeof table, http_send, http_cancel, http_open, http_pause};
    return &table;
}
