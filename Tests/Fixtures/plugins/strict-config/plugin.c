/* strict-config: nothing is wrong; its schema wants `port`, allows `mode`, `ratio` and `limits.depth`, and no other
 * key. A configuration with an unknown key or a wrong value must be refused with the path, before `create`.
 * `config` answers what `create` received. */
#include "zoo.h"

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)host, (void)state;
    *self = strndup(config.p, config.n);
    if (*self) return ORCH_OK;
    return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "Out of memory.");
}

static orch_status config(void *self, orch_ctx *ctx, orch_buf *result) {
    (void)ctx;
    *result = orch_buf_copy((const char *)self, strlen((const char *)self));
    return ORCH_OK;
}

ZOO_FIXTURE {
    zoo_native('j', ZOO_FN(config));
    zoo_method.name = "config";
    zoo_service.n_methods = 1;
    zoo_plugin.create = create;
}
