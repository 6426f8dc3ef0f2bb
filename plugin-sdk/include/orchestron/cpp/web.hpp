// orchestron/cpp/web.hpp: raw HTTP routes, static files and WebSocket channels. What can be declared as a method needs
// none of this.
#ifndef ORCHESTRON_CPP_WEB_HPP
#define ORCHESTRON_CPP_WEB_HPP

#include "host.hpp"

#include <memory>

namespace orchestron {

namespace detail {

inline std::vector<orch_str> lend_all(const std::vector<std::string> &lines) {
    std::vector<orch_str> lent;
    for (auto &line : lines) lent.push_back(lend(line));
    return lent;
}

} // namespace detail

/// What happens on a WebSocket; each may be empty. `closed` comes last, unless the route has ended: then nothing does.
struct WebSocketListener {
    std::function<void(std::string_view data, bool is_text)> message;
    /// There is room again after a refused send.
    std::function<void()> writable;
    /// The code of the close frame; 1005 for one without a code, 1006 without a frame.
    std::function<void(uint16_t code)> closed;
};

/// An open WebSocket. Copies stand for the same one; it stays open whether or not somebody holds one.
class WebSocket {
public:
    /// Whether messages can still be sent.
    bool is_open() const { return *home_ != nullptr; }

    /// Sends one message; text must be UTF-8. False when 1 MiB waits for the client, or it has gone: the message is
    /// dropped.
    bool send(std::string data, bool is_text = true) const {
        return *home_ && (*home_)->v->send(*home_, is_text, give(std::move(data))) == ORCH_OK;
    }

    /// Closes it with a code (1000 to 1003, 1007 to 1014, 3000 to 4999) and a reason of at most 123 bytes.
    void close(uint16_t code = 1000, std::string_view reason = {}) const {
        if (*home_) (*home_)->v->close(*home_, code, lend(reason));
    }

private:
    friend class Exchange;
    using Home = std::shared_ptr<orch_http_socket *>;
    explicit WebSocket(Home home) : home_(std::move(home)) {}

    /// What the host holds: it forgets the socket when that has ended.
    struct Hearing {
        orch_host *host;
        WebSocketListener listener;
        Home home;

        static void message(void *ud, uint8_t is_text, orch_str data) {
            auto *self = static_cast<Hearing *>(ud);
            if (!self->listener.message) return;
            detail::run(self->host, "a message", [&] { self->listener.message(view(data), is_text != 0); });
        }
        static void writable(void *ud) {
            auto *self = static_cast<Hearing *>(ud);
            if (self->listener.writable) detail::run(self->host, "the room of a WebSocket", self->listener.writable);
        }
        static void closed(void *ud, uint16_t code) {
            auto *self = static_cast<Hearing *>(ud);
            *self->home = nullptr;
            if (!self->listener.closed) return;
            detail::run(self->host, "the end of a WebSocket", [&] { self->listener.closed(code); });
        }
        static void release(void *ud) {
            auto *self = static_cast<Hearing *>(ud);
            *self->home = nullptr;
            delete self;
        }
    };

