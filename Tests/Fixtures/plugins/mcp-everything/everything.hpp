// What the parts of this fixture share.
#ifndef EVERYTHING_HPP
#define EVERYTHING_HPP

#include <orchestron/orchestron.hpp>

namespace everything {

using namespace orchestron;

/// One red pixel as PNG, and a WAV file without a sound.
std::string_view pixel();
std::string_view silence();

/// The text at a JSON pointer of what a client has answered; "" without one.
std::string text_at(Host host, std::optional<std::string_view> json, const char *pointer);

/// A question by form: its members as a JSON Schema object.
std::string form(const char *message, const char *properties, const char *required = "[]");
std::string sample(std::string_view prompt, int tokens);

void add_contents(Host host);
void add_questions(Host host);
void add_rounds(Host host);
void add_resources(Host host);
void add_prompts(Host host);
void add_jobs(Host host);

inline uint64_t add_tool(Host host, const char *name, const char *doc, McpHandler run,
                         const char *input = R"({"type":"object"})", const char *more = "") {
    auto declaration = std::string(R"({"name":)") + quote(name) + R"(,"description":)" + quote(doc) +
                       R"(,"inputSchema":)" + input + more + "}";
    return add_mcp(host, ORCH_MCP_TOOL, declaration, std::move(run));
}

} // namespace everything

#endif
