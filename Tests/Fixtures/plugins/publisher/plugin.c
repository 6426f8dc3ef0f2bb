/* publisher: nothing is wrong; `run` publishes `count` events zoo:tick from each of ten threads at once and answers
 * how many the host took when the last has gone out; `flood` publishes `count` in one go on the loop and answers
 * how many were taken before the queue was full. */
#include "zoo.h"

enum { THREADS = 10 };

typedef struct burst {
    orch_host *host;
    orch_call *call;
    int64_t count;
    int64_t taken;   /* by the host, of all threads */
    int next_thread; /* number of the thread that begins next */
    int running;     /* threads still at it */
} burst;

static void finish(void *ud) {
    burst *it = (burst *)ud;
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)it->taken);
    orch_answer(it->call, orch_str_from(text));
    it->call->v->release(it->call);
    free(it);
}

static orch_status publish(orch_host *host, int thread, int64_t n) {
    char data[64];
    snprintf(data, sizeof data, "{\"thread\":%d,\"n\":%lld}", thread, (long long)n);
    return host->v->publish(host, NULL, orch_str_from("zoo:tick"), orch_str_from(data));
}

static void *publish_all(void *ud) {
    burst *it = (burst *)ud;
    int thread = __atomic_fetch_add(&it->next_thread, 1, __ATOMIC_SEQ_CST);
    for (int64_t n = 0; n < it->count; n++) {
        orch_status status;
        while ((status = publish(it->host, thread, n)) == ORCH_RESOURCE_EXHAUSTED) zoo_sleep_ms(1);
        if (status == ORCH_OK) __atomic_fetch_add(&it->taken, 1, __ATOMIC_SEQ_CST);
    }
    if (__atomic_sub_fetch(&it->running, 1, __ATOMIC_SEQ_CST) == 0) {
        orch_task task = {finish, it, NULL};
        it->host->v->post(it->host, task);
    }
    return NULL;
}

static void run(void *self, orch_call *call) {
    burst *it = (burst *)calloc(1, sizeof *it);
    if (!it) abort();
    it->host = zoo_host(self);
    it->call = call;
    it->running = THREADS;
    if (!orch_arg_i64(call, "count", &it->count)) abort();
    call->v->retain(call);
    for (int i = 0; i < THREADS; i++) zoo_on_thread(publish_all, it);
}

static orch_status flood(void *self, orch_ctx *ctx, int64_t count, int64_t *result) {
    (void)ctx;
    int64_t n = 0;
    while (n < count && publish(zoo_host(self), 0, n) == ORCH_OK) n++;
    *result = n;
    return ORCH_OK;
}

static const orch_param count_param = {sizeof count_param, 'i', {0}, "count", "Events.", NULL, "{\"minimum\": 1}"};
static const orch_param *const params[] = {&count_param};

ZOO_FIXTURE {
    zoo_method.flags = ORCH_METHOD_HANDLER | ORCH_METHOD_WRITE;
    zoo_method.fn = ZOO_FN(run);
    zoo_method.result = 'i';
    zoo_method.params = params;
    zoo_method.n_params = 1;

    static orch_method flood_method;
    flood_method = zoo_method;
    flood_method.flags = ORCH_METHOD_WRITE;
    flood_method.name = "flood";
    flood_method.fn = ZOO_FN(flood);
    zoo_methods[1] = &flood_method;

    zoo_plugin.n_topics = 1;
}
