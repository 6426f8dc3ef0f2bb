/* forward.c: `forward` calls another method dynamically and passes on its answer; `forwardStream` also passes on the
 * chunks, and asks for more only as fast as its own caller takes them. */
#include "consumer.h"

typedef struct chunk {
    struct chunk *next;
    orch_buf json;
} chunk;

typedef struct forwarded {
    orch_host *host;
    orch_call *call;
    uint64_t id;          /* of the outgoing call */
    chunk *first, **last; /* chunks for which there was no room yet */
    orch_buf answer;      /* kept until they are gone */
    uint8_t is_answered, is_stream;
    int holders; /* the outgoing call, on_cancel, on_writable */
} forwarded;

static void let_go(void *ud) {
    forwarded *it = (forwarded *)ud;
    if (--it->holders > 0) return;
    for (chunk *c; (c = it->first);) {
        it->first = c->next;
        orch_buf_release(&c->json);
        free(c);
    }
    orch_buf_release(&it->answer);
    it->call->v->release(it->call);
    free(it);
}

/* Emits what waits; once all is gone, answers. */
static void pump(void *ud) {
    forwarded *it = (forwarded *)ud;
    orch_call *call = it->call;
    for (chunk *c; (c = it->first);) {
        size_t n = c->json.n;
        orch_status status = call->v->emit(call, c->json);
        if (status == ORCH_RESOURCE_EXHAUSTED) {
            it->holders++;
            orch_task task = {pump, it, let_go};
            call->v->on_writable(call, task);
            return;
        }
        it->first = c->next;
        if (!it->first) it->last = &it->first;
        free(c);
        it->host->v->credit(it->host, it->id, n);
    }
    if (!it->is_answered) return;
    it->is_answered = 0;
    call->v->answer(call, it->answer, 0);
    it->answer = orch_buf_lend(orch_str_from(""));
}

/* Takes a chunk; only the first one to wait has to be pumped, the others follow it. */
static void take_chunk(forwarded *it, const orch_buf *body) {
    chunk *c = (chunk *)malloc(sizeof *c);
    if (!c) abort();
    c->next = NULL;
    c->json = orch_buf_copy(body->p, body->n);
    *it->last = c;
    it->last = &c->next;
    if (it->first == c) pump(it);
}

static void reply(void *ud, const orch_reply *reply) {
    forwarded *it = (forwarded *)ud;
    switch (reply->kind) {
        case ORCH_REPLY_CHUNK:
            if (it->is_stream) take_chunk(it, reply->body);
            break;
        case ORCH_REPLY_END:
            it->answer = orch_buf_copy(reply->body->p, reply->body->n);
            it->is_answered = 1;
            if (!it->first) pump(it);
            break;
        default: it->call->v->fail(it->call, reply->status, reply->message, reply->details);
    }
}

static void cancel(void *ud) {
    forwarded *it = (forwarded *)ud;
    it->host->v->cancel(it->host, it->id);
}

static void forward(void *self, orch_call *call, uint8_t is_stream) {
    forwarded *it = (forwarded *)calloc(1, sizeof *it);
    if (!it) abort();
    it->host = ((consumer *)self)->host;
    it->call = call;
    it->last = &it->first;
    it->is_stream = is_stream;
    it->holders = 2;
    call->v->retain(call);

    orch_str method, args;
    uint8_t now = 0;
    orch_call_options options = {sizeof options, is_stream ? ORCH_CALL_CREDIT : 0, 0};
    if (!orch_arg_str(call, "method", &method) || !orch_arg_json(call, "args", &args)) abort();
    orch_arg_bool(call, "inline", &now);
    orch_arg_i64(call, "timeoutMs", &options.timeout_ms);
    if (now) options.flags |= ORCH_CALL_INLINE_OK;

    orch_task task = {cancel, it, let_go};
    call->v->on_cancel(call, task);
    orch_reply_cb cb = {reply, it, let_go};
    it->host->v->call(it->host, orch_call_ctx(call), method, args, &options, cb, &it->id);
}

void consumer_forward(void *self, orch_call *call) { forward(self, call, 0); }

void consumer_forward_stream(void *self, orch_call *call) { forward(self, call, 1); }
