// orchestron/cpp/plugin.hpp: the declaration of a plugin, its life, and the entry function.
#ifndef ORCHESTRON_CPP_PLUGIN_HPP
#define ORCHESTRON_CPP_PLUGIN_HPP

#include "declare.hpp"

namespace orchestron {

/// A plugin under declaration. `T` has a constructor `T(Host, std::string_view config)`, and, where it wants them,
/// `void start(Done)`, `void drain(Done, std::chrono::milliseconds)`, `void stop(Done)`, `void health()`, which
/// throws a Failure when something is wrong, and `void reconfigure(std::string_view config)` (ext/reconfigure.h), which
/// throws one to keep the old configuration.
template <class T> class Plugin {
public:
    Plugin(const char *id, const char *version) {
        raw_.size = sizeof raw_;
        raw_.magic = ORCH_MAGIC;
        raw_.abi_major = ORCH_ABI_MAJOR;
        raw_.id = id;
        raw_.version = version;
        raw_.create = create;
        raw_.destroy = [](void *self) { delete static_cast<Instance *>(self); };
        set_start(0);
        set_drain(0);
        set_stop(0);
        set_health(0);
        set_reconfigure(0);
    }
    Plugin service(Service service) && { return services_.push_back(std::move(service)), std::move(*this); }

    /// Declares a topic that the plugin publishes.
    Plugin topic(const char *name, const char *doc, const char *schema = nullptr, const char *example = nullptr) && {
        orch_topic topic{};
        topic.size = sizeof topic;
        topic.name = name;
        topic.doc = doc;
        topic.schema = schema;
        topic.example = example;
        topics_.push_back(topic);
        return std::move(*this);
    }

    /// As Method::freeze. With declarations that contradict themselves, `create` tells the host so.
    const orch_plugin *freeze() {
        try {
            for (auto &service : services_) service_pointers_.push_back(service.freeze());
            for (auto &topic : topics_) topic_pointers_.push_back(&topic);
            raw_.services = service_pointers_.data();
            raw_.n_services = service_pointers_.size();
            raw_.topics = topic_pointers_.data();
            raw_.n_topics = topic_pointers_.size();
        } catch (const std::exception &exception) {
            problem() = exception.what();
            raw_.create = [](orch_host *, orch_ctx *ctx, orch_str, orch_str, void **) {
                Failure failure(ORCH_FAILED_PRECONDITION, "The declarations are wrong: " + problem() + ".");
                return detail::report(ctx, failure);
            };
        }
        return &raw_;
    }

private:
    using Instance = detail::Instance<T>;

    static std::string &problem() {
        static std::string text;
        return text;
    }

    static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str, void **self) {
        auto failure =
            detail::guard(host, "create", [&] { *self = new Instance{host, T(Host(host), view(config))}; });
        return failure ? detail::report(ctx, *failure) : ORCH_OK;
    }

    /// Runs one step of the life; a failure completes it.
    template <class Step> static void step(void *self, uint64_t token, const char *what, Step &&body) {
        auto *instance = static_cast<Instance *>(self);
        Done done(instance->host, token);
        auto failure = detail::guard(instance->host, what, [&] { body(instance->plugin, done); });
        if (failure) done(failure->status(), failure->what());
    }

    // Each is chosen when `T` has the function, else the one with `long`.
    template <class U = T> auto set_start(int) -> decltype(std::declval<U &>().start(std::declval<Done>())) {
        raw_.start = [](void *self, uint64_t token) {
            step(self, token, "start", [](T &plugin, Done done) { plugin.start(done); });
        };
    }
    template <class U = T>
    auto set_drain(int) -> decltype(std::declval<U &>().drain(std::declval<Done>(), std::chrono::milliseconds())) {
        raw_.drain = [](void *self, uint64_t token, int64_t ms) {
            step(self, token, "drain",
                 [ms](T &plugin, Done done) { plugin.drain(done, std::chrono::milliseconds(ms)); });
        };
    }
    template <class U = T> auto set_stop(int) -> decltype(std::declval<U &>().stop(std::declval<Done>())) {
        raw_.stop = [](void *self, uint64_t token) {
            step(self, token, "stop", [](T &plugin, Done done) { plugin.stop(done); });
        };
    }
    template <class U = T> auto set_health(int) -> decltype(std::declval<U &>().health()) {
        raw_.health = [](void *self, orch_ctx *ctx) -> orch_status {
            auto *instance = static_cast<Instance *>(self);
            auto failure = detail::guard(instance->host, "health", [&] { instance->plugin.health(); });
            return failure ? detail::report(ctx, *failure) : ORCH_OK;
        };
    }
    template <class U = T>
    auto set_reconfigure(int) -> decltype(std::declval<U &>().reconfigure(std::string_view())) {
        raw_.extension = [](void *, const char *id) -> const void * {
            static const orch_reconfigure table{sizeof table, 0, reconfigure<U>};
            return std::string_view(id) == ORCH_EXT_RECONFIGURE ? &table : nullptr;
        };
    }
    template <class U> static orch_status reconfigure(void *self, orch_ctx *ctx, orch_str config) {
        auto *instance = static_cast<Instance *>(self);
        auto failure = detail::guard(instance->host, "reconfigure",
                                     [&] { static_cast<U &>(instance->plugin).reconfigure(view(config)); });
        return failure ? detail::report(ctx, *failure) : ORCH_OK;
    }
    void set_start(long) {}
    void set_drain(long) {}
    void set_stop(long) {}
    void set_health(long) {}
    void set_reconfigure(long) {}

    orch_plugin raw_{};
    std::vector<Service> services_;
    std::vector<orch_topic> topics_;
    std::vector<const orch_service *> service_pointers_;
    std::vector<const orch_topic *> topic_pointers_;
};

} // namespace orchestron

/// Defines the entry function of the plugin whose id, with `-` written as `_`, is `symbol`; `declare` returns its
/// orchestron::Plugin. The declarations are made once and live until the process ends.
#define ORCHESTRON_PLUGIN(symbol, declare)                   \
    ORCH_PLUGIN(symbol) {                                    \
        (void)host;                                          \
        try {                                                \
            static auto *declared = new auto(declare());     \
            static const orch_plugin *plugin = declared->freeze(); \
            return plugin;                                   \
        } catch (...) {                                      \
            return nullptr;                                  \
        }                                                    \
    }

#endif
