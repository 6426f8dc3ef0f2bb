/* channel: nothing is wrong; GET /zoo/channel is a WebSocket that sends back every message, for everybody. */
#include "zoo.h"

static void send_back(void *ud, uint8_t is_text, orch_str data) {
    orch_http_socket *socket = *(orch_http_socket **)ud;
    socket->v->send(socket, is_text, orch_buf_copy(data.p, data.n));
}

static void open_channel(void *ud, orch_http_exchange *x) {
    (void)ud;
    orch_http_socket **socket = (orch_http_socket **)calloc(1, sizeof *socket);
    if (!socket) abort();
    orch_http_socket_cb cb = {send_back, NULL, NULL, socket, free};
    x->v->upgrade(x, orch_str_from(""), cb, socket);
}

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    const orch_http_routes *routes = (const orch_http_routes *)host->v->extension(host, ORCH_EXT_HTTP_ROUTES);
    if (!routes) return orch_fail_f(ctx, ORCH_UNIMPLEMENTED, "This host has no routes.");
    orch_http_handler handler = {open_channel, NULL, NULL};
    uint64_t id;
    orch_status status = routes->add(host, ctx, orch_str_from("GET /zoo/channel"), ORCH_HTTP_OPEN, orch_str_from(""),
                                     handler, &id);
    return status == ORCH_OK ? zoo_create(host, ctx, config, state, self) : status;
}

ZOO_FIXTURE { zoo_plugin.create = create; }
