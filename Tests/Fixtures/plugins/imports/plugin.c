/* imports: `attempt` imports whatever it is told to and fails as the import fails: a service that the manifest does
 * not name, its own service, an unknown method, another signature, a handler without ANSWERS_NOW or a WORKER method
 * from the loop; the host names the method and the rule, before anything runs. */
#include "zoo.h"

static void attempt(void *self, orch_call *call) {
    orch_str name, signature;
    char text[2][128];
    int64_t from = ORCH_FROM_LOOP;
    if (!orch_arg_str(call, "name", &name) || !orch_arg_str(call, "signature", &signature)) abort();
    orch_arg_i64(call, "from", &from);
    snprintf(text[0], sizeof text[0], "%.*s", (int)name.n, name.p);
    snprintf(text[1], sizeof text[1], "%.*s", (int)signature.n, signature.p);
    zoo_answer_import(zoo_host(self), call, (uint32_t)from, text[0], text[1]);
}

static const orch_param param_name = {sizeof param_name, 's', {0}, "name", "Method, as service.method.", NULL, NULL};
static const orch_param param_signature = {
    sizeof param_signature, 's', {0}, "signature", "Signature, as d(dd).", NULL, NULL};
static const orch_param param_from = {sizeof param_from, 'i', {0}, "from", "1 loop, 2 worker.", "1", NULL};

ZOO_FIXTURE {
    static const orch_param *const params[] = {&param_name, &param_signature, &param_from};
    zoo_method.name = "attempt";
    zoo_method.fn = ZOO_FN(attempt);
    zoo_method.params = params;
    zoo_method.n_params = ZOO_COUNT(params);
    zoo_method.result = 'b';
}
