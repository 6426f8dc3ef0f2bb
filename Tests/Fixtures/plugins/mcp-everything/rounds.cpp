// Tools that answer in several rounds: questions, a state that comes back, and what the client may leave out.
#include "everything.hpp"

namespace everything {

namespace {

const char *const roots = R"({"method":"roots/list"})";

std::string name_form(const char *message = "What is your name?") {
    return form(message, R"({"name":{"type":"string"}})", R"(["name"])");
}
std::string confirm_form() { return form("Please confirm", R"({"ok":{"type":"boolean"}})", R"(["ok"])"); }

bool has(const McpCall &call, const char *capability) {
    return call.capabilities().find('"' + std::string(capability) + '"') != std::string_view::npos;
}

} // namespace

void add_rounds(Host host) {
    add_tool(host, "test_input_required_result_elicitation", "Asks for a name.", [host](McpCall call) {
        auto reply = call.reply("user_name");
        if (!reply) return (void)call.ask(R"({"user_name":)" + name_form() + "}");
        call.text("Hello, " + text_at(host, reply, "/content/name") + "!").done();
    });
    add_tool(host, "test_input_required_result_sampling", "Asks the client's model.", [host](McpCall call) {
        auto reply = call.reply("capital_question");
        if (!reply)
            return (void)call.ask(R"({"capital_question":)" + sample("What is the capital of France?", 100) + "}");
        call.text("The model says: " + text_at(host, reply, "/content/text")).done();
    });
    add_tool(host, "test_input_required_result_list_roots", "Asks for the roots.", [host](McpCall call) {
        auto reply = call.reply("client_roots");
        if (!reply) return (void)call.ask(std::string(R"({"client_roots":)") + roots + "}");
        call.text("The first root is " + text_at(host, reply, "/roots/0/uri")).done();
    });
    add_tool(host, "test_input_required_result_request_state", "Gives a state along.", [](McpCall call) {
        if (call.reply("confirm") && call.state() == "a state of the plugin's own")
            return (void)call.text("state-ok: confirmed").done();
        call.ask(R"({"confirm":)" + confirm_form() + "}", "a state of the plugin's own");
    });
    add_tool(host, "test_input_required_result_multiple_inputs", "Asks for three things at once.", [](McpCall call) {
        if (call.reply("user_name") && call.reply("greeting") && call.reply("client_roots"))
            return (void)call.text("All three are there.").done();
        call.ask(R"({"user_name":)" + name_form() + R"(,"greeting":)" + sample("Generate a greeting", 50) +
                     R"(,"client_roots":)" + roots + "}",
                 "three");
    });
    add_tool(host, "test_input_required_result_multi_round", "Asks twice.", [host](McpCall call) {
        auto first = call.reply("step1"), second = call.reply("step2");
        if (call.state() == "1" && first)
            return (void)call.ask(R"({"step2":)" + form("Step 2: What is your favorite color?",
                                                        R"({"color":{"type":"string"}})", R"(["color"])") + "}",
                                  "2 " + text_at(host, first, "/content/name"));
        if (call.state().substr(0, 2) == "2 " && second)
            return (void)call.text(std::string(call.state().substr(2)) + " likes " +
                                   text_at(host, second, "/content/color") + ".").done();
        call.ask(R"({"step1":)" + name_form("Step 1: What is your name?") + "}", "1");
    });
    add_tool(host, "test_input_required_result_tampered_state", "Gives a state along that nobody may change.",
             [](McpCall call) {
                 if (!call.state().empty()) return (void)call.text("state-ok: " + std::string(call.state())).done();
                 call.ask(R"({"confirm":)" + confirm_form() + "}", "round-1");
             });
    add_tool(host, "test_input_required_result_capabilities", "Asks what the client can answer.", [](McpCall call) {
        std::string questions;
        if (has(call, "sampling")) questions += R"("sample":)" + sample("Say hello", 50);
        if (has(call, "elicitation")) questions += (questions.empty() ? R"("ask":)" : R"(,"ask":)") + name_form();
        if (call.reply("sample") || call.reply("ask")) return (void)call.text("Thank you.").done();
        call.ask("{" + questions + "}", "capability-gated");
    });
}

} // namespace everything
