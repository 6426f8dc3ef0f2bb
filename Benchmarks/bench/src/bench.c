/* bench: measures the host from the inside of a plugin, in nanoseconds a piece. */
#define _POSIX_C_SOURCE 199309L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <orchestron/ext/json.h>
#include <orchestron/orchestron.h>

typedef orch_status (*score_fn)(void *, orch_ctx *, double, double, double, double, double *);

typedef struct {
    orch_host *host;
    orch_slot *score;
    orch_call *waiting; /* the publish under way */
    uint64_t published, delivered, wanted, subscribers, started;
    uint64_t subscriptions[16];
} bench;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void answer(orch_call *call, uint64_t nanoseconds, uint64_t count) {
    char text[64];
    int n = snprintf(text, sizeof text, "%.2f", (double)nanoseconds / (double)count);
    orch_answer(call, orch_str_of(text, (size_t)n));
}

static int64_t count_of(orch_call *call) {
    int64_t n = 1;
    orch_arg_i64(call, "n", &n);
    return n;
}

/* What a plugin call costs at least: a function behind a pointer that the compiler cannot see through. */
static orch_status plain(void *self, orch_ctx *ctx, double reach, double impact, double confidence, double effort,
                         double *result) {
    (void)self, (void)ctx;
    *result = reach * impact * confidence / effort;
    return ORCH_OK;
}

static void pointer(void *self, orch_call *call) {
    score_fn volatile fn = plain;
    double sum = 0, result = 0;
    int64_t n = count_of(call);
    uint64_t start = now();
    for (int64_t i = 0; i < n; i++) {
        fn(self, NULL, 100, 2, 0.5, 4, &result);
        sum += result;
    }
    answer(call, now() - start + (sum < 0), (uint64_t)n);
}

static void slot(void *self, orch_call *call) {
    bench *b = (bench *)self;
    double sum = 0, result = 0;
    int64_t n = count_of(call);
    orch_ctx *ctx = orch_call_ctx(call);
    uint64_t start = now();
    for (int64_t i = 0; i < n; i++) {
        orch_entry e = orch_slot_enter(b->score);
        ((score_fn)e.target->fn)(e.target->self, ctx, 100, 2, 0.5, 4, &result);
        orch_slot_leave(e);
        sum += result;
    }
    answer(call, now() - start + (sum < 0), (uint64_t)n);
}

static void count_reply(void *ud, const orch_reply *reply) {
    if (reply->kind == ORCH_REPLY_END) ++*(uint64_t *)ud;
}

static void dynamic(void *self, orch_call *call) {
    static const char arguments[] = "{\"reach\":100,\"impact\":2,\"confidence\":0.5,\"effort\":4}";
    bench *b = (bench *)self;
    uint64_t answered = 0;
    orch_reply_cb cb = {count_reply, &answered, NULL};
    orch_call_options options = {sizeof options, ORCH_CALL_INLINE_OK, 0};
    int64_t n = count_of(call);
    uint64_t start = now();
    for (int64_t i = 0; i < n; i++)
        b->host->v->call(b->host, orch_call_ctx(call), orch_str_from("rice.score"),
                         orch_str_of(arguments, sizeof arguments - 1), &options, cb, NULL);
    if (answered != (uint64_t)n)
        orch_answer_fail(call, ORCH_INTERNAL, "not every call was answered");
    else
        answer(call, now() - start, (uint64_t)n);
}

static void parse(void *self, orch_call *call) {
    static const char text[] = "{\"collection\":\"core/tasks\",\"filters\":[{\"field\":\"status\",\"op\":\"equal\","
                               "\"value\":\"todo\"}],\"order\":[\"-updatedAt\"],\"limit\":50}";
    bench *b = (bench *)self;
    const orch_json *json = (const orch_json *)b->host->v->extension(b->host, ORCH_EXT_JSON);
    int64_t n = count_of(call);
    int64_t sum = 0;
    uint64_t start = now();
    for (int64_t i = 0; i < n; i++) {
        orch_json_doc *doc = NULL;
        orch_json_value value;
        int64_t limit = 0;
        if (json->parse(orch_str_of(text, sizeof text - 1), &doc, NULL) != ORCH_OK) break;
        if (json->get(json->root(doc), orch_str_from("limit"), &value)) json->i64(value, &limit);
        json->free(doc);
        sum += limit;
    }
    if (sum != 50 * n)
        orch_answer_fail(call, ORCH_INTERNAL, "not every text was parsed");
    else
        answer(call, now() - start, (uint64_t)n);
}

static void publish_some(void *self);

