// orchestron/cpp/function.hpp: makes C functions of member functions.
#ifndef ORCHESTRON_CPP_FUNCTION_HPP
#define ORCHESTRON_CPP_FUNCTION_HPP

#include "call.hpp"

#include <type_traits>

namespace orchestron {

namespace detail {

template <class T> struct Instance {
    orch_host *host;
    T plugin;
};

/// How a type crosses: its letter, what is passed, and the conversions.
template <class T> struct Type;
template <class T, char letter> struct Scalar {
    static constexpr char type = letter;
    using Raw = T;
    using Result = T;
    static T take(T raw) { return raw; }
    static T put(T value) { return value; }
};
template <> struct Type<double> : Scalar<double, 'd'> {};
template <> struct Type<int64_t> : Scalar<int64_t, 'i'> {};
template <> struct Type<bool> {
    static constexpr char type = 'b';
    using Raw = uint8_t;
    using Result = uint8_t;
    static bool take(uint8_t raw) { return raw != 0; }
    static uint8_t put(bool value) { return value; }
};
template <char letter> struct Text {
    static constexpr char type = letter;
    using Raw = orch_str;
    using Result = orch_buf;
};
template <> struct Type<std::string_view> : Text<'s'> {
    static std::string_view take(orch_str raw) { return view(raw); }
};
template <> struct Type<std::string> : Text<'s'> {
    static orch_buf put(std::string value) { return give(std::move(value)); }
};
template <> struct Type<Bytes> : Text<'y'> {
    static Bytes take(orch_str raw) { return {std::string(view(raw))}; }
    static orch_buf put(Bytes value) { return give(std::move(value.data)); }
};
template <> struct Type<Json> : Text<'j'> {
    static Json take(orch_str raw) { return {std::string(view(raw))}; }
    static orch_buf put(Json value) { return give(std::move(value.text)); }
};
template <> struct Type<void> {
    static constexpr char type = 'v';
};

template <class T, class R, class... A> struct Signature {};
template <class T, class R, class... A> Signature<T, R, A...> signature(R (T::*)(A...));
template <class T, class R, class... A> Signature<T, R, A...> signature(R (T::*)(A...) const);

inline orch_status report(orch_ctx *ctx, const Failure &failure) {
    return orch_fail(ctx, failure.status(), orch_str_from(failure.what()), orch_str_of(nullptr, 0));
}

/// The declared name of a member function, for the log.
template <auto F> inline const char *name_of = "a method";

/// Calls a member function with what crossed.
template <auto F, bool context, class T, class... A> decltype(auto) invoke(T &plugin, orch_ctx *ctx, A &&...arguments) {
    if constexpr (context) {
        return (plugin.*F)(Context(ctx), std::forward<A>(arguments)...);
    } else {
        (void)ctx;
        return (plugin.*F)(std::forward<A>(arguments)...);
    }
}

/// A native function, with and without a result.
template <auto F, class T, bool context, class R, class... A> struct Native {
    static constexpr uint32_t flags = 0;
    static constexpr char result = Type<R>::type;
    static constexpr char types[] = {Type<A>::type..., 0};
    static orch_status call(void *self, orch_ctx *ctx, typename Type<A>::Raw... arguments,
                            typename Type<R>::Result *out) {
        auto *instance = static_cast<Instance<T> *>(self);
        auto failure = guard(instance->host, name_of<F>, [&] {
            *out = Type<R>::put(invoke<F, context>(instance->plugin, ctx, Type<A>::take(arguments)...));
        });
        return failure ? report(ctx, *failure) : ORCH_OK;
    }
};
template <auto F, class T, bool context, class... A> struct Native<F, T, context, void, A...> {
    static constexpr uint32_t flags = 0;
    static constexpr char result = 'v';
    static constexpr char types[] = {Type<A>::type..., 0};
    static orch_status call(void *self, orch_ctx *ctx, typename Type<A>::Raw... arguments) {
        auto *instance = static_cast<Instance<T> *>(self);
        auto failure = guard(instance->host, name_of<F>,
                             [&] { invoke<F, context>(instance->plugin, ctx, Type<A>::take(arguments)...); });
        return failure ? report(ctx, *failure) : ORCH_OK;
    }
};

/// The C function of a member function: a native one …
template <auto F, class S> struct Entry;
template <auto F, class T, class R, class... A>
struct Entry<F, Signature<T, R, A...>> : Native<F, T, false, R, A...> {};
template <auto F, class T, class R, class... A>
struct Entry<F, Signature<T, R, Context, A...>> : Native<F, T, true, R, A...> {};

/// … a handler that returns its answer …
template <auto F, class T> struct Entry<F, Signature<T, std::string, Call &>> {
    static constexpr uint32_t flags = ORCH_METHOD_HANDLER | ORCH_METHOD_ANSWERS_NOW;
    static constexpr char result = 'j';
    static constexpr const char *types = nullptr;
    static void call(void *self, orch_call *raw) {
        auto *instance = static_cast<Instance<T> *>(self);
        Call call(raw);
        std::string answer;
        auto failure = guard(instance->host, name_of<F>, [&] { answer = (instance->plugin.*F)(call); });
        if (failure) {
            orch_answer_fail(raw, failure->status(), failure->what());
        } else {
            raw->v->answer(raw, give(std::move(answer)), 0);
        }
    }
};

/// … or one that answers later.
template <auto F, class T> struct Entry<F, Signature<T, void, Pending>> {
    static constexpr uint32_t flags = ORCH_METHOD_HANDLER;
    static constexpr char result = 'j';
    static constexpr const char *types = nullptr;
    static void call(void *self, orch_call *raw) {
        auto *instance = static_cast<Instance<T> *>(self);
        Pending pending(raw);
        auto failure = guard(instance->host, name_of<F>, [&] { (instance->plugin.*F)(pending); });
        if (failure) pending.fail(failure->status(), failure->what());
    }
};

} // namespace detail

} // namespace orchestron

#endif
