#include "chost.h"

#include <cstdio>
#include <exception>

namespace {

/* Runs `body` and turns whatever it throws into words. */
template <typename Body>
bool guarded(chost_thrown *thrown, Body body) noexcept {
    try {
        body();
        return true;
    } catch (const std::exception &error) {
        std::snprintf(thrown->text, sizeof thrown->text, "%s", error.what());
    } catch (const char *text) {
        std::snprintf(thrown->text, sizeof thrown->text, "%s", text);
    } catch (...) {
        std::snprintf(thrown->text, sizeof thrown->text, "an exception of unknown type");
    }
    return false;
}

}  // namespace

extern "C" {

bool chost_entry(orch_plugin_entry fn, orch_host *host, const orch_plugin **out, chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = fn(host); });
}

bool chost_create(const orch_plugin *plugin, orch_host *host, orch_ctx *ctx, orch_str config, orch_str state,
                  void **self, orch_status *out, chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = plugin->create(host, ctx, config, state, self); });
}

bool chost_start(const orch_plugin *plugin, void *self, uint64_t token, chost_thrown *thrown) {
    return guarded(thrown, [&] { plugin->start(self, token); });
}

bool chost_health(const orch_plugin *plugin, void *self, orch_ctx *ctx, orch_status *out, chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = plugin->health(self, ctx); });
}

bool chost_drain(const orch_plugin *plugin, void *self, uint64_t token, int64_t deadline_ms, chost_thrown *thrown) {
    return guarded(thrown, [&] { plugin->drain(self, token, deadline_ms); });
}

bool chost_stop(const orch_plugin *plugin, void *self, uint64_t token, chost_thrown *thrown) {
    return guarded(thrown, [&] { plugin->stop(self, token); });
}

bool chost_save(const orch_plugin *plugin, void *self, orch_ctx *ctx, orch_buf *state, orch_status *out,
                chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = plugin->save(self, ctx, state); });
}

bool chost_destroy(const orch_plugin *plugin, void *self, chost_thrown *thrown) {
    return guarded(thrown, [&] { plugin->destroy(self); });
}

bool chost_extension(const orch_plugin *plugin, void *self, const char *id, const void **out, chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = plugin->extension(self, id); });
}

bool chost_reconfigure(const orch_reconfigure *table, void *self, orch_ctx *ctx, orch_str config, orch_status *out,
                       chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = table->reconfigure(self, ctx, config); });
}

bool chost_handler(void (*fn)(void), void *self, orch_call *call, chost_thrown *thrown) {
    return guarded(thrown, [&] { reinterpret_cast<orch_handler>(fn)(self, call); });
}

bool chost_native(ffi_cif *cif, void (*fn)(void), void *result, void **arguments, chost_thrown *thrown) {
    return guarded(thrown, [&] { ffi_call(cif, fn, result, arguments); });
}

bool chost_task(void (*fn)(void *), void *ud, chost_thrown *thrown) {
    return guarded(thrown, [&] { fn(ud); });
}

bool chost_job_done(void (*fn)(void *, orch_status), void *ud, orch_status status, chost_thrown *thrown) {
    return guarded(thrown, [&] { fn(ud, status); });
}

bool chost_append_done(const orch_append_cb *cb, orch_status status, uint64_t seq, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->fn(cb->ud, status, seq); });
}

bool chost_reply(const orch_reply_cb *cb, const orch_reply *reply, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->fn(cb->ud, reply); });
}

bool chost_event(const orch_event_cb *cb, const orch_event *event, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->fn(cb->ud, event); });
}

bool chost_store_info(const orch_event_store *store, void *self, orch_log_info *info, orch_status *out,
                      chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = store->info(self, info); });
}

bool chost_store_read(const orch_event_store *store, void *self, uint64_t since, uint32_t limit,
                      void (*each)(void *, const orch_event *), void *ud, orch_status *out, chost_thrown *thrown) {
    return guarded(thrown, [&] { *out = store->read(self, since, limit, each, ud); });
}

bool chost_store_append(const orch_event_store *store, void *self, const orch_event *event, orch_append_cb cb,
                        chost_thrown *thrown) {
    return guarded(thrown, [&] { store->append(self, event, cb); });
}

bool chost_fs_change(const orch_fs_cb *cb, orch_str name, uint32_t changes, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->fn(cb->ud, name, changes); });
}

bool chost_child_output(const orch_child_cb *cb, uint32_t stream, orch_str data, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->output(cb->ud, stream, data); });
}

bool chost_child_exited(const orch_child_cb *cb, int64_t exit_status, int32_t signal, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->exited(cb->ud, exit_status, signal); });
}

bool chost_http_reply(const orch_http_cb *cb, const orch_http_reply *reply, chost_thrown *thrown) {
    return guarded(thrown, [&] { cb->fn(cb->ud, reply); });
}

bool chost_http_head(const orch_http_parts_cb *cb, int32_t code, orch_str headers, chost_thrown *thrown) {
    if (!cb->head) return true;
    return guarded(thrown, [&] { cb->head(cb->ud, code, headers); });
}

bool chost_http_part(const orch_http_parts_cb *cb, orch_str bytes, chost_thrown *thrown) {
    if (!cb->part) return true;
    return guarded(thrown, [&] { cb->part(cb->ud, bytes); });
}

bool chost_http_end(const orch_http_parts_cb *cb, orch_status status, orch_str message, chost_thrown *thrown) {
    if (!cb->end) return true;
    return guarded(thrown, [&] { cb->end(cb->ud, status, message); });
}

bool chost_http_route(const orch_http_handler *handler, orch_http_exchange *exchange, chost_thrown *thrown) {
    return guarded(thrown, [&] { handler->fn(handler->ud, exchange); });
}

bool chost_mcp(const orch_mcp_handler *handler, orch_mcp_call *call, bool completes, chost_thrown *thrown) {
    return guarded(thrown, [&] { (completes ? handler->complete : handler->run)(handler->ud, call); });
}

bool chost_socket_message(const orch_http_socket_cb *cb, uint8_t is_text, orch_str data, chost_thrown *thrown) {
    if (!cb->message) return true;
    return guarded(thrown, [&] { cb->message(cb->ud, is_text, data); });
}

bool chost_socket_writable(const orch_http_socket_cb *cb, chost_thrown *thrown) {
    if (!cb->writable) return true;
    return guarded(thrown, [&] { cb->writable(cb->ud); });
}

bool chost_socket_closed(const orch_http_socket_cb *cb, uint16_t code, chost_thrown *thrown) {
    if (!cb->closed) return true;
    return guarded(thrown, [&] { cb->closed(cb->ud, code); });
}
}
