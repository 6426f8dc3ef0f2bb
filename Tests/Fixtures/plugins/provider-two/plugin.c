/* provider-two: nothing is wrong; a second provider of the service `echo`, with two of its methods. */
#include "zoo.h"

static orch_status who(void *self, orch_ctx *ctx, orch_buf *result) {
    (void)self, (void)ctx;
    *result = orch_buf_lend(orch_str_from("provider-two"));
    return ORCH_OK;
}

static orch_status number(void *self, orch_ctx *ctx, double value, double *result) {
    (void)self, (void)ctx;
    *result = value;
    return ORCH_OK;
}

ZOO_FIXTURE {
    static const orch_param value = {sizeof value, 'd', {0}, "value", "A number.", NULL, NULL};
    static const orch_param *const params[] = {&value};
    zoo_native('s', ZOO_FN(who));
    zoo_method.name = "who";
    zoo_seen_method = zoo_method;
    zoo_seen_method.name = "number";
    zoo_seen_method.result = 'd';
    zoo_seen_method.fn = ZOO_FN(number);
    zoo_seen_method.params = params;
    zoo_seen_method.n_params = 1;
    zoo_service.name = "echo";
    zoo_service.version = "1.1.0";
}
