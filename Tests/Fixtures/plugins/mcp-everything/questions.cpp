// Tools that ask the client for what they need: the same handler for clients of both eras.
#include "everything.hpp"

namespace everything {

namespace {

/// Asks by form, and says what came back.
McpHandler asking(std::string (*question)(const McpCall &), const char *words) {
    return [question, words](McpCall call) {
        auto reply = call.reply("form");
        if (!reply) return (void)call.ask(question(call));
        call.text(words + std::string(*reply)).done();
    };
}

std::string ask_user(const McpCall &call) {
    auto message = std::string(call.argument("message").value_or(""));
    return R"({"form":)" +
           form(message.c_str(), R"({"username":{"type":"string","description":"User's response"},)"
                                 R"("email":{"type":"string","description":"User's email address"}})",
                R"(["username","email"])") + "}";
}

std::string ask_defaults(const McpCall &) {
    return R"({"form":)" +
           form("Please review and update the form fields with defaults",
                R"({"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},)"
                R"("score":{"type":"number","default":95.5},)"
                R"("status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},)"
                R"("verified":{"type":"boolean","default":true}})") + "}";
}

std::string ask_choices(const McpCall &) {
    return R"({"form":)" +
           form("Please select options from the enum fields",
                R"({"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},)"
                R"("titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},)"
                R"({"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},)"
                R"("legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],)"
                R"("enumNames":["Option One","Option Two","Option Three"]},)"
                R"("untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},)"
                R"("titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},)"
                R"({"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}})") + "}";
}

} // namespace

std::string form(const char *message, const char *properties, const char *required) {
    return R"({"method":"elicitation/create","params":{"message":)" + quote(message) +
           R"(,"requestedSchema":{"type":"object","properties":)" + properties + R"(,"required":)" + required + "}}}";
}

std::string sample(std::string_view prompt, int tokens) {
    return R"({"method":"sampling/createMessage","params":{"messages":[{"role":"user",)"
           R"("content":{"type":"text","text":)" + quote(prompt) + R"(}}],"maxTokens":)" + std::to_string(tokens) +
           "}}";
}

void add_questions(Host host) {
    const char *one_text = R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})";
    add_tool(host, "test_elicitation", "Asks the user.", asking(ask_user, "User response: "), one_text);
    add_tool(host, "test_elicitation_sep1034_defaults", "Asks with defaults.",
             asking(ask_defaults, "Elicitation completed: "));
    add_tool(host, "test_elicitation_sep1330_enums", "Asks with choices.",
             asking(ask_choices, "Elicitation completed: "));
    add_tool(
        host, "test_sampling", "Asks the client's model.",
        [host](McpCall call) {
            auto reply = call.reply("answer");
            if (!reply) return (void)call.ask(R"({"answer":)" + sample(*call.argument("prompt"), 100) + "}");
            call.text("LLM response: " + text_at(host, reply, "/content/text")).done();
        },
        R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})");
    add_tool(host, "test_missing_capability", "Works for clients that have a model.", [](McpCall call) {
        if (call.capabilities().find("\"sampling\"") == std::string_view::npos)
            return (void)call.fail(Failure(ORCH_FAILED_PRECONDITION, "This needs a client with a model."),
                                   R"({"requiredCapabilities":{"sampling":{}}})");
        call.text("The client has a model.").done();
    });
    add_tool(host, "test_url_elicitation", "Sends the user to a page.", [host](McpCall call) {
        auto reply = call.reply("page");
        if (!reply)
            return (void)call.ask(R"({"page":{"method":"elicitation/create","params":{"mode":"url",)"
                                  R"("elicitationId":"everything-1","url":"https://example.org/sign-in",)"
                                  R"("message":"Please sign in."}}})");
        call.text("The user has said: " + text_at(host, reply, "/action")).done();
    });
}

} // namespace everything
