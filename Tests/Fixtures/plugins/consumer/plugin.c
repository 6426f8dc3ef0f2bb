/* consumer: nothing is wrong; calls `echo` and `rice` in every way that the host offers. */
#include "consumer.h"

static const struct {
    uint32_t from;
    const char *name, *signature;
} imports[IMPORTS] = {
    [SCORE] = {ORCH_FROM_LOOP, "rice.score", "d(dddd)"},
    [SCORE_ON_WORKER] = {ORCH_FROM_WORKER, "rice.score", "d(dddd)"},
    [REPEAT] = {ORCH_FROM_LOOP, "echo.repeat", "s(s)"},
    [HANDLE_NUMBER] = {ORCH_FROM_LOOP, "echo.handleNumber", "d(d)"},
    [HANDLE_TEXT] = {ORCH_FROM_LOOP, "echo.handleText", "s(s)"},
    [SECRET] = {ORCH_FROM_LOOP, "echo.secret", "s(s)"},
    [FAILS] = {ORCH_FROM_LOOP, "echo.fails", "v(is)"},
    [SLOW_ON_WORKER] = {ORCH_FROM_WORKER, "echo.slow", "i(i)"},
    [SLEEP_ON_WORKER] = {ORCH_FROM_WORKER, "echo.sleep", "i(i)"},
    [NUMBER_ON_WORKER] = {ORCH_FROM_WORKER, "echo.number", "d(d)"},
};

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)config, (void)state;
    consumer *instance = (consumer *)calloc(1, sizeof *instance);
    if (!instance) return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "Out of memory.");
    instance->host = host;
    *self = instance;
    return ORCH_OK;
}

static void start(void *self, uint64_t token) {
    consumer *instance = (consumer *)self;
    orch_host *host = instance->host;
    for (int i = 0; i < IMPORTS; i++) {
        orch_status status = host->v->import_slot(host, NULL, imports[i].from, imports[i].name, imports[i].signature,
                                                  &instance->slots[i]);
        if (status == ORCH_OK) continue;
        host->v->done(host, token, status, orch_str_from(imports[i].name));
        return;
    }
    host->v->done(host, token, ORCH_OK, orch_str_from(NULL));
}

/* Calls the function table that `echo` provides as an extension; -1 when there is none. */
static orch_status twice(void *self, orch_ctx *ctx, int64_t value, int64_t *result) {
    orch_host *host = ((consumer *)self)->host;
    const zoo_echo *echo = (const zoo_echo *)host->v->extension(host, ZOO_ECHO);
    (void)ctx;
    *result = echo ? echo->twice(value) : -1;
    return ORCH_OK;
}

#define PARAM(variable, type, name, default_json) \
    static const orch_param variable = {sizeof(orch_param), type, {0}, name, "See echo and rice.", default_json, NULL};
PARAM(reach, 'd', "reach", NULL)
PARAM(impact, 'd', "impact", NULL)
PARAM(confidence, 'd', "confidence", NULL)
PARAM(effort, 'd', "effort", NULL)
PARAM(number, 'd', "value", NULL)
PARAM(integer, 'i', "value", NULL)
PARAM(text, 's', "value", NULL)
PARAM(ms, 'i', "ms", NULL)
PARAM(status, 'i', "status", NULL)
PARAM(message, 's', "message", NULL)
PARAM(method, 's', "method", NULL)
PARAM(args, 'j', "args", "{}")
PARAM(now, 'b', "inline", "false")
PARAM(timeout_ms, 'i', "timeoutMs", "0")

#define PARAMS(name, ...) static const orch_param *const name##_params[] = {__VA_ARGS__};
PARAMS(score, &reach, &impact, &confidence, &effort)
PARAMS(number, &number)
PARAMS(integer, &integer)
PARAMS(text, &text)
PARAMS(ms, &ms)
PARAMS(fails, &status, &message)
PARAMS(forward, &method, &args, &now, &timeout_ms)

enum {
    LOOP = ORCH_METHOD_READ,
    WORKER = ORCH_METHOD_READ | ORCH_METHOD_WORKER,
    HANDLER = ORCH_METHOD_WRITE | ORCH_METHOD_HANDLER
};

#define METHOD(variable, flags, name, doc, params, result, fn)                                             \
    static const orch_method variable = {sizeof(orch_method), flags, name, doc, NULL, NULL, NULL, params, \
                                         ZOO_COUNT(params), result, {0}, NULL, ZOO_FN(fn), NULL};
METHOD(m_score, LOOP, "score", "rice.score.", score_params, 'd', consumer_score)
METHOD(m_score_worker, WORKER, "scoreOnWorker", "rice.score from a worker.", score_params, 'd',
       consumer_score_on_worker)
METHOD(m_repeat, LOOP, "repeat", "echo.repeat by a prefix of its signature.", text_params, 's', consumer_repeat)
METHOD(m_number, LOOP, "handleNumber", "echo.handleNumber, a handler.", number_params, 'd', consumer_handle_number)
METHOD(m_text, LOOP, "handleText", "echo.handleText, a handler.", text_params, 's', consumer_handle_text)
METHOD(m_secret, LOOP, "secret", "echo.secret, which is internal.", text_params, 's', consumer_secret)
METHOD(m_fails, LOOP, "fails", "echo.fails.", fails_params, 'v', consumer_fails)
METHOD(m_slow, WORKER, "slowOnWorker", "echo.slow, waited for on a worker.", ms_params, 'i', consumer_slow_on_worker)
METHOD(m_sleep, WORKER, "sleepOnWorker", "echo.sleep on the same worker.", ms_params, 'i', consumer_sleep_on_worker)
METHOD(m_number_worker, WORKER, "numberOnWorker", "echo.number on the loop, from a worker.", number_params, 'd',
       consumer_number_on_worker)
METHOD(m_twice, LOOP, "twice", "The extension of echo.", integer_params, 'i', twice)
METHOD(m_forward, HANDLER, "forward", "Any method, called dynamically.", forward_params, 'j', consumer_forward)
METHOD(m_stream, HANDLER | ORCH_METHOD_STREAM, "forwardStream", "Any method that streams.", forward_params, 'j',
       consumer_forward_stream)

static const orch_method *const methods[] = {&m_score, &m_score_worker, &m_repeat, &m_number, &m_text,
                                             &m_secret, &m_fails, &m_slow, &m_sleep, &m_number_worker,
                                             &m_twice, &m_forward, &m_stream};
static const orch_service service = {sizeof service, 0, "consumer", "1.0.0", "Calls echo and rice.", methods,
                                     ZOO_COUNT(methods)};
static const orch_service *const services[] = {&service};
static const orch_plugin plugin = {sizeof plugin, ORCH_MAGIC, ORCH_ABI_MAJOR, ORCH_ABI_MINOR, 0, "consumer", "1.0.0",
                                   services, 1, NULL, 0, create, start, NULL, NULL, NULL, NULL, free, NULL};

ORCH_PLUGIN(consumer) {
    (void)host;
    return &plugin;
}
