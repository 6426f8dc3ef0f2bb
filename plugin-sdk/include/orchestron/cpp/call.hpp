// orchestron/cpp/call.hpp: the calls that handlers answer.
#ifndef ORCHESTRON_CPP_CALL_HPP
#define ORCHESTRON_CPP_CALL_HPP

#include "host.hpp"

#include <memory>

namespace orchestron {

/// The call that a handler answers. Slices live as long as the call.
class Call {
public:
    explicit Call(orch_call *raw) : raw_(raw) {}
    orch_call *raw() const { return raw_; }
    Context context() const { return raw_->v->ctx(raw_); }

    /// Arguments by name. Absent, null or of another type: ORCH_INVALID_ARGUMENT. Ask `has` first for
    /// optional ones.
    std::string_view text(const char *name) const { return view(get<orch_str>(name, raw_->v->arg_str)); }
    std::string_view bytes(const char *name) const { return view(get<orch_str>(name, raw_->v->arg_bytes)); }
    std::string_view json(const char *name) const { return view(get<orch_str>(name, raw_->v->arg_json)); }
    int64_t integer(const char *name) const { return get<int64_t>(name, raw_->v->arg_i64); }
    double number(const char *name) const { return get<double>(name, raw_->v->arg_f64); }
    bool boolean(const char *name) const { return get<uint8_t>(name, raw_->v->arg_bool) != 0; }
    bool has(const char *name) const {
        orch_str out;
        return raw_->v->arg_json(raw_, orch_str_from(name), &out) && view(out) != "null";
    }

    /// All arguments, as one JSON object.
    std::string_view arguments() const { return view(raw_->v->args(raw_)); }

protected:
    template <class T> T get(const char *name, uint8_t (*read)(orch_call *, orch_str, T *)) const {
        T out{};
        if (!read(raw_, orch_str_from(name), &out))
            throw Failure(ORCH_INVALID_ARGUMENT, std::string("The argument ") + name + " is missing.");
        return out;
    }
    orch_call *raw_;
};

/// A call that is answered later, on the loop. Copies stand for the same call; when the last one goes unanswered, the
/// answer is ORCH_INTERNAL.
class Pending : public Call {
public:
    explicit Pending(orch_call *raw) : Call(raw), state_(std::make_shared<State>(raw)) {}

    /// Answers, once: what comes later is passed over.
    void answer(std::string json) const {
        if (!std::exchange(state_->answered, true)) raw_->v->answer(raw_, give(std::move(json)), 0);
    }
    void fail(orch_status status, std::string_view message) const {
        if (!std::exchange(state_->answered, true))
            raw_->v->fail(raw_, status, lend(message), orch_str_of(nullptr, 0));
    }

    /// Sends one chunk of a method flagged ORCH_METHOD_STREAM. False when 256 KiB wait for the reader: then send it
    /// again once orch_call_verbs.on_writable has called.
    bool emit(std::string json) const {
        orch_buf chunk = give(std::move(json));
        if (raw_->v->emit(raw_, chunk) != ORCH_RESOURCE_EXHAUSTED) return true;
        orch_buf_release(&chunk);
        return false;
    }

private:
    struct State {
        explicit State(orch_call *raw) : raw(raw) { raw->v->retain(raw); }
        State(const State &) = delete;
        ~State() {
            if (!answered) orch_answer_fail(raw, ORCH_INTERNAL, "The method gave up the call without an answer.");
            raw->v->release(raw);
        }
        orch_call *raw;
        bool answered = false;
    };
    std::shared_ptr<State> state_;
};

} // namespace orchestron

#endif
