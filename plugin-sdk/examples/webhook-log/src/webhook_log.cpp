// webhook-log: keeps every task event in a file, and posts it to a URL if there is one.
#include "journal.hpp"

#include <orchestron/orchestron.hpp>

#include <ctime>
#include <deque>

using namespace orchestron;

namespace {

constexpr size_t pending_max = 1024 * 1024; // bytes of lines that wait for the file
constexpr size_t posts_max = 64;            // requests under way
constexpr int64_t tail_max = 500;

/// RFC 3339, UTC, with milliseconds.
std::string timestamp(int64_t ms) {
    std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32], out[40];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(out, sizeof out, "%s.%03dZ", text, static_cast<int>(ms % 1000));
    return out;
}

std::string line_of(const orch_event &event) {
    std::string line = "{\"time\":" + quote(timestamp(event.time_ms));
    if (event.seq != 0) line += ",\"seq\":" + std::to_string(event.seq);
    line += ",\"topic\":" + quote(view(event.topic)) + ",\"source\":" + quote(view(event.source));
    line += ",\"actor\":" + quote(view(event.actor)) + ",\"data\":";
    line += view(event.data);
    return line + "}\n";
}

struct Config {
    std::string url;
    size_t max_bytes = 10 * 1024 * 1024;
};

/// Reads the configuration, which the host has validated.
Config read_config(const orch_json &json, std::string_view text) {
    Config config;
    orch_json_doc *doc = nullptr;
    check(json.parse(lend(text), &doc, nullptr), "The configuration is not JSON.");
    orch_json_value value;
    orch_str url;
    int64_t bytes;
    if (json.get(json.root(doc), orch_str_from("url"), &value) && json.str(value, &url)) config.url = view(url);
    if (json.get(json.root(doc), orch_str_from("maxBytes"), &value) && json.i64(value, &bytes) && bytes > 0)
        config.max_bytes = static_cast<size_t>(bytes);
    json.free(doc);
    return config;
}

class WebhookLog {
public:
    WebhookLog(Host host, std::string_view config)
        : host_(host), json_(host.required<orch_json>(ORCH_EXT_JSON)), config_(read_config(json_, config)),
          journal_(std::string(view(host.info().storage_dir)) + "/webhook-log.ndjson", config_.max_bytes),
          http_(host.extension<orch_http_client>(ORCH_EXT_HTTP_CLIENT)) {
        if (!config_.url.empty() && !http_)
            throw Failure(ORCH_UNIMPLEMENTED, "url is set, but this host makes no HTTP requests.");
        host.subscribe({"task:*"}, [this](const orch_event &event) { take(event); });
    }

    /// The newest lines: {"items":[…],"next":null}.
    void tail(Pending call) {
        int64_t n = call.integer("n");
        if (n < 0 || n > tail_max)
            throw Failure(ORCH_INVALID_ARGUMENT, "n must be between 0 and 500, not " + std::to_string(n) + ".");
        waiting_.push_back({std::move(call), static_cast<size_t>(n)});
        work();
    }

    /// Done once all lines are in the file.
    void drain(Done done, std::chrono::milliseconds) {
        drained_ = done;
        work();
    }

    void health() {
        if (!problem_.empty()) throw Failure(ORCH_UNAVAILABLE, "Events cannot be kept: " + problem_ + ".");
    }

private:
    struct Waiting {
        Pending call;
        size_t n;
    };

    void take(const orch_event &event) {
        if (event.kind != ORCH_EVENT) {
            host_.log(ORCH_LOG_WARN, "Some task events did not reach the webhook log.");
            return;
        }
        std::string line = line_of(event);
        if (!config_.url.empty()) post(line);
        if (pending_.size() + line.size() > pending_max) {
            if (lost_++ == 0) host_.log(ORCH_LOG_WARN, "The file is slower than the events: some are not kept.");
            return;
        }
        lost_ = 0;
        pending_ += line;
        work();
    }

