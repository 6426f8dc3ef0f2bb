/* rice: native functions. Each is a plain C function; the declaration below it makes it a C slot, a REST endpoint, a
 * WebSocket method and a command. */
#include <orchestron/format.h>
#include <orchestron/orchestron.h>

/* ---- score */

static orch_status rice_score(void *self, orch_ctx *ctx, double reach, double impact, double confidence, double effort,
                              double *result) {
    (void)self;
    if (!(effort > 0)) return orch_fail_f(ctx, ORCH_INVALID_ARGUMENT, "effort must be greater than 0, not %g.", effort);
    *result = reach * impact * confidence / effort;
    return ORCH_OK;
}

static const orch_param reach = {.size = sizeof reach,
                                 .type = 'd',
                                 .name = "reach",
                                 .doc = "People or events per period.",
                                 .schema = "{\"minimum\":0}"};
static const orch_param impact = {.size = sizeof impact,
                                  .type = 'd',
                                  .name = "impact",
                                  .doc = "Gain for each of them: 0.25 to 3.",
                                  .schema = "{\"minimum\":0}"};
static const orch_param confidence = {.size = sizeof confidence,
                                      .type = 'd',
                                      .name = "confidence",
                                      .doc = "How sure these figures are: 0 to 1.",
                                      .schema = "{\"minimum\":0,\"maximum\":1}"};
static const orch_param effort = {
    .size = sizeof effort, .type = 'd', .name = "effort", .doc = "Person-months; greater than 0."};
static const orch_param *const score_params[] = {&reach, &impact, &confidence, &effort};

static const orch_method score = {
    .size = sizeof score,
    .flags = ORCH_METHOD_READ | ORCH_METHOD_IDEMPOTENT | ORCH_METHOD_ANY_THREAD,
    .name = "score",
    .doc = "Scores an idea: reach * impact * confidence / effort.",
    .examples = "[{\"args\":{\"reach\":1000,\"impact\":2,\"confidence\":0.5,\"effort\":4},\"result\":250},"
                "{\"args\":{\"reach\":1000,\"impact\":2,\"confidence\":0.5,\"effort\":0},"
                "\"error\":\"invalid_argument\"}]",
    .params = score_params,
    .n_params = 4,
    .result = 'd',
    .fn = (void (*)(void))rice_score,
};

/* ---- rank: text in, text out. The result is given away, so that it may outlive this call. */

static orch_status rice_rank(void *self, orch_ctx *ctx, double value, orch_str name, orch_buf *result) {
    (void)self;
    const char *rank = value >= 200 ? "high" : value >= 50 ? "medium" : "low";
    size_t n_rank = strlen(rank);
    if (name.n == 0) {
        *result = orch_buf_lend(orch_str_from(rank));
        return ORCH_OK;
    }
    char *text = malloc(name.n + 2 + n_rank);
    if (!text) return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "There is no memory for a name of %zu bytes.", name.n);
    memcpy(text, name.p, name.n);
    memcpy(text + name.n, ": ", 2);
    memcpy(text + name.n + 2, rank, n_rank);
    *result = (orch_buf){text, name.n + 2 + n_rank, free, text};
    return ORCH_OK;
}

static const orch_param value = {.size = sizeof value, .type = 'd', .name = "score", .doc = "What score gave."};
static const orch_param name = {
    .size = sizeof name, .type = 's', .name = "name", .doc = "Put before the rank.", .default_json = "\"\""};
static const orch_param *const rank_params[] = {&value, &name};

static const orch_method rank = {
    .size = sizeof rank,
    .flags = ORCH_METHOD_READ | ORCH_METHOD_IDEMPOTENT | ORCH_METHOD_ANY_THREAD,
    .name = "rank",
    .doc = "Says whether a score is high, medium or low.",
    .examples = "[{\"args\":{\"score\":250},\"result\":\"high\"},"
                "{\"args\":{\"score\":60,\"name\":\"Größe\"},\"result\":\"Größe: medium\"}]",
    .params = rank_params,
    .n_params = 2,
    .result = 's',
    .fn = (void (*)(void))rice_rank,
};

/* ---- the plugin */

static const orch_method *const methods[] = {&score, &rank};

static const orch_service rice = {
    .size = sizeof rice,
    .name = "rice",
    .version = "1.0.0",
    .doc = "Scores ideas by reach, impact, confidence and effort.",
    .methods = methods,
    .n_methods = 2,
};

static const orch_service *const services[] = {&rice};

static const orch_plugin plugin = {
    .size = sizeof plugin,
    .magic = ORCH_MAGIC,
    .abi_major = ORCH_ABI_MAJOR,
    .abi_minor = 0,
    .id = "rice",
    .version = "1.0.0",
    .services = services,
    .n_services = 1,
};

ORCH_PLUGIN(rice) {
    (void)host;
    return &plugin;
}
