/* zoo.h: what the fixtures have in common, so that each shows its fault and nothing else.
 *
 * The build passes ZOO_ID ("wrong-magic") and ZOO_SYMBOL (wrong_magic). `zoo_plugin` below is right in every respect:
 * one service, named after the symbol, with two methods. `run` is a handler that answers null and is what a fixture
 * spoils; `seen` tells what the host answered to the misdeed. A fixture changes what shall be wrong before the host
 * sees it:
 *
 *     ZOO_FIXTURE { zoo_plugin.magic = 1; }
 */
#ifndef ZOO_H
#define ZOO_H

#include "zoo-tools.h"

#define ZOO_TEXT_(x) #x
#define ZOO_TEXT(x) ZOO_TEXT_(x)
#define ZOO_PLUGIN_(symbol) ORCH_PLUGIN(symbol)
/* What belongs to one instance of a fixture. */
typedef struct zoo_instance {
    orch_host *host;
    int64_t seen; /* what the host answered to the misdeed; -1 before it */
} zoo_instance;

static inline orch_host *zoo_host(void *self) { return ((zoo_instance *)self)->host; }
static inline void zoo_see(void *self, int64_t what) {
    __atomic_store_n(&((zoo_instance *)self)->seen, what, __ATOMIC_SEQ_CST);
}

static inline orch_status zoo_create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)config, (void)state;
    zoo_instance *instance = (zoo_instance *)malloc(sizeof *instance);
    if (!instance) return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "Out of memory.");
    instance->host = host;
    instance->seen = -1;
    *self = instance;
    return ORCH_OK;
}

static inline void zoo_destroy(void *self) { free(self); }

static inline void zoo_run(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("null"));
}

static inline orch_status zoo_seen(void *self, orch_ctx *ctx, int64_t *result) {
    (void)ctx;
    *result = __atomic_load_n(&((zoo_instance *)self)->seen, __ATOMIC_SEQ_CST);
    return ORCH_OK;
}

/* One parameter and one topic, right in every respect, for fixtures that raise `n_params` or `n_topics`. */
static orch_param zoo_param = {sizeof(orch_param), 's', {0}, "text", "A text.", "\"\"", NULL};
static const orch_param *zoo_params[] = {&zoo_param, &zoo_param};
static orch_topic zoo_topic = {sizeof(orch_topic), 0, "zoo:tick", "Something ticked.", NULL, "{}"};
static const orch_topic *zoo_topics[] = {&zoo_topic};

static orch_method zoo_method = {sizeof(orch_method), ORCH_METHOD_HANDLER | ORCH_METHOD_READ, "run", "Does the deed.",
                                 NULL, NULL, NULL, zoo_params, 0, 'v', {0}, NULL, ZOO_FN(zoo_run), NULL};
static orch_method zoo_seen_method = {sizeof(orch_method), ORCH_METHOD_READ, "seen", "What the host answered.", NULL,
                                      NULL, NULL, NULL, 0, 'i', {0}, NULL, ZOO_FN(zoo_seen), NULL};
static const orch_method *zoo_methods[] = {&zoo_method, &zoo_seen_method};

static orch_service zoo_service = {sizeof(orch_service), 0, ZOO_TEXT(ZOO_SYMBOL), "1.0.0", "A fixture.",
                                   zoo_methods, 2};
static const orch_service *zoo_services[] = {&zoo_service};

static orch_plugin zoo_plugin = {sizeof(orch_plugin), ORCH_MAGIC, ORCH_ABI_MAJOR, ORCH_ABI_MINOR, 0, ZOO_ID, "1.0.0",
                                 zoo_services, 1, zoo_topics, 0, zoo_create, NULL, NULL, NULL, NULL, NULL, zoo_destroy,
                                 NULL};

/* Defines the entry function, which hands out `zoo_plugin` as the block that follows has changed it. */
#define ZOO_FIXTURE                      \
    static void zoo_change(void);        \
    ZOO_PLUGIN_(ZOO_SYMBOL) {            \
        (void)host;                      \
        zoo_change();                    \
        return &zoo_plugin;              \
    }                                    \
    static void zoo_change(void)

/* Makes `run` a native function of that result type. */
static inline void zoo_native(char result, void (*fn)(void)) {
    zoo_method.flags = ORCH_METHOD_READ;
    zoo_method.result = result;
    zoo_method.fn = fn;
}

/* Answers null to what zoo_keep kept, and records what the host says to it. */
static inline void zoo_answer_kept(zoo_later *later) {
    zoo_see(later->self, orch_answer(later->call, orch_str_from("null")));
    later->call->v->release(later->call);
    free(later);
}

#endif