    /// Begins the next job unless one is under way: first the lines that wait, then the readers, so that they see them.
    void work() {
        if (busy_) return;
        if (!pending_.empty()) {
            append(std::exchange(pending_, {}));
        } else if (!waiting_.empty()) {
            read(std::move(waiting_.front()));
        } else if (drained_) {
            std::exchange(drained_, std::nullopt).value()();
        }
    }

    void append(std::string lines) {
        auto problem = std::make_shared<std::string>();
        submit(
            [this, problem, lines = std::move(lines)] {
                try {
                    journal_.append(lines);
                } catch (const std::exception &exception) {
                    *problem = exception.what();
                }
            },
            [this, problem](orch_status) {
                if (!problem->empty() && problem_.empty())
                    host_.log(ORCH_LOG_ERROR, "Events cannot be kept: " + *problem);
                problem_ = *problem;
            });
    }

    void read(Waiting waiting) {
        waiting_.pop_front();
        auto items = std::make_shared<std::string>();
        submit(
            [this, items, n = waiting.n] {
                for (const auto &line : journal_.tail(n)) {
                    orch_json_doc *doc = nullptr; // a crash may have torn a line
                    if (json_.parse(lend(line), &doc, nullptr) != ORCH_OK) continue;
                    json_.free(doc);
                    *items += (items->empty() ? "" : ",") + line;
                }
            },
            [items, call = waiting.call](orch_status status) {
                if (status == ORCH_OK) return call.answer("{\"items\":[" + *items + "],\"next\":null}");
                call.fail(ORCH_UNAVAILABLE, "The file of events cannot be read; the log says why.");
            });
    }

    /// Runs one job; the next one follows it.
    void submit(std::function<void()> run, std::function<void(orch_status)> done) {
        busy_ = true;
        try {
            host_.work(std::move(run), [this, done = std::move(done)](orch_status status) {
                busy_ = false;
                done(status);
                work();
            });
        } catch (...) {
            busy_ = false;
            throw;
        }
    }

    void post(const std::string &line) {
        if (posting_ == posts_max) {
            host_.log(ORCH_LOG_WARN, "The webhook is slower than the events: one is not posted.");
            return;
        }
        orch_str type = orch_str_from("content-type: application/json");
        orch_http_request request{};
        request.size = sizeof request;
        request.method = orch_str_from("POST");
        request.url = lend(config_.url);
        request.headers = &type;
        request.n_headers = 1;
        request.body = lend(line);
        request.body_bytes_max = 64 * 1024;
        posting_++;
        http_->send(host_.raw(), &request, {replied, this, nullptr}, nullptr);
    }

    static void replied(void *ud, const orch_http_reply *reply) {
        auto *self = static_cast<WebhookLog *>(ud);
        self->posting_--;
        if (reply->status != ORCH_OK) {
            self->host_.log(ORCH_LOG_WARN, "An event was not posted: " + std::string(view(reply->message)));
        } else if (reply->code >= 300) {
            self->host_.log(ORCH_LOG_WARN, "The webhook answered " + std::to_string(reply->code) + ".");
        }
    }

    Host host_;
    const orch_json &json_;
    Config config_;
    Journal journal_; // used by one job at a time
    const orch_http_client *http_;
    std::string pending_;
    std::deque<Waiting> waiting_;
    std::optional<Done> drained_;
    bool busy_ = false;
    std::string problem_;
    size_t lost_ = 0, posting_ = 0;
};

Plugin<WebhookLog> declare() {
    return Plugin<WebhookLog>("webhook-log", "1.0.0")
        .service(Service("webhook_log", "1.0.0", "Keeps task events.")
                     .method(method<&WebhookLog::tail>("tail", "Lists the newest events, oldest first.")
                                 .flags(ORCH_METHOD_READ)
                                 .param('i', "n", "How many: 0 to 500.", "20")
                                 .result('j', R"({"type":"object","required":["items","next"],"properties":{
                                     "items":{"type":"array","items":{"type":"object"}},"next":{"type":"null"}}})")
                                 .examples(R"([{"args":{"n":0},"result":{"items":[],"next":null}},
                                               {"args":{"n":501},"error":"invalid_argument"}])")));
}

} // namespace

ORCHESTRON_PLUGIN(webhook_log, declare)
