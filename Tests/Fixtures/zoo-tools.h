/* zoo-tools.h: small helpers for fixtures. */
#ifndef ZOO_TOOLS_H
#define ZOO_TOOLS_H

#include <orchestron/all.h>
#include <orchestron/format.h>

#include <pthread.h>
#include <time.h>

#define ZOO_COUNT(array) (sizeof(array) / sizeof *(array))

/* A function of any type, as a declaration holds it. */
#define ZOO_FN(f) ((void (*)(void))(f))

static inline void zoo_sleep_ms(int64_t ms) {
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
    while (nanosleep(&left, &left) != 0) {
    }
}

/* Dies of SIGSEGV. */
static inline void zoo_crash(void) {
    volatile int *volatile nothing = NULL;
    *nothing = 1;
}

/* Runs `fn(ud)` on a thread that the host does not know. */
static inline void zoo_on_thread(void *(*fn)(void *ud), void *ud) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, fn, ud) != 0) abort();
    pthread_detach(thread);
}

/* Runs `fn(ud)` on the loop after `ms`. */
static inline void zoo_after(orch_host *host, int64_t ms, void (*fn)(void *ud), void *ud) {
    const orch_timer *timer = (const orch_timer *)host->v->extension(host, ORCH_EXT_TIMER);
    orch_task task = {fn, ud, NULL};
    if (!timer || timer->start(host, (uint64_t)ms, 0, task, NULL) != ORCH_OK) abort();
}

/* The integer under a top-level key of a small JSON object, or `otherwise`. */
static inline int64_t zoo_integer(orch_str json, const char *key, int64_t otherwise) {
    char text[256], quoted[64];
    size_t n = json.n < sizeof text - 1 ? json.n : sizeof text - 1;
    if (n) memcpy(text, json.p, n);
    text[n] = 0;
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *found = strstr(text, quoted);
    return found ? strtoll(found + strlen(quoted), NULL, 10) : otherwise;
}

/* Room for `n` bytes, given away. */
static inline orch_buf zoo_room(size_t n) {
    char *room = (char *)malloc(n ? n : 1);
    if (!room) abort();
    orch_buf buf = {room, n, free, room};
    return buf;
}

/* A call that is answered later. */
typedef struct zoo_later {
    void *self;
    orch_call *call;
} zoo_later;

static inline zoo_later *zoo_keep(void *self, orch_call *call) {
    zoo_later *later = (zoo_later *)malloc(sizeof *later);
    if (!later) abort();
    later->self = self;
    later->call = call;
    call->v->retain(call);
    return later;
}

/* Imports `name` with `signature` and answers true, or fails as the import failed. */
static inline void zoo_answer_import(orch_host *host, orch_call *call, uint32_t from, const char *name,
                                     const char *signature) {
    orch_slot *slot = NULL;
    orch_ctx *ctx = orch_call_ctx(call);
    orch_status status = host->v->import_slot(host, ctx, from, name, signature, &slot);
    if (status == ORCH_OK) {
        orch_answer(call, orch_str_from("true"));
        return;
    }
    orch_failure failure = {sizeof failure, 0, {NULL, 0}, {NULL, 0}};
    ctx->v->failure(ctx, &failure);
    call->v->fail(call, status, failure.message, failure.details);
}

#endif
