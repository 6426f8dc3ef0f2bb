// orchestron/cpp/tracing.hpp: spans of a plugin in the trace of what it works on.
#ifndef ORCHESTRON_CPP_TRACING_HPP
#define ORCHESTRON_CPP_TRACING_HPP

#include "host.hpp"

#include <utility>

namespace orchestron {

/// A part of the work on a traced call. It ends with this value at the latest, and is empty when nobody records the trace,
/// which is found out at once.
///
///     Span span(host, "render", call.context());
///     span.set("pages", 3);
///
/// Begun on the loop; from then on one thread at a time may use it, whichever that is.
class Span {
public:
    /// An empty span.
    Span() = default;

    /// Begins a span (ORCH_SPAN_…) below the call that `context` belongs to. `name` is one of few, never with ids or values
    /// in it.
    Span(Host host, std::string_view name, Context context, uint32_t kind = ORCH_SPAN_INTERNAL) : Span(host) {
        if (context.raw()) begin(name, context.raw(), {}, kind);
    }

    /// Begins a span below another one, or below what somebody outside has said: `parent` is a W3C traceparent, from outside
    /// with tracestate behind a space. Empty, it begins a trace.
    static Span below(Host host, std::string_view parent, std::string_view name, uint32_t kind = ORCH_SPAN_INTERNAL) {
        Span span(host);
        span.begin(name, nullptr, parent, kind);
        return span;
    }

    Span(Span &&other) noexcept : host_(other.host_), table_(other.table_), id_(std::exchange(other.id_, 0)) {}
    Span &operator=(Span &&other) noexcept {
        std::swap(host_, other.host_);
        std::swap(table_, other.table_);
        std::swap(id_, other.id_);
        return *this;
    }
    ~Span() { end(); }

    /// Whether somebody records it.
    explicit operator bool() const { return id_ != 0; }

    /// Adds an attribute, or replaces it; nothing secret.
    void set(std::string_view key, std::string_view value) const {
        if (id_) table_->text(host_, id_, lend(key), lend(value));
    }
    void set(std::string_view key, int64_t value) const {
        if (id_) table_->number(host_, id_, lend(key), value);
    }

    /// Its W3C traceparent, for those who go on with the trace; borrowed until the span ends. Empty when nobody records it.
    std::string_view traceparent() const { return id_ ? view(table_->traceparent(host_, id_)) : ""; }

    /// Ends it; a second time does nothing.
    void end(orch_status status = ORCH_OK, std::string_view message = {}) {
        if (id_) table_->end(host_, std::exchange(id_, 0), status, lend(message));
    }
    void end(const Failure &failure) { end(failure.status(), failure.what()); }

private:
    explicit Span(Host host) : host_(host.raw()), table_(host.extension<orch_tracing>(ORCH_EXT_TRACING)) {}

    void begin(std::string_view name, orch_ctx *context, std::string_view parent, uint32_t kind) {
        if (!table_) return;
        orch_span_start start{};
        start.size = sizeof start;
        start.kind = kind;
        start.ctx = context;
        start.parent = lend(parent);
        start.name = lend(name);
        id_ = table_->begin(host_, &start);
    }

    orch_host *host_ = nullptr;
    const orch_tracing *table_ = nullptr;
    uint64_t id_ = 0;
};

} // namespace orchestron

#endif
