// Resources, a template with completion, and prompts.
#include "everything.hpp"

namespace everything {

namespace {

const char *const watched = "test://watched-resource";

} // namespace

std::string_view pixel() {
    static const unsigned char bytes[] = {
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xDE, 0x00, 0x00, 0x00,
        0x0C, 0x49, 0x44, 0x41, 0x54, 0x08, 0xD7, 0x63, 0xF8, 0xCF, 0xC0, 0x00, 0x00, 0x03, 0x01, 0x01, 0x00, 0x18,
        0xDD, 0x8D, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};
    return {reinterpret_cast<const char *>(bytes), sizeof bytes};
}

std::string_view silence() {
    static const unsigned char bytes[] = {'R',  'I',  'F',  'F',  36,   0,    0,    0,    'W',  'A', 'V',
                                          'E',  'f',  'm',  't',  ' ',  16,   0,    0,    0,    1,   0,
                                          1,    0,    0x40, 0x1F, 0,    0,    0x80, 0x3E, 0,    0,   2,
                                          0,    16,   0,    'd',  'a',  't',  'a',  0,    0,    0,   0};
    return {reinterpret_cast<const char *>(bytes), sizeof bytes};
}

std::string text_at(Host host, std::optional<std::string_view> json, const char *pointer) {
    auto &parser = host.required<orch_json>(ORCH_EXT_JSON);
    orch_json_doc *document = nullptr;
    if (!json || parser.parse(lend(*json), &document, nullptr) != ORCH_OK) return {};
    orch_json_value value{};
    orch_str text{};
    bool is_there = parser.pointer(parser.root(document), orch_str_from(pointer), &value) && parser.str(value, &text);
    std::string found(is_there ? view(text) : std::string_view());
    parser.free(document);
    return found;
}

void add_resources(Host host) {
    add_mcp(host, ORCH_MCP_RESOURCE,
            R"({"uri":"test://static-text","name":"static-text","description":"A text.","mimeType":"text/plain"})",
            [](McpCall call) { call.text("This is the content of the static text resource.").done(); });
    add_mcp(host, ORCH_MCP_RESOURCE,
            R"({"uri":"test://static-binary","name":"static-binary","description":"An image.","mimeType":"image/png"})",
            [](McpCall call) { call.embed("", Bytes{std::string(pixel())}).done(); });
    add_mcp(host, ORCH_MCP_RESOURCE,
            R"({"uri":"test://watched-resource","name":"watched-resource","description":"Changes.",)"
            R"("mimeType":"text/plain"})",
            [](McpCall call) { call.text("Watched resource content").done(); });
    add_mcp(
        host, ORCH_MCP_TEMPLATE,
        R"({"uriTemplate":"test://template/{id}/data","name":"template","description":"Data by id.",)"
        R"("mimeType":"application/json"})",
        [](McpCall call) {
            auto id = std::string(*call.argument("id"));
            auto data = quote("Data for ID: " + id);
            call.text(R"({"id":)" + quote(id) + R"(,"templateTest":true,"data":)" + data + "}").done();
        },
        [](McpCall call) { call.done(R"(["123","124"])"); });
    add_tool(host, "test_touch_resource", "Says that the watched resource has changed.", [host](McpCall call) {
        mcp_updated(host, watched);
        call.text("touched").done();
    });
}

void add_prompts(Host host) {
    add_mcp(host, ORCH_MCP_PROMPT, R"({"name":"test_simple_prompt","description":"A prompt."})",
            [](McpCall call) { call.text("This is a simple prompt for testing.").done(); });
    add_mcp(
        host, ORCH_MCP_PROMPT,
        R"({"name":"test_prompt_with_arguments","description":"Takes two.","arguments":[)"
        R"({"name":"arg1","description":"First test argument","required":true},)"
        R"({"name":"arg2","description":"Second test argument","required":true}]})",
        [](McpCall call) {
            call.text("Prompt with arguments: arg1='" + std::string(*call.argument("arg1")) + "', arg2='" +
                      std::string(*call.argument("arg2")) + "'");
            call.done(R"("A prompt with two arguments")");
        },
        [](McpCall call) {
            // What begins as the user has begun; the other argument stands in the context.
            auto typed = std::string(call.argument(call.name()).value_or(""));
            call.done("[" + quote(typed + "paris") + "," + quote(typed + "party") + "]");
        });
    add_mcp(host, ORCH_MCP_PROMPT,
            R"({"name":"test_prompt_with_embedded_resource","description":"Holds a resource.","arguments":[)"
            R"({"name":"resourceUri","description":"URI of the resource to embed","required":true}]})",
            [](McpCall call) {
                call.embed(*call.argument("resourceUri"), "Embedded resource content for testing.", "text/plain");
                call.text("Please process the embedded resource above.").done();
            });
    add_mcp(host, ORCH_MCP_PROMPT, R"({"name":"test_prompt_with_image","description":"Holds an image."})",
            [](McpCall call) {
                call.image(pixel(), "image/png").text("Please analyze the image above.", ORCH_MCP_ASSISTANT).done();
            });
    add_mcp(host, ORCH_MCP_PROMPT, R"({"name":"test_prompt_with_roles","description":"A talk."})", [](McpCall call) {
        call.text("What is it?").text("A test.", ORCH_MCP_ASSISTANT).done();
    });
    add_mcp(host, ORCH_MCP_PROMPT, R"({"name":"test_input_required_result_prompt","description":"Asks first."})",
            [host](McpCall call) {
                auto reply = call.reply("user_context");
                if (!reply)
                    return (void)call.ask(R"({"user_context":)" + form("What context should the prompt use?",
                                                                       R"({"context":{"type":"string"}})",
                                                                       R"(["context"])") + "}");
                call.text("Use the following context: " + text_at(host, reply, "/content/context")).done();
            });
}

} // namespace everything
