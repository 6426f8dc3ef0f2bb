// A plugin that uses all of orchestron.hpp.
#include <orchestron/orchestron.hpp>

using namespace orchestron;

struct Everything {
    Host host;
    std::string seen;
    uint64_t subscription = 0, timer_id = 0;
    int fired = 0;
    uint64_t route = 0, tool = 0;
    bool broken = false;

    Everything(Host host, std::string_view config) : host(host) {
        if (config.find("fail") != config.npos) throw Failure(ORCH_FAILED_PRECONDITION, "The mode is fail.");
        if (config.find("throw") != config.npos) throw 42;
        subscription = host.subscribe({"task:*", "x:*:z"}, [this](const orch_event &event) {
            if (view(event.topic) == "task:throw") throw std::runtime_error("asked to");
            seen += std::string(view(event.topic)) + " " + std::string(view(event.data)) + ";";
        });
    }

    void start(Done done) {
        add_route(host, "GET /everything/{name}", [this](Exchange x) { show(x); });
        add_route(host, "PUT /everything/count", [this](Exchange x) { count_slowly(x); }, ORCH_HTTP_STREAM, "admin");
        route = add_route(host, "GET /everything/socket", [this](Exchange x) { hear(x); });
        declare_for_mcp();
        host.post([done] { done(); });
    }
    void declare_for_mcp() {
        tool = add_mcp(host, ORCH_MCP_TOOL, R"({"name":"all","inputSchema":{"type":"object"}})", [](McpCall call) {
            call.progress(1, 2, "half");
            call.log(ORCH_MCP_INFO, "7", "all");
            call.text(call.arguments()).image("\x89P", "image/png").audio("", "audio/wav").link("x://a", "a");
            call.embed("x://b", "b", "text/plain").embed("x://c", Bytes{"c"}).done(R"({"n":1})");
        });
        add_mcp(host, ORCH_MCP_TOOL, R"({"name":"asks","inputSchema":{"type":"object"}})", [this](McpCall call) {
            if (auto reply = call.reply("who")) {
                remove_mcp(host, tool);
                mcp_updated(host, "x://a");
                return (void)call.text(std::string(call.state()) + std::string(*reply)).done_badly();
            }
            call.ask(R"({"who":{"method":"roots/list"}})", "one ");
        });
        add_mcp(
            host, ORCH_MCP_PROMPT, R"({"name":"talk"})",
            [](McpCall call) {
                if (call.argument("wrong")) call.image("", "");
                if (call.argument("late")) return call.when_cancelled([call] { call.done(); });
                call.text("q").text("a", ORCH_MCP_ASSISTANT).done(R"("talk")");
            },
            [](McpCall call) { call.done("[" + quote(call.name()) + "]"); });
    }
    void drain(Done done, std::chrono::milliseconds limit) {
        host.log(ORCH_LOG_INFO, "drains in " + std::to_string(limit.count()));
        done();
    }
    void stop(Done) { throw Failure(ORCH_ABORTED, "It does not stop."); }
    void health() {
        if (broken) throw Failure(ORCH_UNAVAILABLE, "It is broken.");
    }

    void reconfigure(std::string_view config) {
        if (config.find("fail") != config.npos) throw Failure(ORCH_INVALID_ARGUMENT, "The mode is fail.");
        if (config.find("throw") != config.npos) throw 42;
        seen += std::string(config) + ";";
    }

    // raw routes
    void show(const Exchange &x) {
        auto name = x.parameter("name").value_or("");
        if (name == "throw") throw 42;
        if (name == "fail") throw Failure(ORCH_NOT_FOUND, "There is no such page.");
        if (name == "busy") return void(x.fail(Failure(ORCH_UNAVAILABLE, "Later."), std::chrono::milliseconds(1500)));
        if (name == "leave") return remove_route(host, route), void(x.respond(204, {}, ""));
        if (name == "half") {
            x.begin(200, {});
            x.write("half");
            return x.abort();
        }
        std::string said(x.method());
        for (auto word : {x.target(), name, x.parameter("q").value_or("-"), x.header("x-one").value_or("-"), x.body(),
                          x.address(), x.context().actor()})
            said += "|" + std::string(word);
        x.respond(200, {"X-Secure: " + std::to_string(x.is_secure())}, said);
    }
    void count_slowly(const Exchange &x) {
        x.when_cancelled([this] { seen += "cancelled;"; });
        x.read([](std::string_view) {}, [this, x](orch_status status) {
            if (status != ORCH_OK) return void(seen += std::to_string(status) + ";");
            x.begin(200, {});
            write_from(x, 0);
        });
    }
    void write_from(const Exchange &x, int n) {
        for (; n < 5; n++)
            if (!x.write(std::to_string(n))) return x.when_writable([this, x, n] { write_from(x, n); });
        x.end();
    }
    void hear(const Exchange &x) {
        WebSocketListener listener;
        listener.message = [this](std::string_view data, bool) {
            if (data == "throw") throw std::runtime_error("asked to");
            seen += std::string(data) + ";";
        };
        listener.writable = [this] { seen += "writable;"; };
        listener.closed = [this](uint16_t code) { seen += "closed " + std::to_string(code) + ";"; };
        WebSocket socket = x.upgrade(listener);
        socket.send("hello");
        auto late = [this, socket] { seen += socket.send("late") ? "" : "refused;"; };
        host.timer(std::chrono::milliseconds(10), {}, late);
    }

