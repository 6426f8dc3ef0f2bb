// Tools that answer with each kind of content, with log lines, with progress, and with errors.
#include "everything.hpp"

#include <memory>

namespace everything {

namespace {

/// Does a few steps, 20 ms apart, and answers; stops when nobody waits any more.
struct Steps : std::enable_shared_from_this<Steps> {
    Steps(Host host, McpCall call, int count, std::function<void(int)> step, std::string end)
        : host(host), call(std::move(call)), count(count), step(std::move(step)), end(std::move(end)) {}

    void begin() {
        call.when_cancelled([self = shared_from_this()] { self->is_over = true; });
        go_on();
    }
    void go_on() {
        if (is_over) return;
        if (next == count) return (void)call.text(end).done();
        step(next++);
        host.timer(std::chrono::milliseconds(20), {}, [self = shared_from_this()] { self->go_on(); });
    }

    Host host;
    McpCall call;
    int count, next = 0;
    std::function<void(int)> step;
    std::string end;
    bool is_over = false;
};

void in_steps(Host host, const McpCall &call, int count, std::function<void(int)> step, std::string end) {
    std::make_shared<Steps>(host, call, count, std::move(step), std::move(end))->begin();
}

const char *const schema_2020_12 = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
  "$defs": {"address": {"$anchor": "addressDef", "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
  "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
    "contactMethod": {"type": "string", "enum": ["phone", "email"]},
    "phone": {"type": "string"}, "email": {"type": "string"}},
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": false})";

} // namespace

void add_contents(Host host) {
    add_tool(host, "test_simple_text", "Answers with text.",
             [](McpCall call) { call.text("This is a simple text response for testing.").done(); });
    add_tool(host, "test_image_content", "Answers with an image.",
             [](McpCall call) { call.image(pixel(), "image/png").done(); });
    add_tool(host, "test_audio_content", "Answers with a sound.",
             [](McpCall call) { call.audio(silence(), "audio/wav").done(); });
    add_tool(host, "test_embedded_resource", "Answers with a resource.", [](McpCall call) {
        call.embed("test://embedded-resource", "This is an embedded resource content.", "text/plain").done();
    });
    add_tool(host, "test_resource_link", "Answers with a link to a resource.", [](McpCall call) {
        call.link("test://static-text", "static-text", "text/plain").done();
    });
    add_tool(host, "test_multiple_content_types", "Answers with a text, an image and a resource.", [](McpCall call) {
        call.text("Multiple content types test:").image(pixel(), "image/png");
        call.embed("test://mixed-content-resource", R"({"test":"data","value":123})", "application/json").done();
    });
    add_tool(
        host, "test_structured_content", "Answers with a structured result.",
        [](McpCall call) { call.done(R"({"length":)" + std::to_string(call.argument("text")->size()) + "}"); },
        R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})",
        R"(,"outputSchema":{"type":"object","properties":{"length":{"type":"integer"}},"required":["length"]},)"
        R"("annotations":{"readOnlyHint":true})");
    add_tool(
        host, "test_header_param", "Takes a region, which clients also send as a header.",
        [](McpCall call) { call.text("region " + std::string(call.argument("region").value_or("none"))).done(); },
        R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
        R"("shard":{"type":"integer","x-mcp-header":"Shard"}}})");
    add_tool(host, "json_schema_2020_12_tool", "Has a schema with all that lists must keep.",
             [](McpCall call) { call.text("json_schema_2020_12_tool").done(); }, schema_2020_12);

    add_tool(host, "test_error_handling", "Fails.", [](McpCall call) {
        call.text("This tool intentionally returns an error for testing").done_badly();
    });
    add_tool(host, "test_exception", "Throws.",
             [](McpCall) { throw Failure(ORCH_NOT_FOUND, "There is no such thing."); });

    add_tool(host, "test_tool_with_logging", "Tells what it does.", [host](McpCall call) {
        auto step = [call](int n) {
            const char *lines[] = {"Tool execution started", "Tool processing data", "Tool execution completed"};
            call.log(ORCH_MCP_INFO, quote(lines[n]), "everything");
        };
        in_steps(host, call, 3, step, "Tool with logging executed successfully");
    });
    add_tool(host, "test_logging_tool", "Tells one line.", [](McpCall call) {
        call.log(ORCH_MCP_INFO, R"({"note":"evaluated"})");
        call.text("Logging evaluated").done();
    });
    add_tool(host, "test_tool_with_progress", "Tells how far it is.", [host](McpCall call) {
        auto step = [call](int n) {
            call.progress(n * 50, 100, "Completed step " + std::to_string(n * 50) + " of 100");
        };
        in_steps(host, call, 3, step, "done");
    });
    add_tool(host, "test_streaming_elicitation", "Tells how far it is, and asks nothing on the way.",
             [host](McpCall call) {
                 auto step = [call](int n) { call.progress(n * 50, 100); };
                 in_steps(host, call, 3, step, "Streaming complete");
             });
    add_tool(host, "test_slow", "Answers after a long time, or never when it is cancelled.", [host](McpCall call) {
        in_steps(host, call, 500, [](int) {}, "at last");
    });
}

} // namespace everything
