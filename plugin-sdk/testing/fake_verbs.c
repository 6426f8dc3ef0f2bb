/* fake_verbs.c: the verb tables of the fake host and of its contexts. */
#include "fake_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- contexts */

static fake_ctx *ctx_of(orch_ctx *ctx) { return (fake_ctx *)ctx; }

static void ctx_info(orch_ctx *ctx, orch_ctx_info *out) {
    (void)ctx;
    orch_ctx_info info = {0};
    info.size = out->size;
    info.actor = orch_str_from("user:test");
    info.caller = orch_str_from("host");
    info.remaining_ms = 30000;
    info.chain = 1;
    info.rights = orch_str_from("*");
    memcpy(out, &info, out->size < sizeof info ? out->size : sizeof info);
}

static orch_status ctx_fail(orch_ctx *face, orch_status status, orch_str message, orch_str details) {
    fake_ctx *ctx = ctx_of(face);
    char *next_message = fake_copy(message.p, message.n), *next_details = fake_copy(details.p, details.n);
    if (status == ORCH_OK) fake_fault(ctx->fake, "it failed with ORCH_OK");
    fake_ctx_clear(ctx);
    ctx->status = status;
    ctx->message = next_message;
    ctx->details = next_details;
    return status;
}

static void ctx_failure(orch_ctx *face, orch_failure *out) {
    fake_ctx *ctx = ctx_of(face);
    orch_failure failure = {out->size, ctx->status, orch_str_from(ctx->message), orch_str_from(ctx->details)};
    memcpy(out, &failure, out->size < sizeof failure ? out->size : sizeof failure);
}

static const orch_ctx_verbs ctx_verbs = {sizeof ctx_verbs, ctx_info, ctx_fail, ctx_failure};

void fake_ctx_init(fake_ctx *ctx, fake_host *fake) {
    memset(ctx, 0, sizeof *ctx);
    ctx->face.v = &ctx_verbs;
    ctx->fake = fake;
}

void fake_ctx_clear(fake_ctx *ctx) {
    free(ctx->message);
    free(ctx->details);
    ctx->message = ctx->details = NULL;
}

/* ---- events */

typedef struct delivery {
    fake_host *fake;
    uint64_t seq;
    char *topic, *data, *source;
} delivery;

/* `*` as last segment matches any rest, elsewhere one segment. */
static int matches(const char *pattern, const char *topic) {
    for (;;) {
        size_t p = strcspn(pattern, ":"), t = strcspn(topic, ":");
        int star = p == 1 && *pattern == '*';
        if (star && pattern[p] == 0) return 1;
        if (!star && (p != t || memcmp(pattern, topic, p) != 0)) return 0;
        if (!pattern[p] || !topic[t]) return !pattern[p] && !topic[t];
        pattern += p + 1;
        topic += t + 1;
    }
}

static int wants(const fake_subscription *subscription, const char *topic) {
    for (size_t i = 0; i < subscription->topics.n; i++)
        if (matches(subscription->topics.at[i], topic)) return 1;
    return 0;
}

static void deliver_now(void *ud) {
    delivery *d = ud;
    orch_event event = {0};
    event.size = sizeof event;
    event.kind = ORCH_EVENT;
    event.seq = d->seq;
    event.time_ms = 1700000000000 + (int64_t)d->fake->now;
    event.topic = orch_str_from(d->topic);
    event.source = orch_str_from(d->source);
    event.actor = orch_str_from("user:test");
    event.data = orch_str_from(d->data);
    for (fake_subscription *at = d->fake->subscriptions, *next; at; at = next) {
        next = at->next;
        if (wants(at, d->topic)) at->cb.fn(at->cb.ud, &event);
    }
}

static void free_delivery(void *ud) {
    delivery *d = ud;
    free(d->topic);
    free(d->data);
    free(d->source);
    free(d);
}

void fake_deliver(fake_host *fake, orch_str topic, orch_str data, orch_str source, uint64_t seq) {
    delivery *d = fake_alloc(sizeof *d);
    d->fake = fake;
    d->seq = seq;
    d->topic = fake_copy(topic.p, topic.n);
    d->data = fake_copy(data.p, data.n);
    d->source = fake_copy(source.p, source.n);
    orch_task task = {deliver_now, d, free_delivery};
    fake_post(fake, task);
}

static orch_status host_publish(orch_host *host, orch_ctx *ctx, orch_str topic, orch_str data) {
    fake_host *fake = fake_of(host);
    orch_json_doc *doc = NULL;
    (void)ctx;
    if (fake_json()->parse(data, &doc, NULL) != ORCH_OK) {
        fake_fault(fake, "the data of event %.*s is not JSON", (int)topic.n, topic.p);
        return ORCH_INVALID_ARGUMENT;
    }
    fake_json()->free(doc);
    pthread_mutex_lock(&fake->lock);
    fake_strings_add(&fake->topics, fake_copy(topic.p, topic.n));
    fake_strings_add(&fake->data, fake_copy(data.p, data.n));
    pthread_mutex_unlock(&fake->lock);
    fake_deliver(fake, topic, data, orch_str_from(fake->id), 0);
    return ORCH_OK;
}

