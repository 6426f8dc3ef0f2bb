// Tools that take their time, which a server may make tasks of.
#include "everything.hpp"

#include <cstdlib>
#include <memory>

namespace everything {

namespace {

const char *const supported = R"(,"execution":{"taskSupport":"optional"})";
const char *const required = R"(,"execution":{"taskSupport":"required"})";
const char *const a_name = R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
const char *const a_file = R"({"type":"object","properties":{"filename":{"type":"string"}}})";
const char *const seconds = R"({"type":"object","properties":{"seconds":{"type":"number"}},"required":["seconds"]})";

/// Goes on after a time, unless nobody waits any more.
void after(Host host, const McpCall &call, double seconds, std::function<void()> go_on) {
    auto is_over = std::make_shared<bool>(false);
    call.when_cancelled([is_over] { *is_over = true; });
    host.timer(std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000)), {}, [is_over, go_on] {
        if (!*is_over) go_on();
    });
}

std::string confirm(const char *message) { return form(message, R"({"confirm":{"type":"boolean"}})"); }

} // namespace

void add_jobs(Host host) {
    add_tool(host, "greet", "Greets at once.",
             [](McpCall call) { call.text("Hello, " + std::string(*call.argument("name")) + "!").done(); }, a_name);
    add_tool(
        host, "slow_compute", "Takes so many seconds.",
        [host](McpCall call) {
            double time = std::strtod(std::string(*call.argument("seconds")).c_str(), nullptr);
            if (!(time > 0)) return (void)call.text("computed").done();
            after(host, call, time < 60 ? time : 60, [call] { call.text("computed").done(); });
        },
        seconds, supported);
    add_tool(
        host, "failing_job", "Fails after a second.",
        [host](McpCall call) { after(host, call, 1, [call] { call.text("The job has failed.").done_badly(); }); },
        R"({"type":"object"})", required);
    add_tool(
        host, "protocol_error_job", "Breaks after a second.",
        [host](McpCall call) {
            after(host, call, 1, [call] { call.fail(Failure(ORCH_INTERNAL, "The job is broken.")); });
        },
        R"({"type":"object"})", supported);
    add_tool(
        host, "confirm_delete", "Asks before it deletes, once it has had a look.",
        [host](McpCall call) {
            if (call.reply("confirm")) return (void)call.text("Answered.").done();
            after(host, call, 0.5, [call] { call.ask(R"({"confirm":)" + confirm("Delete it?") + "}"); });
        },
        a_file, supported);
    add_tool(
        host, "multi_input", "Asks two things at once, once it has had a look.",
        [host](McpCall call) {
            if (call.reply("first") && call.reply("second")) return (void)call.text("Both are there.").done();
            after(host, call, 0.5, [call] {
                call.ask(R"({"first":)" + confirm("The first?") + R"(,"second":)" + confirm("The second?") + "}");
            });
        },
        R"({"type":"object"})", supported);
    add_tool(
        host, "test_tool_with_task", "Asks for a name, then takes its time.",
        [host](McpCall call) {
            auto reply = call.reply("user_name");
            if (!reply)
                return (void)call.ask(R"({"user_name":)" +
                                      form("What is your name?", R"({"name":{"type":"string"}})") + "}");
            auto text = "Hello, " + text_at(host, reply, "/content/name") + "!";
            after(host, call, 1, [call, text] { call.text(text).done(); });
        },
        R"({"type":"object"})", required);
}

} // namespace everything