    // handlers
    std::string describe(Call &call) {
        return "{\"text\":" + quote(call.text("text")) + ",\"whole\":" + std::to_string(call.integer("whole")) +
               ",\"number\":" + std::to_string(call.number("number")) +
               ",\"flag\":" + (call.boolean("flag") ? "true" : "false") + ",\"bytes\":" + quote(call.bytes("bytes")) +
               ",\"any\":" + std::string(call.json("any")) + ",\"absent\":" + (call.has("absent") ? "false" : "true") +
               ",\"actor\":" + quote(call.context().actor()) + ",\"caller\":" + quote(call.context().caller()) + "}";
    }
    std::string fail(Call &) { throw Failure(ORCH_NOT_FOUND, "There is no such thing."); }
    std::string raise(Call &call) {
        if (call.boolean("oddly")) throw 42;
        throw std::runtime_error("asked to");
    }
    void later(Pending call) {
        if (call.integer("ms") < 0) throw Failure(ORCH_INVALID_ARGUMENT, "ms must not be negative.");
        host.timer(std::chrono::milliseconds(call.integer("ms")), {}, [call] { call.answer("\"later\""); });
    }
    void never(Pending) {}
    void count(Pending call) {
        for (int64_t i = 0; i < call.integer("to"); i++) call.emit(std::to_string(i));
        call.answer("null");
        call.answer("\"passed over\"");
    }
    void ask(Pending call) {
        host.call(call.context(), call.text("method"), "{\"id\":1}", [call](const orch_reply &reply) {
            if (reply.kind == ORCH_REPLY_END) call.answer(std::string(reply.body->p, reply.body->n));
            if (reply.kind == ORCH_REPLY_ERROR) call.fail(reply.status, view(reply.message));
        });
    }
    void compute(Pending call) {
        auto result = std::make_shared<int>(0);
        bool fails = call.boolean("fails");
        host.work(
            [this, fails, result] {
                if (!host.raw()->v->on_thread(host.raw(), ORCH_THREAD_WORKER)) throw std::logic_error("wrong thread");
                if (fails) throw Failure(ORCH_DATA_LOSS, "asked to");
                *result = 42;
            },
            [=](orch_status status) {
                if (status == ORCH_OK) return call.answer(std::to_string(*result));
                call.fail(status, "It did not work.");
            });
    }

    void spawn(Pending call) {
        auto said = std::make_shared<std::string>();
        ChildListener listener;
        listener.output = [said](std::string_view bytes) { *said += bytes; };
        listener.errors = [said](std::string_view bytes) { *said += bytes; };
        listener.exited = [=](int64_t status, int32_t signal) {
            call.answer(quote(*said + std::to_string(status) + "/" + std::to_string(signal)));
        };
        ChildCommand command{{"git", "status"}, std::string(call.text("folder")), {"A=b"}};
        if (call.boolean("cut")) command.arguments.push_back(std::string("a\0b", 3));
        Child child = Child::start(host, command, listener);
        child.write("yes");
        child.pause(false);
        if (call.boolean("kill")) return child.signal(9);
        child.close_input();
    }
    void fetch(Pending call) {
        WebRequest request;
        request.method = "POST";
        request.url = call.text("url");
        request.headers = {"Accept: text/plain"};
        request.body = "ping";
        send(host, request, [call](const orch_http_reply &reply) {
            call.answer(quote(std::to_string(reply.code) + " " + std::string(view(reply.body))));
        });
    }
    void follow(Pending call) {
        WebRequest request;
        request.url = call.text("url");
        auto said = std::make_shared<std::string>();
        auto id = std::make_shared<uint64_t>();
        bool stops = call.boolean("stop");
        WebListener listener;
        listener.head = [said](int32_t code, std::string_view) { *said += std::to_string(code); };
        listener.part = [this, said, id, stops](std::string_view bytes) {
            *said += " " + std::string(bytes);
            pause_request(host, *id, true);
            pause_request(host, *id, false);
            if (stops) cancel_request(host, *id);
        };
        listener.end = [call, said](orch_status status, std::string_view) {
            call.answer(quote(*said + " " + std::to_string(status)));
        };
        *id = open(host, request, listener);
    }
    std::string look(Call &) {
        uint64_t other = watch(host, "/elsewhere", [](std::string_view, uint32_t) {});
        watch(host, "/somewhere", [this](std::string_view name, uint32_t changes) {
            seen += std::string(name) + std::to_string(changes) + ";";
        });
        unwatch(host, other);
        try {
            watch(host, "nowhere", [](std::string_view, uint32_t) {});
        } catch (const Failure &failure) {
            seen += std::to_string(failure.status()) + ";";
        }
        return "null";
    }