static void delivered(void *ud, const orch_event *event) {
    bench *b = (bench *)ud;
    (void)event;
    if (++b->delivered < b->wanted) return;
    if (b->published * b->subscribers < (uint64_t)count_of(b->waiting) * b->subscribers) {
        publish_some(b);
        return;
    }
    answer(b->waiting, now() - b->started, b->published);
    for (uint64_t i = 0; i < b->subscribers; i++) b->host->v->unsubscribe(b->host, b->subscriptions[i]);
    b->waiting->v->release(b->waiting);
    b->waiting = NULL;
}

/* Publishes as much as the host's queue takes, and goes on when it has been delivered. */
static void publish_some(void *self) {
    bench *b = (bench *)self;
    uint64_t n = (uint64_t)count_of(b->waiting);
    for (int i = 0; i < 32768 && b->published < n; i++, b->published++)
        b->host->v->publish(b->host, NULL, orch_str_from("bench:tick"), orch_str_from("{\"n\":1}"));
    b->wanted = b->published * b->subscribers;
}

static void publish(void *self, orch_call *call) {
    bench *b = (bench *)self;
    int64_t subscribers = 1;
    orch_arg_i64(call, "subscribers", &subscribers);
    if (b->waiting) {
        orch_answer_fail(call, ORCH_FAILED_PRECONDITION, "a publish is measured already");
        return;
    }
    call->v->retain(call);
    b->waiting = call;
    b->published = b->delivered = 0;
    b->subscribers = (uint64_t)subscribers;
    orch_str topic = orch_str_from("bench:*");
    orch_subscribe wish = {sizeof wish, 0, &topic, 1, 0, {NULL, 0}};
    for (uint64_t i = 0; i < b->subscribers; i++) {
        orch_subscription subscription = {sizeof subscription, 0, 0, 0, 0, {NULL, 0}};
        orch_event_cb cb = {delivered, b, NULL};
        b->host->v->subscribe(b->host, NULL, &wish, cb, &subscription);
        b->subscriptions[i] = subscription.id;
    }
    b->started = now();
    publish_some(b);
}

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)config, (void)state;
    bench *b = (bench *)calloc(1, sizeof *b);
    if (!b) return ORCH_RESOURCE_EXHAUSTED;
    b->host = host;
    orch_status status = host->v->import_slot(host, ctx, ORCH_FROM_LOOP, "rice.score", "d(dddd)", &b->score);
    if (status != ORCH_OK) {
        free(b);
        return status;
    }
    *self = b;
    return ORCH_OK;
}

static const orch_param n_param = {sizeof n_param, 'i', {0}, "n", "How often.", "1000000", "{\"minimum\":1}"};
static const orch_param subscribers_param = {
    sizeof subscribers_param, 'i', {0}, "subscribers", "How many subscribers.", "1", "{\"minimum\":1,\"maximum\":16}"};
static const orch_param *const n_params[] = {&n_param};
static const orch_param *const publish_params[] = {&n_param, &subscribers_param};

#define METHOD(variable, name, doc, params, count)                                                          \
    static const orch_method variable##_method = {sizeof(orch_method), ORCH_METHOD_HANDLER | ORCH_METHOD_WRITE, \
                                                  name, doc, NULL, NULL, NULL, params, count, 'd', {0}, NULL, \
                                                  (void (*)(void))variable, NULL};
METHOD(pointer, "pointer", "A call through a plain pointer.", n_params, 1)
METHOD(slot, "slot", "A typed call through a slot, with accounting.", n_params, 1)
METHOD(dynamic, "dynamic", "A dynamic call of a native function, JSON in and out.", n_params, 1)
METHOD(parse, "parse", "A JSON text of 120 bytes, parsed by the host, one member read, freed.", n_params, 1)
METHOD(publish, "publish", "An event, published and delivered.", publish_params, 2)
static const orch_method *const methods[] = {&pointer_method, &slot_method, &dynamic_method, &parse_method,
                                             &publish_method};
static const orch_service service = {sizeof service, 0, "bench", "1.0.0", "Nanoseconds a piece.", methods,
                                     sizeof methods / sizeof *methods};
static const orch_service *const services[] = {&service};
static const orch_plugin plugin = {sizeof plugin, ORCH_MAGIC, ORCH_ABI_MAJOR, ORCH_ABI_MINOR, 0, "bench", "1.0.0",
                                   services, 1, NULL, 0, create, NULL, NULL, NULL, NULL, NULL, free, NULL};

ORCH_PLUGIN(bench) {
    (void)host;
    return &plugin;
}
