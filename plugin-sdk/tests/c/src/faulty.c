/* A plugin whose methods each make one mistake. */
#include <orchestron/all.h>

static orch_host *the_host;

static void silent(void *self, orch_call *call) {
    (void)self;
    (void)call;
}

static void twice(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("1"));
    orch_answer(call, orch_str_from("2"));
}

static void garbage(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("{\"a\":tru}"));
}

static void stranger(void *self, orch_call *call) {
    orch_str text;
    (void)self;
    orch_arg_str(call, "undeclared", &text);
    orch_answer(call, orch_str_from("null"));
}

static void retained(void *self, orch_call *call) {
    (void)self;
    call->v->retain(call);
}

static void wrong_thread(void *ud) {
    orch_call *call = (orch_call *)ud;
    orch_answer(call, orch_str_from("null"));
    call->v->release(call);
}

static void elsewhere(void *self, orch_call *call) {
    const orch_work *work = (const orch_work *)the_host->v->extension(the_host, ORCH_EXT_WORK);
    orch_job job = {wrong_thread, NULL, call, NULL};
    (void)self;
    call->v->retain(call);
    work->submit(the_host, job, NULL);
}

static void publishes(void *self, orch_call *call) {
    (void)self;
    the_host->v->publish(the_host, orch_call_ctx(call), orch_str_from("faulty:said"), orch_str_from("not JSON"));
    orch_answer(call, orch_str_from("null"));
}

static void wrong(void *self, orch_call *call) {
    (void)self;
    orch_answer(call, orch_str_from("{\"n\": 1.0}"));
}

#define METHOD(function, more, text)                                                                \
    static const orch_method function##_method = {.size = sizeof function##_method,                 \
                                                  .flags = ORCH_METHOD_HANDLER | (more),            \
                                                  .name = #function,                                \
                                                  .doc = "Makes a mistake.",                        \
                                                  .examples = text,                                 \
                                                  .result = 'j',                                    \
                                                  .fn = (void (*)(void))function}

METHOD(silent, 0, NULL);
METHOD(twice, 0, NULL);
METHOD(garbage, 0, NULL);
METHOD(stranger, 0, NULL);
METHOD(retained, ORCH_METHOD_ANSWERS_NOW, NULL);
METHOD(elsewhere, 0, NULL);
METHOD(publishes, 0, NULL);
METHOD(wrong, 0,
       "[{\"args\":{},\"result\":{\"n\":1}},{\"args\":{},\"result\":{\"n\":2}},{\"args\":{},\"error\":\"not_found\"},"
       "{\"args\":{\"x\":1},\"error\":\"invalid_argument\"}]");

static const orch_method *const methods[] = {
    &silent_method,   &twice_method,     &garbage_method,   &stranger_method,
    &retained_method, &elsewhere_method, &publishes_method, &wrong_method,
};
static const orch_service faulty = {
    .size = sizeof faulty, .name = "faulty", .version = "1.0.0", .doc = "", .methods = methods, .n_methods = 8};
static const orch_service *const services[] = {&faulty};

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)ctx;
    (void)config;
    (void)state;
    (void)self;
    the_host = host;
    return ORCH_OK;
}

static void stop(void *self, uint64_t token) {
    (void)self;
    the_host->v->done(the_host, token + 1, ORCH_OK, orch_str_from("")); /* never completes its own token */
}

static const orch_plugin plugin = {
    .size = sizeof plugin,
    .magic = ORCH_MAGIC,
    .abi_major = ORCH_ABI_MAJOR,
    .id = "faulty",
    .version = "1.0.0",
    .services = services,
    .n_services = 1,
    .create = create,
    .stop = stop,
};

ORCH_PLUGIN(faulty) {
    (void)host;
    return &plugin;
}
