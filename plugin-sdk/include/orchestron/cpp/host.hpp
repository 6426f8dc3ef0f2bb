// orchestron/cpp/host.hpp: what the host does for a plugin.
#ifndef ORCHESTRON_CPP_HOST_HPP
#define ORCHESTRON_CPP_HOST_HPP

#include "base.hpp"

#include <chrono>
#include <initializer_list>
#include <vector>

namespace orchestron {

/// A context; empty when there is none.
class Context {
public:
    Context(orch_ctx *raw = nullptr) : raw_(raw) {}
    orch_ctx *raw() const { return raw_; }

    /// Who acts, as `kind:id`.
    std::string_view actor() const { return raw_ ? view(info().actor) : "system"; }
    /// The plugin that made the call, or `host`.
    std::string_view caller() const { return raw_ ? view(info().caller) : ""; }
    bool cancelled() const { return raw_ && info().cancelled; }

private:
    orch_ctx_info info() const {
        orch_ctx_info info{};
        info.size = sizeof info;
        raw_->v->info(raw_, &info);
        return info;
    }
    orch_ctx *raw_;
};

/// The host. Copies are free; it is valid until the process ends.
class Host {
public:
    explicit Host(orch_host *raw) : raw_(raw) {}
    orch_host *raw() const { return raw_; }

    /// Facts about the host and the plugin's place in it. [any-thread]
    orch_host_info info() const {
        orch_host_info info{};
        info.size = sizeof info;
        raw_->v->info(raw_, &info);
        return info;
    }

    /// Writes a log line. [any-thread]
    void log(uint32_t level, std::string_view message, std::string_view fields = {}) const {
        raw_->v->log(raw_, level, lend(message), lend(fields));
    }

    /// Publishes an ephemeral event; `data` is JSON. [any-thread]
    void publish(Context context, std::string_view topic, std::string_view data) const {
        check(raw_->v->publish(raw_, context.raw(), lend(topic), lend(data)), "The event was not published.");
    }

    /// Runs `fn` on the loop, later. [any-thread]
    void post(std::function<void()> fn) const { raw_->v->post(raw_, task(std::move(fn))); }

    /// Calls `fn` for every event whose topic matches one of `topics`. Returns the id for unsubscribe.
    uint64_t subscribe(std::initializer_list<std::string_view> topics,
                       std::function<void(const orch_event &)> fn) const {
        std::vector<orch_str> list;
        for (auto topic : topics) list.push_back(lend(topic));
        orch_subscribe wish{};
        wish.size = sizeof wish;
        wish.topics = list.data();
        wish.n_topics = list.size();
        orch_subscription granted{};
        granted.size = sizeof granted;
        using Box = detail::Boxed<const orch_event *>;
        void *ud = Box::make(raw_, [fn = std::move(fn)](const orch_event *event) { fn(*event); });
        check(raw_->v->subscribe(raw_, nullptr, &wish, {Box::call, ud, Box::release}, &granted),
              "The subscription was refused; the log says why.");
        return granted.id;
    }
    void unsubscribe(uint64_t id) const {
        check(raw_->v->unsubscribe(raw_, id), "The subscription has ended already.");
    }

    /// Calls `service.method` with a JSON object of arguments; `fn` gets each reply.
    uint64_t call(Context context, std::string_view method, std::string_view arguments,
                  std::function<void(const orch_reply &)> fn, int64_t timeout_ms = 0) const {
        orch_call_options options{};
        options.size = sizeof options;
        options.timeout_ms = timeout_ms;
        using Box = detail::Boxed<const orch_reply *>;
        void *ud = Box::make(raw_, [fn = std::move(fn)](const orch_reply *reply) { fn(*reply); });
        uint64_t id = 0;
        raw_->v->call(raw_, context.raw(), lend(method), lend(arguments), &options, {Box::call, ud, Box::release}, &id);
        return id;
    }

    /// The function table of an extension, or NULL: `host.extension<orch_timer>(ORCH_EXT_TIMER)`.
    template <class Table> const Table *extension(const char *id) const {
        return static_cast<const Table *>(raw_->v->extension(raw_, id));
    }

    /// Calls `fn` after `delay`, and every `repeat` from then on unless that is zero. Returns the id for stop_timer.
    uint64_t timer(std::chrono::milliseconds delay, std::chrono::milliseconds repeat, std::function<void()> fn) const {
        uint64_t id = 0;
        check(required<orch_timer>(ORCH_EXT_TIMER)
                  .start(raw_, static_cast<uint64_t>(delay.count()), static_cast<uint64_t>(repeat.count()),
                         task(std::move(fn)), &id),
              "The timer was refused.");
        return id;
    }
    void stop_timer(uint64_t id) const {
        check(required<orch_timer>(ORCH_EXT_TIMER).stop(raw_, id), "The timer has ended already.");
    }

    /// Says how far something long has come: `done` of `total`, 0 when nobody knows. Each report that is further than the
    /// last gives the start of this plugin, and of those who wait for it, the whole time limit anew. On any thread.
    void progress(std::string_view what, uint64_t done, uint64_t total) const {
        required<orch_progress>(ORCH_EXT_PROGRESS).report(raw_, done, total, lend(what));
    }

    /// Runs `run` on a worker, then `done` on the loop with ORCH_OK, or with the reason why `run` failed or never ran.
    void work(std::function<void()> run, std::function<void(orch_status)> done) const {
        struct Job {
            orch_host *host;
            std::function<void()> run;
            std::function<void(orch_status)> done;
            orch_status status;
        };
        auto &table = required<orch_work>(ORCH_EXT_WORK);
        orch_job job{};
        job.ud = new Job{raw_, std::move(run), std::move(done), ORCH_OK};
        job.run = [](void *ud) {
            auto *job = static_cast<Job *>(ud);
            auto failure = detail::guard(job->host, "a job", job->run);
            if (failure) job->status = failure->status();
        };
        job.done = [](void *ud, orch_status status) {
            auto *job = static_cast<Job *>(ud);
            detail::run(job->host, "the end of a job", [&] { job->done(status == ORCH_OK ? job->status : status); });
        };
        job.release = [](void *ud) { delete static_cast<Job *>(ud); };
        check(table.submit(raw_, job, nullptr), "Too many jobs wait for a worker already.");
    }

    /// An extension that this plugin cannot do without.
    template <class Table> const Table &required(const char *id) const {
        const Table *table = extension<Table>(id);
        if (!table) throw Failure(ORCH_UNIMPLEMENTED, std::string("This host has no extension ") + id + ".");
        return *table;
    }

private:
    orch_task task(std::function<void()> fn) const {
        using Box = detail::Boxed<>;
        return {Box::call, Box::make(raw_, std::move(fn)), Box::release};
    }
    orch_host *raw_;
};

/// Completes start, drain or stop, once. [any-thread]
class Done {
public:
    Done(orch_host *host, uint64_t token) : host_(host), token_(token) {}
    void operator()(orch_status status = ORCH_OK, std::string_view message = {}) const {
        host_->v->done(host_, token_, status, lend(message));
    }

private:
    orch_host *host_;
    uint64_t token_;
};

} // namespace orchestron

#endif