static orch_status host_subscribe(orch_host *host, orch_ctx *ctx, const orch_subscribe *wish, orch_event_cb cb,
                                  orch_subscription *out) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "subscribe");
    if (wish->n_topics == 0) {
        fake_release(cb.release, cb.ud);
        return orch_fail(ctx, ORCH_INVALID_ARGUMENT, orch_str_from("a subscription needs a topic"),
                         orch_str_of(NULL, 0));
    }
    fake_subscription *subscription = fake_alloc(sizeof *subscription);
    subscription->id = ++fake->last_id;
    subscription->cb = cb;
    for (size_t i = 0; i < wish->n_topics; i++)
        fake_strings_add(&subscription->topics, fake_copy(wish->topics[i].p, wish->topics[i].n));
    fake_subscription **end = &fake->subscriptions;
    while (*end) end = &(*end)->next;
    *end = subscription;
    if (out) {
        orch_subscription granted = {out->size, 0, subscription->id, fake->seq, 1, orch_str_from("fake")};
        memcpy(out, &granted, out->size < sizeof granted ? out->size : sizeof granted);
    }
    return ORCH_OK;
}

static void free_subscription(fake_subscription *subscription) {
    fake_release(subscription->cb.release, subscription->cb.ud);
    fake_strings_free(&subscription->topics);
    free(subscription);
}

static orch_status host_unsubscribe(orch_host *host, uint64_t id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "unsubscribe");
    for (fake_subscription **at = &fake->subscriptions; *at; at = &(*at)->next) {
        fake_subscription *found = *at;
        if (found->id != id) continue;
        *at = found->next;
        free_subscription(found);
        return ORCH_OK;
    }
    return ORCH_FAILED_PRECONDITION;
}

void fake_unsubscribe_all(fake_host *fake) {
    for (fake_subscription *at; (at = fake->subscriptions);) {
        fake->subscriptions = at->next;
        free_subscription(at);
    }
}

/* ---- outgoing calls */

typedef struct outgoing {
    fake_host *fake;
    char *method;
    orch_reply_cb cb;
} outgoing;

static void answer_outgoing(void *ud) {
    outgoing *call = ud;
    const fake_stub *stub = call->fake->stubs;
    while (stub && strcmp(stub->method, call->method) != 0) stub = stub->next;
    orch_reply reply = {0};
    orch_buf body = {0};
    char *unknown = fake_print("no method %s is provided; see fake_host_answer_calls", call->method);
    reply.size = sizeof reply;
    reply.plugin = orch_str_from(stub ? "test" : "host");
    if (stub && stub->status == ORCH_OK) {
        reply.kind = ORCH_REPLY_END;
        body.p = fake_copy(stub->json, strlen(stub->json));
        body.n = strlen(stub->json);
        body.release = free;
        body.owner = body.p;
        reply.body = &body;
    } else {
        reply.kind = ORCH_REPLY_ERROR;
        reply.status = stub ? stub->status : ORCH_NOT_FOUND;
        reply.message = orch_str_from(stub ? stub->json : unknown);
    }
    call->cb.fn(call->cb.ud, &reply);
    orch_buf_release(&body);
    free(unknown);
}

static void free_outgoing(void *ud) {
    outgoing *call = ud;
    fake_release(call->cb.release, call->cb.ud);
    free(call->method);
    free(call);
}

static void host_call(orch_host *host, orch_ctx *ctx, orch_str method, orch_str args, const orch_call_options *options,
                      orch_reply_cb cb, uint64_t *call_id) {
    fake_host *fake = fake_of(host);
    orch_json_doc *doc = NULL;
    (void)ctx;
    (void)options;
    fake_expect_loop(fake, "call");
    if (call_id) *call_id = ++fake->last_id;
    if (fake_json()->parse(args, &doc, NULL) != ORCH_OK || fake_json()->type(fake_json()->root(doc)) != 'o')
        fake_fault(fake, "the arguments for %.*s are not a JSON object", (int)method.n, method.p);
    fake_json()->free(doc);
    outgoing *call = fake_alloc(sizeof *call);
    call->fake = fake;
    call->method = fake_copy(method.p, method.n);
    call->cb = cb;
    orch_task task = {answer_outgoing, call, free_outgoing};
    fake_post(fake, task);
}

/* Every call is answered by the next run, so that none can be given up. */
static orch_status host_cancel(orch_host *host, uint64_t call_id) {
    (void)call_id;
    fake_expect_loop(fake_of(host), "cancel");
    return ORCH_FAILED_PRECONDITION;
}

