/* web-guest: raw routes whose functions all touch the instance: one that comes after `destroy` ends the process.
 *
 *     GET /later    keeps the exchange, with tasks for room and cancel, and answers never
 *     GET /stream   the same, with an answer that has begun
 *     GET /socket   a WebSocket: echoes, but "throw" throws, "sleep" blocks for 30 ms, "close" closes with 4000,
 *                   "leave" takes the route away
 *     GET /once     takes its own route away, then answers
 */
#include "zoo.h"

#include <stdexcept>
#include <string>

namespace {

struct Guest {
    zoo_instance zoo;
    const orch_http_routes *routes;
    uint64_t socket_route, once_route;
    orch_http_exchange *kept[8];
    size_t n_kept;
    int64_t touched;
};

/* What the host holds for one callback. */
struct Held {
    Guest *guest;
    orch_http_socket *socket;
};

Guest *living = nullptr; /* the one instance, from `create` to `destroy` */

void touch(void *ud) {
    auto *held = static_cast<Held *>(ud);
    if (held->guest != living) zoo_crash();
    held->guest->touched++;
}
void release(void *ud) {
    touch(ud);
    auto *held = static_cast<Held *>(ud);
    zoo_see(held->guest, held->guest->zoo.seen + 1); /* counts the releases */
    delete held;
}
orch_task task(Guest *guest) { return {touch, new Held{guest, nullptr}, release}; }

void keep(void *ud, orch_http_exchange *x) {
    auto *guest = static_cast<Guest *>(ud);
    x->v->retain(x);
    guest->kept[guest->n_kept++ % 8] = x;
    x->v->on_cancel(x, task(guest));
    x->v->on_writable(x, task(guest));
    x->v->on_readable(x, task(guest));
}

void stream(void *ud, orch_http_exchange *x) {
    keep(ud, x);
    x->v->begin(x, 200, nullptr, 0);
}

void message(void *ud, uint8_t is_text, orch_str data) {
    auto *held = static_cast<Held *>(ud);
    auto *guest = held->guest;
    touch(ud);
    std::string words(data.p, data.n);
    auto *v = held->socket->v;
    if (words == "throw") throw std::runtime_error("cannot hear that");
    if (words == "sleep") zoo_sleep_ms(30);
    if (words == "close") v->close(held->socket, 4000, orch_str_from("as you wish"));
    if (words == "leave") guest->routes->remove(guest->zoo.host, guest->socket_route);
    touch(ud);
    v->send(held->socket, is_text, orch_buf_lend(data));
}

void socket(void *ud, orch_http_exchange *x) {
    auto *held = new Held{static_cast<Guest *>(ud), nullptr};
    orch_http_socket_cb cb = {message, touch, [](void *ud, uint16_t) { touch(ud); }, held, release};
    orch_http_socket *socket = nullptr;
    if (x->v->upgrade(x, orch_str_from(""), cb, &socket) == ORCH_OK) held->socket = socket;
}

void once(void *ud, orch_http_exchange *x) {
    auto *guest = static_cast<Guest *>(ud);
    guest->routes->remove(guest->zoo.host, guest->once_route);
    orch_http_respond(x, 200, nullptr, orch_str_from("once"));
}

orch_status create(orch_host *host, orch_ctx *, orch_str, orch_str, void **self) {
    *self = living = new Guest{{host, 0}, nullptr, 0, 0, {}, 0, 0};
    return ORCH_OK;
}

void start(void *self, uint64_t token) {
    auto *guest = static_cast<Guest *>(self);
    orch_host *host = guest->zoo.host;
    guest->routes = static_cast<const orch_http_routes *>(host->v->extension(host, ORCH_EXT_HTTP_ROUTES));
    auto add = [&](const char *route, void (*fn)(void *, orch_http_exchange *), uint64_t *id) {
        guest->routes->add(host, nullptr, orch_str_from(route), 0, orch_str_from(""), {fn, guest, nullptr}, id);
    };
    uint64_t id;
    add("GET /later", keep, &id);
    add("GET /stream", stream, &id);
    add("GET /socket", socket, &guest->socket_route);
    add("GET /once", once, &guest->once_route);
    host->v->done(host, token, ORCH_OK, orch_str_from(""));
}

void destroy(void *self) {
    auto *guest = static_cast<Guest *>(self);
    for (size_t i = 0; i < guest->n_kept && i < 8; i++) {
        orch_http_exchange *x = guest->kept[i];
        if (x->v->method(x).n != 3) zoo_crash(); /* texts last as long as the exchange */
        x->v->respond(x, 200, nullptr, 0, orch_buf_lend(orch_str_from("late")));
        x->v->release(x);
    }
    living = nullptr;
    delete guest;
}

} // namespace

ZOO_FIXTURE {
    zoo_plugin.create = create;
    zoo_plugin.start = start;
    zoo_plugin.destroy = destroy;
}
