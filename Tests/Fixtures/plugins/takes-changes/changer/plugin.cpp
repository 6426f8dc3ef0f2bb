/* takes-changes: three plugins with one schema, of which `pace`, `deed` and all of `shelf` may change while the host runs.
 * `changer` and `refuser` take what they get; with the deed "refuse" they refuse it, with "throw" an exception comes out.
 * `deaf` takes its configuration at its start alone. `config` answers what they have. */
#include "zoo.h"

#include <stdexcept>
#include <string>

static orch_status create(orch_host *, orch_ctx *, orch_str config, orch_str, void **self) {
    *self = new std::string(config.p, config.n);
    return ORCH_OK;
}

static void destroy(void *self) { delete static_cast<std::string *>(self); }

static orch_status config(void *self, orch_ctx *, orch_buf *result) {
    auto *text = static_cast<std::string *>(self);
    *result = orch_buf_copy(text->data(), text->size());
    return ORCH_OK;
}

static orch_status reconfigure(void *self, orch_ctx *ctx, orch_str config) {
    std::string text(config.p, config.n);
    if (text.find("\"deed\":\"throw\"") != text.npos) throw std::runtime_error("no change today");
    if (text.find("\"deed\":\"refuse\"") != text.npos)
        return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "There is no room for that.");
    *static_cast<std::string *>(self) = text;
    return ORCH_OK;
}

static const orch_reconfigure table = {sizeof table, 0, reconfigure};

static const void *extension(void *, const char *id) {
    return std::string(id) == ORCH_EXT_RECONFIGURE ? &table : nullptr;
}

ZOO_FIXTURE {
    zoo_native('j', ZOO_FN(config));
    zoo_method.name = "config";
    zoo_service.n_methods = 1;
    zoo_plugin.create = create;
    zoo_plugin.destroy = destroy;
#ifndef ZOO_DEAF
    zoo_plugin.extension = extension;
#else
    (void)extension;
#endif
}