    Home home_;
};

/// One request and its reply. Copies stand for the same one. Whoever answers after the handler has returned keeps a
/// copy; an answer has to begin within 30 s (by default) of the end of the body, and a request that the last copy lets
/// go of without an answer is answered 500. Texts live as long as a copy.
class Exchange {
public:
    Exchange(orch_host *host, orch_http_exchange *raw) : host_(host), raw_(raw) { raw_->v->retain(raw_); }
    Exchange(const Exchange &other) : Exchange(other.host_, other.raw_) {}
    Exchange &operator=(Exchange other) {
        std::swap(host_, other.host_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Exchange() { raw_->v->release(raw_); }
    orch_http_exchange *raw() const { return raw_; }

    /// On whose behalf: for calls that this request causes.
    Context context() const { return raw_->v->ctx(raw_); }
    std::string_view method() const { return view(raw_->v->method(raw_)); }
    /// Path and query, as sent.
    std::string_view target() const { return view(raw_->v->target(raw_)); }
    /// Of the client.
    std::string_view address() const { return view(raw_->v->address(raw_)); }
    bool is_secure() const { return raw_->v->is_secure(raw_) != 0; }
    /// The decoded value of a segment {name} of the route, else the first of the query with that name.
    std::optional<std::string_view> parameter(std::string_view name) const { return find(raw_->v->parameter, name); }
    /// The value of the first header with that name, which is in lower case.
    std::optional<std::string_view> header(std::string_view name) const { return find(raw_->v->header, name); }
    /// The whole body; of an ORCH_HTTP_STREAM route empty.
    std::string_view body() const { return view(raw_->v->body(raw_)); }

    using Headers = std::vector<std::string>;

    /// Answers; headers are lines "Name: value". ORCH_CANCELLED when the client has gone, ORCH_FAILED_PRECONDITION
    /// after an answer.
    orch_status respond(uint16_t code, const Headers &headers, std::string body) const {
        auto lines = detail::lend_all(headers);
        return raw_->v->respond(raw_, code, lines.data(), lines.size(), give(std::move(body)));
    }
    /// Answers with a failure as a problem object, as methods do.
    orch_status fail(const Failure &failure, std::chrono::milliseconds retry_after = {}) const {
        orch_str details = orch_str_of(nullptr, 0);
        return raw_->v->fail(raw_, failure.status(), lend(failure.what()), details, retry_after.count());
    }

    /// Begins an answer of unknown length, adds to it, ends it, gives it up. `write` returns false when 256 KiB wait
    /// for the client: the part is to be written again when_writable.
    orch_status begin(uint16_t code, const Headers &headers) const {
        auto lines = detail::lend_all(headers);
        return raw_->v->begin(raw_, code, lines.data(), lines.size());
    }
    bool write(std::string_view part) const {
        orch_buf buffer = give(std::string(part));
        orch_status status = raw_->v->write(raw_, buffer);
        if (status != ORCH_OK && status != ORCH_CANCELLED) orch_buf_release(&buffer);
        return status != ORCH_RESOURCE_EXHAUSTED;
    }
    orch_status end() const { return raw_->v->end(raw_); }
    void abort() const { raw_->v->abort(raw_); }
    void when_writable(std::function<void()> fn) const { raw_->v->on_writable(raw_, task(std::move(fn))); }
    /// Calls `fn` when nobody waits for the answer any more, at once when that is so already.
    void when_cancelled(std::function<void()> fn) const { raw_->v->on_cancel(raw_, task(std::move(fn))); }

    /// Reads the body of an ORCH_HTTP_STREAM route: `part` gets each part as it comes, `done` its end (ORCH_OK) or why
    /// it broke off.
    void read(std::function<void(std::string_view)> part, std::function<void(orch_status)> done) const {
        struct Reader {
            static void step(const Exchange &x, const std::shared_ptr<Reader> &self) {
                for (;;) {
                    orch_buf buffer{};
                    orch_status status = x.raw_->v->read(x.raw_, &buffer);
                    if (status == ORCH_UNAVAILABLE) return x.when_readable([x, self] { step(x, self); });
                    if (status != ORCH_OK || buffer.n == 0) return self->done(status);
                    std::unique_ptr<orch_buf, void (*)(orch_buf *)> owned(&buffer, orch_buf_release);
                    self->part({buffer.p, buffer.n});
                }
            }
            std::function<void(std::string_view)> part;
            std::function<void(orch_status)> done;
        };
        Reader::step(*this, std::make_shared<Reader>(Reader{std::move(part), std::move(done)}));
    }

    /// Makes the connection a WebSocket; `protocol` is one that the client offers, or empty. A request that is no
    /// handshake has been answered when this throws.
    WebSocket upgrade(WebSocketListener listener, std::string_view protocol = {}) const {
        auto home = std::make_shared<orch_http_socket *>(nullptr);
        using Hearing = WebSocket::Hearing;
        orch_http_socket_cb callback{Hearing::message, Hearing::writable, Hearing::closed,
                                     new Hearing{host_, std::move(listener), home}, Hearing::release};
        orch_http_socket *socket = nullptr;
        check(raw_->v->upgrade(raw_, lend(protocol), callback, &socket), "The request is no handshake of a WebSocket.");
        *home = socket;
        return WebSocket(home);
    }

private:
    using Lookup = uint8_t (*)(orch_http_exchange *, orch_str, orch_str *);
    std::optional<std::string_view> find(Lookup lookup, std::string_view name) const {
        orch_str value{};
        if (!lookup(raw_, lend(name), &value)) return std::nullopt;
        return view(value);
    }
    void when_readable(std::function<void()> fn) const { raw_->v->on_readable(raw_, task(std::move(fn))); }
    orch_task task(std::function<void()> fn) const {
        using Box = detail::Boxed<>;
        return {Box::call, Box::make(host_, std::move(fn)), Box::release};
    }

    orch_host *host_;
    orch_http_exchange *raw_;
};

/// Adds a route such as "GET /hello/{name}" with ORCH_HTTP_… flags. `permission` is a right; empty: read for GET, write
/// for the others. What `handler` throws is answered as a failure. Returns the id for remove_route.
inline uint64_t add_route(Host host, std::string_view route, std::function<void(Exchange)> handler, uint32_t flags = 0,
                          std::string_view permission = {}) {
    auto answer = [raw = host.raw(), handler = std::move(handler)](orch_http_exchange *x) {
        Exchange exchange(raw, x);
        auto failure = detail::guard(raw, "a route", [&] { handler(exchange); });
        if (failure) exchange.fail(*failure);
    };
    using Box = detail::Boxed<orch_http_exchange *>;
    auto &table = host.required<orch_http_routes>(ORCH_EXT_HTTP_ROUTES);
    orch_http_handler callback{Box::call, Box::make(host.raw(), std::move(answer)), Box::release};
    uint64_t id = 0;
    check(table.add(host.raw(), nullptr, lend(route), flags, lend(permission), callback, &id),
          "The route " + std::string(route) + " was refused; the log says why.");
    return id;
}

/// Serves the files of a folder of the plugin below a prefix such as "/board/". `headers` are lines for every answer.
/// Returns the id for remove_route.
inline uint64_t add_files(Host host, std::string_view prefix, std::string_view folder,
                          const std::vector<std::string> &headers = {}, uint32_t flags = 0,
                          std::string_view permission = {}) {
    auto lines = detail::lend_all(headers);
    orch_http_files files{};
    files.size = sizeof files;
    files.flags = flags;
    files.prefix = lend(prefix);
    files.folder = lend(folder);
    files.permission = lend(permission);
    files.headers = lines.data();
    files.n_headers = lines.size();
    uint64_t id = 0;
    check(host.required<orch_http_routes>(ORCH_EXT_HTTP_ROUTES).add_files(host.raw(), nullptr, &files, &id),
          "The files of " + std::string(folder) + " were refused; the log says why.");
    return id;
}

inline void remove_route(Host host, uint64_t id) {
    check(host.required<orch_http_routes>(ORCH_EXT_HTTP_ROUTES).remove(host.raw(), id), "The route has ended already.");
}

} // namespace orchestron

#endif
