// orchestron/cpp/outside.hpp: what lies outside of the host: child processes, files, servers.
#ifndef ORCHESTRON_CPP_OUTSIDE_HPP
#define ORCHESTRON_CPP_OUTSIDE_HPP

#include "host.hpp"

namespace orchestron {

/// A program to run as a child process, which dies with the host.
struct ChildCommand {
    /// The program, as a path or a name looked up in the PATH of `environment`, and its arguments.
    std::vector<std::string> arguments;
    /// The working folder, an absolute path.
    std::string folder;
    /// The whole environment, "NAME=value" each: nothing is inherited.
    std::vector<std::string> environment = {};
    /// After which time the child is told to end, and 5 s later killed; zero for no limit.
    std::chrono::milliseconds timeout{};
};

/// Who is told what a child process does; each may be empty. `exited` comes last.
struct ChildListener {
    std::function<void(std::string_view bytes)> output, errors;
    std::function<void(int64_t status, int32_t signal)> exited;
};

/// A child process. Copies stand for the same one.
class Child {
public:
    /// Starts a child process. plugin.json has to ask for the permission `spawn`.
    static Child start(Host host, const ChildCommand &command, ChildListener listener) {
        auto *table = host.extension<orch_spawn>(ORCH_EXT_SPAWN);
        if (!table)
            throw Failure(ORCH_PERMISSION_DENIED, "Child processes need the permission \"spawn\" in plugin.json.");
        auto argv = pointers(command.arguments), env = pointers(command.environment);
        orch_command raw{};
        raw.size = sizeof raw;
        raw.argv = argv.data();
        raw.env = env.data();
        raw.cwd = text(command.folder);
        raw.timeout_ms = command.timeout.count();
        auto *home = new Home{host.raw(), std::move(listener)};
        uint64_t id = 0;
        check(table->start(host.raw(), nullptr, &raw, {Home::output, Home::exited, home, Home::release}, &id),
              "The child process was not started; the log says why.");
        return Child(host, *table, id);
    }

    /// Writes to its standard input; the bytes are copied. ORCH_RESOURCE_EXHAUSTED when 1 MiB waits.
    void write(std::string_view bytes) const {
        check(table_->write(host_.raw(), id_, lend(bytes)), "The child takes no input now.");
    }
    /// Closes its standard input once all is written.
    void close_input() const { check(table_->close_input(host_.raw(), id_), ended); }
    /// Sends a signal to it and its children.
    void signal(int32_t number) const { check(table_->signal(host_.raw(), id_, number), ended); }
    /// Stops or resumes reading what it writes, so that it waits when its pipe is full.
    void pause(bool paused) const { check(table_->pause(host_.raw(), id_, paused), ended); }

private:
    struct Home {
        orch_host *host;
        ChildListener listener;

        static void output(void *ud, uint32_t stream, orch_str data) {
            auto *self = static_cast<Home *>(ud);
            auto &fn = stream == 1 ? self->listener.output : self->listener.errors;
            if (fn) detail::run(self->host, "a child's output", [&] { fn(view(data)); });
        }
        static void exited(void *ud, int64_t status, int32_t signal) {
            auto *self = static_cast<Home *>(ud);
            auto &fn = self->listener.exited;
            if (fn) detail::run(self->host, "a child's end", [&] { fn(status, signal); });
        }
        static void release(void *ud) { delete static_cast<Home *>(ud); }
    };
    static constexpr const char *ended = "The child has ended already.";

    Child(Host host, const orch_spawn &table, uint64_t id) : host_(host), table_(&table), id_(id) {}

    static const char *text(const std::string &string) {
        if (string.find('\0') == string.npos) return string.c_str();
        throw Failure(ORCH_INVALID_ARGUMENT, "A command has a NUL in its arguments, folder or environment.");
    }
    static std::vector<const char *> pointers(const std::vector<std::string> &strings) {
        std::vector<const char *> list;
        for (auto &string : strings) list.push_back(text(string));
        list.push_back(nullptr);
        return list;
    }