    void trace(Pending call) {
        Span span(host, "render", call.context(), ORCH_SPAN_SERVER);
        Span none(host, "of nobody", Context());
        if (none || none.traceparent() != "") throw std::logic_error("a span without a context");
        if (!span) return call.answer("\"nobody records\"");
        span.set("pages", 3);
        span.set("format", "text");
        auto query = std::make_shared<Span>(Span::below(host, span.traceparent(), "query", ORCH_SPAN_CLIENT));
        Span moved = std::move(span);
        moved.end();
        moved.end(ORCH_INTERNAL, "not heard");
        moved.set("late", 1);
        Span last;
        last = Span::below(host, "", "last");
        host.work(
            [query] {
                query->set("rows", 2);
                query->end(Failure(ORCH_ABORTED, "Somebody was faster."));
            },
            [call](orch_status) { call.answer("\"recorded\""); });
    }

    // native functions
    std::string repeat(Context context, std::string_view text, int64_t times, bool loud) const {
        if (times < 0) throw Failure(ORCH_INVALID_ARGUMENT, "times must not be negative.");
        if (text == "throw") throw std::bad_alloc();
        std::string out;
        while (times-- > 0) out += text;
        return loud ? out + "! " + std::string(context.actor()) : out;
    }
    double half(double x) noexcept { return x / 2; }
    void touch(Context context) { host.publish(context, "everything:touched", "{}"); }
    void clear() { seen.clear(); }
    Json wrap(Json json, Bytes bytes) { return {"[" + json.text + "," + quote(bytes.data) + "]"}; }
    bool negate(bool value) { return !value; }

    // for the test
    std::string state(Call &call) {
        auto command = call.text("command");
        if (command == "unsubscribe") host.unsubscribe(subscription);
        if (command == "break") broken = true;
        if (command == "timer")
            timer_id = host.timer(std::chrono::milliseconds(10), std::chrono::milliseconds(5), [this] {
                if (++fired == 3) host.stop_timer(timer_id);
            });
        return "{\"seen\":" + quote(seen) + ",\"fired\":" + std::to_string(fired) + "}";
    }
};

static Plugin<Everything> declare() {
    using T = Everything;
    return Plugin<T>("everything", "1.0.0")
        .service(Service("everything", "1.0.0", "Uses all of the header.")
                     .method(method<&T::describe>("describe", "Tells its arguments.")
                                 .flags(ORCH_METHOD_READ)
                                 .param('s', "text", "")
                                 .param('i', "whole", "", "9007199254740993")
                                 .param('d', "number", "")
                                 .param('b', "flag", "")
                                 .param('y', "bytes", "")
                                 .param('j', "any", "")
                                 .param('s', "absent", "", "null"))
                     .method(method<&T::fail>("fail", "Fails.").examples(R"([{"args":{},"error":"not_found"}])"))
                     .method(method<&T::raise>("raise", "Throws.").param('b', "oddly", "", "false"))
                     .method(method<&T::later>("later", "Answers later.").param('i', "ms", ""))
                     .method(method<&T::never>("never", "Never answers."))
                     .method(method<&T::count>("count", "Counts.").flags(ORCH_METHOD_STREAM).param('i', "to", ""))
                     .method(method<&T::ask>("ask", "Calls a method.").param('s', "method", ""))
                     .method(method<&T::compute>("compute", "Works.").param('b', "fails", ""))
                     .method(method<&T::spawn>("spawn", "Runs a program.")
                                 .param('s', "folder", "")
                                 .param('b', "cut", "", "false")
                                 .param('b', "kill", "", "false"))
                     .method(method<&T::fetch>("fetch", "Asks a server.").param('s', "url", ""))
                     .method(method<&T::follow>("follow", "Asks a server, part by part.")
                                 .param('s', "url", "")
                                 .param('b', "stop", ""))
                     .method(method<&T::look>("look", "Watches folders."))
                     .method(method<&T::trace>("trace", "Works on a trace."))
                     .method(method<&T::repeat>("repeat", "Repeats a text.")
                                 .param('s', "text", "")
                                 .param('i', "times", "")
                                 .param('b', "loud", "", "false"))
                     .method(method<&T::half>("half", "Halves.").param('d', "x", ""))
                     .method(method<&T::touch>("touch", "Tells of itself."))
                     .method(method<&T::clear>("clear", "Forgets."))
                     .method(method<&T::wrap>("wrap", "Wraps.").param('j', "json", "").param('y', "bytes", ""))
                     .method(method<&T::negate>("negate", "Negates.").param('b', "value", ""))
                     .method(method<&T::state>("state", "For the test.").param('s', "command", "", "\"\"")))
        .topic("everything:touched", "It was touched.", nullptr, "{}");
}

ORCHESTRON_PLUGIN(everything, declare)

// A plugin whose declaration contradicts its function.
static Plugin<Everything> declare_wrongly() {
    return Plugin<Everything>("mistaken", "1.0.0")
        .service(Service("mistaken", "1.0.0", "").method(method<&Everything::half>("half", "").param('i', "x", "")));
}

ORCHESTRON_PLUGIN(mistaken, declare_wrongly)
