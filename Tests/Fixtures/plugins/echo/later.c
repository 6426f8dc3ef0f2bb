/* later.c: the methods of `echo` that retain their call and answer later. */
#include "echo.h"

/* slow: a timer answers. */
static void answer_slow(void *ud) {
    orch_call *call = (orch_call *)ud;
    orch_str ms;
    orch_answer(call, orch_arg_json(call, "ms", &ms) ? ms : orch_str_from("null"));
}

static void release_call(void *ud) {
    orch_call *call = (orch_call *)ud;
    call->v->release(call);
}

void echo_slow(void *self, orch_call *call) {
    orch_host *host = ((echo *)self)->host;
    const orch_timer *timer = (const orch_timer *)host->v->extension(host, ORCH_EXT_TIMER);
    int64_t ms = 0;
    orch_arg_i64(call, "ms", &ms);
    call->v->retain(call);
    orch_task task = {answer_slow, call, release_call};
    timer->start(host, (uint64_t)ms, 0, task, NULL);
}

/* never: waits until it is cancelled. */
static void count_cancelled(void *ud) {
    zoo_later *it = (zoo_later *)ud;
    echo *instance = (echo *)it->self;
    instance->waiting--;
    instance->cancelled++;
    it->call->v->release(it->call);
}

void echo_never(void *self, orch_call *call) {
    zoo_later *it = zoo_keep(self, call);
    ((echo *)self)->waiting++;
    orch_task task = {count_cancelled, it, free};
    call->v->on_cancel(call, task);
}

/* chunks: emits as long as there is room, and goes on when there is room again. */
typedef struct stream {
    orch_call *call;
    int64_t count, size, next;
    int holders; /* the handler, on_cancel, on_writable */
    int ended;
} stream;

static void let_go(void *ud) {
    stream *it = (stream *)ud;
    if (--it->holders == 0) free(it);
}

static void end(stream *it) {
    if (it->ended) return;
    it->ended = 1;
    it->call->v->release(it->call);
}

static void cancel(void *ud) { end((stream *)ud); }

/* One chunk, {"n":3,"pad":"xxxx"}, with `size` bytes of padding. */
static orch_buf make_chunk(int64_t n, int64_t size) {
    orch_buf chunk = zoo_room((size_t)size + 40);
    int head = snprintf(chunk.p, 40, "{\"n\":%lld,\"pad\":\"", (long long)n);
    memset(chunk.p + head, 'x', (size_t)size);
    memcpy(chunk.p + head + size, "\"}", 2);
    chunk.n = (size_t)head + (size_t)size + 2;
    return chunk;
}

static void pump(void *ud) {
    stream *it = (stream *)ud;
    orch_call *call = it->call;
    while (!it->ended && it->next < it->count) {
        orch_buf chunk = make_chunk(it->next, it->size);
        orch_status status = call->v->emit(call, chunk);
        if (status == ORCH_RESOURCE_EXHAUSTED) {
            orch_buf_release(&chunk);
            it->holders++;
            orch_task task = {pump, it, let_go};
            call->v->on_writable(call, task);
            return;
        }
        if (status != ORCH_OK) return end(it);
        it->next++;
    }
    if (it->ended) return;
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)it->count);
    orch_answer(call, orch_str_from(text));
    end(it);
}

void echo_chunks(void *self, orch_call *call) {
    (void)self;
    stream *it = (stream *)calloc(1, sizeof *it);
    if (!it) abort();
    it->call = call;
    orch_arg_i64(call, "count", &it->count);
    orch_arg_i64(call, "size", &it->size);
    it->holders = 2;
    call->v->retain(call);
    orch_task task = {cancel, it, let_go};
    call->v->on_cancel(call, task);
    pump(it);
    let_go(it);
}