    Host host_;
    const orch_spawn *table_;
    uint64_t id_;
};

/// Tells of changes (ORCH_FS_…) of a file, or of the entries of a folder (not of its subfolders): `fn` gets the name
/// of the entry. `path` is absolute. Returns the id for unwatch.
inline uint64_t watch(Host host, std::string_view path, std::function<void(std::string_view, uint32_t)> fn) {
    auto &table = host.required<orch_fs_watch>(ORCH_EXT_FS_WATCH);
    using Box = detail::Boxed<orch_str, uint32_t>;
    auto told = [fn = std::move(fn)](orch_str name, uint32_t changes) { fn(view(name), changes); };
    void *ud = Box::make(host.raw(), std::move(told));
    uint64_t id = 0;
    check(table.start(host.raw(), nullptr, lend(path), {Box::call, ud, Box::release}, &id),
          "The path cannot be watched; the log says why.");
    return id;
}
inline void unwatch(Host host, uint64_t id) {
    check(host.required<orch_fs_watch>(ORCH_EXT_FS_WATCH).stop(host.raw(), id), "The watch has ended already.");
}

/// A request to a server elsewhere.
struct WebRequest {
    std::string method = "GET";
    /// http or https; TLS is verified.
    std::string url;
    /// "Name: value" each.
    std::vector<std::string> headers = {};
    std::string body = {};
    /// For the whole exchange, of an opened request for the head; zero for the host's 30 s.
    std::chrono::milliseconds timeout{};
    /// The most bytes of the reply's body; 0 for the host's 8 MiB, of an opened request for no limit.
    uint64_t body_limit = 0;
};

namespace detail {
/// The request as the C header spells it, valid as long as both arguments.
inline orch_http_request raw(const WebRequest &request, std::vector<orch_str> &headers) {
    for (auto &header : request.headers) headers.push_back(lend(header));
    orch_http_request raw{};
    raw.size = sizeof raw;
    raw.method = lend(request.method);
    raw.url = lend(request.url);
    raw.headers = headers.data();
    raw.n_headers = headers.size();
    raw.body = lend(request.body);
    raw.timeout_ms = request.timeout.count();
    raw.body_bytes_max = request.body_limit;
    return raw;
}
} // namespace detail

/// Sends a request; `fn` gets the reply, or why there is none (`reply.status`): exactly once, never before this
/// returns. Redirects are not followed. Addresses of private networks and of this machine are refused unless the
/// configuration lists them (`host.httpClient.allow`). Returns the id for cancel_request.
inline uint64_t send(Host host, const WebRequest &request, std::function<void(const orch_http_reply &)> fn) {
    auto &table = host.required<orch_http_client>(ORCH_EXT_HTTP_CLIENT);
    std::vector<orch_str> headers;
    auto raw = detail::raw(request, headers);
    using Box = detail::Boxed<const orch_http_reply *>;
    void *ud = Box::make(host.raw(), [fn = std::move(fn)](const orch_http_reply *reply) { fn(*reply); });
    uint64_t id = 0;
    table.send(host.raw(), &raw, {Box::call, ud, Box::release}, &id);
    return id;
}
inline void cancel_request(Host host, uint64_t id) {
    check(host.required<orch_http_client>(ORCH_EXT_HTTP_CLIENT).cancel(host.raw(), id),
          "The request has been answered already.");
}

/// Who is told a reply in parts; each may be empty. `end` comes last: ORCH_OK when the reply was whole.
struct WebListener {
    std::function<void(int32_t code, std::string_view headers)> head;
    std::function<void(std::string_view bytes)> part;
    std::function<void(orch_status status, std::string_view message)> end;
};

/// Sends a request whose reply is told in parts while it comes, such as a stream of events; see `send`. Returns the id
/// for cancel_request and pause_request.
inline uint64_t open(Host host, const WebRequest &request, WebListener listener) {
    struct Home {
        orch_host *host;
        WebListener listener;

        static void head(void *ud, int32_t code, orch_str headers) {
            auto *self = static_cast<Home *>(ud);
            auto &fn = self->listener.head;
            if (fn) detail::run(self->host, "the head of an HTTP reply", [&] { fn(code, view(headers)); });
        }
        static void part(void *ud, orch_str bytes) {
            auto *self = static_cast<Home *>(ud);
            auto &fn = self->listener.part;
            if (fn) detail::run(self->host, "a part of an HTTP reply", [&] { fn(view(bytes)); });
        }
        static void end(void *ud, orch_status status, orch_str message) {
            auto *self = static_cast<Home *>(ud);
            auto &fn = self->listener.end;
            if (fn) detail::run(self->host, "the end of an HTTP reply", [&] { fn(status, view(message)); });
        }
        static void release(void *ud) { delete static_cast<Home *>(ud); }
    };
    auto &table = host.required<orch_http_client>(ORCH_EXT_HTTP_CLIENT);
    std::vector<orch_str> headers;
    auto raw = detail::raw(request, headers);
    uint64_t id = 0;
    auto *home = new Home{host.raw(), std::move(listener)};
    table.open(host.raw(), &raw, {Home::head, Home::part, Home::end, home, Home::release}, &id);
    return id;
}
/// Stops or resumes the parts of an opened request, so that the server waits.
inline void pause_request(Host host, uint64_t id, bool paused) {
    check(host.required<orch_http_client>(ORCH_EXT_HTTP_CLIENT).pause(host.raw(), id, paused),
          "The request has been answered already.");
}

} // namespace orchestron

#endif
