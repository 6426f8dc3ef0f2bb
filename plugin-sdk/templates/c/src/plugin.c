/* @NAME@: one native function, one handler, one event. */
#include <orchestron/format.h>
#include <orchestron/orchestron.h>

typedef struct instance {
    orch_host *host;
} instance;

/* ---- add: a native function. Plain arguments in, a plain result out; the fastest form. */

static orch_status add(void *self, orch_ctx *ctx, double a, double b, double *result) {
    (void)self;
    (void)ctx;
    *result = a + b;
    return ORCH_OK;
}

static const orch_param a = {.size = sizeof a, .type = 'd', .name = "a", .doc = "The first number."};
static const orch_param b = {.size = sizeof b, .type = 'd', .name = "b", .doc = "The second number."};
static const orch_param *const add_params[] = {&a, &b};

static const orch_method add_method = {
    .size = sizeof add_method,
    .flags = ORCH_METHOD_READ | ORCH_METHOD_IDEMPOTENT | ORCH_METHOD_ANY_THREAD,
    .name = "add",
    .doc = "Adds two numbers.",
    .examples = "[{\"args\":{\"a\":1,\"b\":2.5},\"result\":3.5}]",
    .params = add_params,
    .n_params = 2,
    .result = 'd',
    .fn = (void (*)(void))add,
};

/* ---- greet: a handler. It reads its arguments by name and answers with JSON. */

static void greet(void *self, orch_call *call) {
    const instance *plugin = self;
    orch_str name, text;
    if (!orch_arg_str(call, "name", &name) || name.n == 0) {
        orch_answer_fail(call, ORCH_INVALID_ARGUMENT, "name must not be empty.");
        return;
    }
    orch_arg_json(call, "name", &text); /* the same, as JSON */
    size_t room = text.n + sizeof "{\"greeting\":\"Hello\",\"name\":}";
    char *json = malloc(room);
    if (!json) {
        orch_answer_fail(call, ORCH_RESOURCE_EXHAUSTED, "There is no memory for the greeting.");
        return;
    }
    int n = snprintf(json, room, "{\"greeting\":\"Hello\",\"name\":%.*s}", (int)text.n, text.p);
    orch_host *host = plugin->host;
    host->v->publish(host, orch_call_ctx(call), orch_str_from("@ID@:greeted"), orch_str_of(json, (size_t)n));
    call->v->answer(call, (orch_buf){json, (size_t)n, free, json}, 0);
}

static const orch_param name = {.size = sizeof name,
                                .type = 's',
                                .name = "name",
                                .doc = "Whom to greet.",
                                .default_json = "\"world\"",
                                .schema = "{\"maxLength\":200}"};
static const orch_param *const greet_params[] = {&name};

static const orch_method greet_method = {
    .size = sizeof greet_method,
    .flags = ORCH_METHOD_HANDLER | ORCH_METHOD_ANSWERS_NOW | ORCH_METHOD_READ,
    .name = "greet",
    .doc = "Greets somebody.",
    .examples = "[{\"args\":{},\"result\":{\"greeting\":\"Hello\",\"name\":\"world\"}},"
                "{\"args\":{\"name\":\"Ada \\\"A\\\"\"},"
                "\"result\":{\"greeting\":\"Hello\",\"name\":\"Ada \\\"A\\\"\"}},"
                "{\"args\":{\"name\":\"\"},\"error\":\"invalid_argument\"}]",
    .params = greet_params,
    .n_params = 1,
    .result = 'j',
    .result_schema = "{\"type\":\"object\",\"required\":[\"greeting\",\"name\"],"
                     "\"properties\":{\"greeting\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"}}}",
    .fn = (void (*)(void))greet,
};

/* ---- the plugin: its service, its events, its life */

static const orch_method *const methods[] = {&add_method, &greet_method};
static const orch_service service = {.size = sizeof service,
                                     .name = "@SYMBOL@",
                                     .version = "0.1.0",
                                     .doc = "Greets and adds.",
                                     .methods = methods,
                                     .n_methods = 2};
static const orch_service *const services[] = {&service};

static const orch_topic greeted = {.size = sizeof greeted,
                                   .name = "@ID@:greeted",
                                   .doc = "Somebody was greeted.",
                                   .example = "{\"greeting\":\"Hello\",\"name\":\"world\"}"};
static const orch_topic *const topics[] = {&greeted};

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)config;
    (void)state;
    instance *plugin = malloc(sizeof *plugin);
    if (!plugin) return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "There is no memory for the plugin @ID@.");
    plugin->host = host;
    *self = plugin;
    return ORCH_OK;
}

static void destroy(void *self) { free(self); }

static const orch_plugin plugin = {
    .size = sizeof plugin,
    .magic = ORCH_MAGIC,
    .abi_major = ORCH_ABI_MAJOR,
    .abi_minor = 0,
    .id = "@ID@",
    .version = "0.1.0",
    .services = services,
    .n_services = 1,
    .topics = topics,
    .n_topics = 1,
    .create = create,
    .destroy = destroy,
};

ORCH_PLUGIN(@SYMBOL@) {
    (void)host;
    return &plugin;
}