static orch_status host_credit(orch_host *host, uint64_t call_id, uint64_t bytes) {
    (void)call_id;
    (void)bytes;
    fake_expect_loop(fake_of(host), "credit");
    return ORCH_FAILED_PRECONDITION;
}

static orch_status host_import_slot(orch_host *host, orch_ctx *ctx, uint32_t from, const char *name,
                                    const char *signature, orch_slot **out) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "import_slot");
    if (from != ORCH_FROM_LOOP && from != ORCH_FROM_WORKER) fake_fault(fake, "import_slot from %u", from);
    for (fake_import *at = fake->imports; at; at = at->next) {
        if (strcmp(at->method, name) != 0 || strcmp(at->signature, signature) != 0) continue;
        *out = &at->slot;
        return ORCH_OK;
    }
    return orch_fail(ctx, ORCH_NOT_FOUND, orch_str_from("no such method is provided; see fake_host_provide"),
                     orch_str_of(NULL, 0));
}

/* ---- the rest of the table */

static void host_info(orch_host *host, orch_host_info *out) {
    fake_host *fake = fake_of(host);
    orch_host_info info = {0};
    info.size = out->size;
    info.debug = 1;
    info.version = orch_str_from("0.0.0-fake");
    info.plugin_id = orch_str_from(fake->id);
    info.plugin_dir = orch_str_from(".");
    info.storage_dir = orch_str_from(fake->storage_dir);
    memcpy(out, &info, out->size < sizeof info ? out->size : sizeof info);
}

static const void *host_extension(orch_host *host, const char *id) {
    fake_expect_loop(fake_of(host), "extension");
    return fake_extension(fake_of(host), id);
}

static uint8_t host_on_thread(orch_host *host, uint32_t thread) {
    fake_host *fake = fake_of(host);
    if (!pthread_equal(fake->loop, pthread_self())) return 0;
    return thread == (fake->on_worker ? ORCH_THREAD_WORKER : ORCH_THREAD_LOOP);
}

static void host_post(orch_host *host, orch_task task) { fake_post(fake_of(host), task); }

static void host_log(orch_host *host, uint32_t level, orch_str message, orch_str fields) {
    fake_host *fake = fake_of(host);
    char *line = fake_print("[%u] %.*s %.*s", level, (int)message.n, message.n ? message.p : "", (int)fields.n,
                            fields.n ? fields.p : "");
    pthread_mutex_lock(&fake->lock);
    fprintf(stderr, "%s: %s\n", fake->id, line);
    fake_strings_add(&fake->log, line);
    pthread_mutex_unlock(&fake->lock);
}

static orch_status host_done(orch_host *host, uint64_t token, orch_status status, orch_str message) {
    fake_host *fake = fake_of(host);
    if (token == 0 || token != fake->token) {
        fake_fault(fake, "done was called with a token that nobody waits for");
        return ORCH_FAILED_PRECONDITION;
    }
    fake->token = 0;
    fake->token_status = status;
    if (status != ORCH_OK) ctx_fail(&fake->ctx.face, status, message, orch_str_of(NULL, 0));
    return ORCH_OK;
}

static orch_entry host_slot_enter(orch_slot *slot) { return orch_slot_enter(slot); }
static void host_slot_leave(orch_entry entry) { orch_slot_leave(entry); }

static orch_status host_add_service(orch_host *host, orch_ctx *ctx, const orch_service *service) {
    fake_host *fake = fake_of(host);
    (void)ctx;
    fake_expect_loop(fake, "add_service");
    fake->added = realloc(fake->added, (fake->n_added + 1) * sizeof *fake->added);
    if (!fake->added) abort();
    fake->added[fake->n_added++] = service;
    return ORCH_OK;
}

static orch_status host_remove_service(orch_host *host, const char *name) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "remove_service");
    for (size_t i = 0; i < fake->n_added; i++) {
        if (strcmp(fake->added[i]->name, name) != 0) continue;
        fake->added[i] = fake->added[--fake->n_added];
        return ORCH_OK;
    }
    return ORCH_NOT_FOUND;
}

const orch_host_verbs fake_verbs = {
    .size = sizeof fake_verbs,
    .abi_major = ORCH_ABI_MAJOR,
    .abi_minor = ORCH_ABI_MINOR,
    .info = host_info,
    .extension = host_extension,
    .on_thread = host_on_thread,
    .post = host_post,
    .log = host_log,
    .done = host_done,
    .call = host_call,
    .cancel = host_cancel,
    .import_slot = host_import_slot,
    .slot_enter = host_slot_enter,
    .slot_leave = host_slot_leave,
    .publish = host_publish,
    .subscribe = host_subscribe,
    .unsubscribe = host_unsubscribe,
    .add_service = host_add_service,
    .remove_service = host_remove_service,
    .credit = host_credit,
};
