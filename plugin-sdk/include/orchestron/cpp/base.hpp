// orchestron/cpp/base.hpp: text, failures, and the barrier between exceptions and the host.
#ifndef ORCHESTRON_CPP_BASE_HPP
#define ORCHESTRON_CPP_BASE_HPP

#include "../all.h"

#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace orchestron {

/// Lends text for the length of a call.
inline orch_str lend(std::string_view text) { return orch_str_of(text.data(), text.size()); }

/// The text of a borrowed string.
inline std::string_view view(orch_str text) { return {text.p ? text.p : "", text.n}; }

/// Gives text away.
inline orch_buf give(std::string text) {
    auto *owner = new std::string(std::move(text));
    return {owner->data(), owner->size(), [](void *p) { delete static_cast<std::string *>(p); }, owner};
}

/// The text as a JSON string.
inline std::string quote(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            out += escape;
        } else {
            out += c;
        }
    }
    return out += '"';
}

/// Bytes and JSON as parameters and results of native functions, where a plain string means text.
struct Bytes {
    std::string data;
};
struct Json {
    std::string text;
};

/// Why a method fails: a status and a sentence for the user.
class Failure : public std::runtime_error {
public:
    Failure(orch_status status, const std::string &message) : std::runtime_error(message), status_(status) {}
    orch_status status() const noexcept { return status_; }

private:
    orch_status status_;
};

/// Throws a Failure unless `status` is ORCH_OK.
inline void check(orch_status status, const std::string &message) {
    if (status != ORCH_OK) throw Failure(status, message);
}

namespace detail {

/// Runs `body`; gives the failure, or nullopt. An exception that is no Failure is logged.
template <class Body> std::optional<Failure> guard(orch_host *host, const char *what, Body &&body) noexcept {
    try {
        body();
        return std::nullopt;
    } catch (const Failure &failure) {
        return failure;
    } catch (const std::exception &exception) {
        orch_log(host, ORCH_LOG_ERROR, (std::string(what) + " threw: " + exception.what()).c_str());
    } catch (...) {
        orch_log(host, ORCH_LOG_ERROR, (std::string(what) + " threw something that is no std::exception").c_str());
    }
    return Failure(ORCH_INTERNAL, std::string(what) + " failed in an unexpected way; the log says more.");
}

/// Runs a callback, which has nobody to report to but the log.
template <class Body> void run(orch_host *host, const char *what, Body &&body) noexcept {
    guard(host, what, [&] {
        try {
            body();
        } catch (const Failure &failure) {
            throw std::runtime_error(failure.what());
        }
    });
}

/// A function object on its way through a `void *`.
template <class... A> struct Boxed {
    orch_host *host;
    std::function<void(A...)> fn;

    static void *make(orch_host *host, std::function<void(A...)> fn) { return new Boxed{host, std::move(fn)}; }
    static void call(void *ud, A... arguments) {
        auto *self = static_cast<Boxed *>(ud);
        run(self->host, "a callback", [&] { self->fn(arguments...); });
    }
    static void release(void *ud) { delete static_cast<Boxed *>(ud); }
};

} // namespace detail

} // namespace orchestron

#endif
