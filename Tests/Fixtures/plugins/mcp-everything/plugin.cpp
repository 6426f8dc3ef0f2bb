// mcp-everything: all that ext/mcp.h has, under the names that the official conformance suite of MCP asks for.
#include "everything.hpp"

using namespace everything;

namespace {

class Everything {
public:
    Everything(Host host, std::string_view) : host_(host) {}

    void start(Done done) {
        add_contents(host_);
        add_questions(host_);
        add_rounds(host_);
        add_resources(host_);
        add_prompts(host_);
        add_jobs(host_);
        add_tool(host_, "test_trigger_tool_change", "Adds a tool and takes it away.", [this](McpCall call) {
            auto answer = [](McpCall dynamic) { dynamic.text("dynamic").done(); };
            remove_mcp(host_, add_tool(host_, "test_dynamic_tool", "Comes and goes.", answer));
            call.text("The list of tools has changed.").done();
        });
        add_tool(host_, "test_trigger_prompt_change", "Adds a prompt and takes it away.", [this](McpCall call) {
            auto answer = [](McpCall dynamic) { dynamic.text("dynamic").done(); };
            remove_mcp(host_, add_mcp(host_, ORCH_MCP_PROMPT, R"({"name":"test_dynamic_prompt"})", answer));
            call.text("The list of prompts has changed.").done();
        });
        done();
    }

private:
    Host host_;
};

Plugin<Everything> declare() { return Plugin<Everything>("mcp-everything", "1.0.0"); }

} // namespace

ORCHESTRON_PLUGIN(mcp_everything, declare)
