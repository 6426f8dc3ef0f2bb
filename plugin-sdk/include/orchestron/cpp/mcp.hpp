// orchestron/cpp/mcp.hpp: tools, resources, templates and prompts for MCP clients. What can be declared as a method
// needs none of this.
#ifndef ORCHESTRON_CPP_MCP_HPP
#define ORCHESTRON_CPP_MCP_HPP

#include "host.hpp"

namespace orchestron {

/// One request of an MCP client. Copies stand for the same one. Whoever answers after the handler has returned keeps a
/// copy; a request that the last copy lets go of without an answer fails. Texts live as long as a copy.
class McpCall {
public:
    McpCall(orch_host *host, orch_mcp_call *raw) : host_(host), raw_(raw) { raw_->v->retain(raw_); }
    McpCall(const McpCall &other) : McpCall(other.host_, other.raw_) {}
    McpCall &operator=(McpCall other) {
        std::swap(host_, other.host_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~McpCall() { raw_->v->release(raw_); }
    orch_mcp_call *raw() const { return raw_; }

    /// On whose behalf: for calls that this one causes.
    Context context() const { return raw_->v->ctx(raw_); }
    /// The name of the tool or prompt, the URI that is read; of a completion the name of the argument.
    std::string_view name() const { return view(raw_->v->name(raw_)); }
    /// All arguments as a JSON object.
    std::string_view arguments() const { return view(raw_->v->args(raw_)); }
    /// The value of an argument: of a string its text, else its JSON.
    std::optional<std::string_view> argument(std::string_view name) const { return find(raw_->v->argument, name); }
    /// What the client can do, a JSON object.
    std::string_view capabilities() const { return view(raw_->v->capabilities(raw_)); }

    /// What `ask` was given in the round before, and what the client has answered to a question, as JSON.
    std::string_view state() const { return view(raw_->v->state(raw_)); }
    std::optional<std::string_view> reply(std::string_view key) const { return find(raw_->v->reply, key); }

    /// Adds a piece of content, and throws when it is not what its kind says. `type` is "image/png" or so, `role` who
    /// says a message of a prompt.
    const McpCall &text(std::string_view text, uint32_t role = ORCH_MCP_USER) const {
        auto piece = piece_of(ORCH_MCP_TEXT, {}, role);
        piece.text = lend(text);
        return add(piece);
    }
    const McpCall &image(std::string_view bytes, std::string_view type, uint32_t role = ORCH_MCP_USER) const {
        auto piece = piece_of(ORCH_MCP_IMAGE, type, role);
        piece.data = lend(bytes);
        return add(piece);
    }
    const McpCall &audio(std::string_view bytes, std::string_view type, uint32_t role = ORCH_MCP_USER) const {
        auto piece = piece_of(ORCH_MCP_AUDIO, type, role);
        piece.data = lend(bytes);
        return add(piece);
    }
    const McpCall &link(std::string_view uri, std::string_view name, std::string_view type = {}) const {
        auto piece = piece_of(ORCH_MCP_LINK, type, ORCH_MCP_USER);
        piece.uri = lend(uri);
        piece.name = lend(name);
        return add(piece);
    }
    /// A resource itself; where one is read, an empty `uri` is its own.
    const McpCall &embed(std::string_view uri, std::string_view text, std::string_view type = {},
                         uint32_t role = ORCH_MCP_USER) const {
        auto piece = piece_of(ORCH_MCP_EMBEDDED, type, role);
        piece.uri = lend(uri);
        piece.text = lend(text);
        return add(piece);
    }
    const McpCall &embed(std::string_view uri, const Bytes &bytes, std::string_view type = {},
                         uint32_t role = ORCH_MCP_USER) const {
        auto piece = piece_of(ORCH_MCP_EMBEDDED, type, role);
        piece.uri = lend(uri);
        piece.data = orch_str_of(bytes.data.data(), bytes.data.size());
        return add(piece);
    }
    const McpCall &add(const orch_mcp_content &piece) const {
        check(raw_->v->add(raw_, &piece), "The piece of content was refused.");
        return *this;
    }

    /// Answers with what was added; `json` is the structured result of a tool, the description of a prompt, the values
    /// of a completion.
    orch_status done(std::string json = {}) const { return raw_->v->answer(raw_, give(std::move(json)), 0); }
    /// Answers with what was added as what went wrong, for the model to read.
    orch_status done_badly() const { return raw_->v->answer(raw_, give({}), ORCH_MCP_IS_ERROR); }
    orch_status fail(const Failure &failure, std::string_view details = {}) const {
        return raw_->v->fail(raw_, failure.status(), lend(failure.what()), lend(details));
    }
    /// Asks the client: a JSON object of questions. The handler runs anew with the answers.
    orch_status ask(std::string questions, std::string_view state = {}) const {
        return raw_->v->ask(raw_, give(std::move(questions)), lend(state));
    }

    /// Says something to a client that has asked for log lines of that level; `data` is JSON.
    orch_status log(uint32_t level, std::string_view data, std::string_view logger = {}) const {
        return raw_->v->log(raw_, level, lend(logger), lend(data));
    }
    /// Says how far the call has come; `total` is 0 when nobody knows.
    orch_status progress(double progress, double total = 0, std::string_view message = {}) const {
        return raw_->v->progress(raw_, progress, total, lend(message));
    }
    /// Calls `fn` when nobody waits for the answer any more.
    void when_cancelled(std::function<void()> fn) const {
        using Box = detail::Boxed<>;
        raw_->v->on_cancel(raw_, {Box::call, Box::make(host_, std::move(fn)), Box::release});
    }

private:
    using Lookup = uint8_t (*)(orch_mcp_call *, orch_str, orch_str *);
    std::optional<std::string_view> find(Lookup lookup, std::string_view name) const {
        orch_str value{};
        if (!lookup(raw_, lend(name), &value)) return std::nullopt;
        return view(value);
    }
    static orch_mcp_content piece_of(uint32_t kind, std::string_view type, uint32_t role) {
        orch_mcp_content piece{};
        piece.size = sizeof piece;
        piece.kind = kind;
        piece.role = role;
        piece.mime_type = lend(type);
        return piece;
    }

    orch_host *host_;
    orch_mcp_call *raw_;
};

using McpHandler = std::function<void(McpCall)>;

/// Declares a tool, resource, template or prompt (ORCH_MCP_…) by a JSON object in the words of MCP. `complete`
/// proposes values of an argument; `permission` is a right. What a handler throws is answered as a failure. Returns the
/// id for remove_mcp.
inline uint64_t add_mcp(Host host, uint32_t kind, std::string_view declaration, McpHandler run,
                        McpHandler complete = nullptr, std::string_view permission = {}) {
    struct Both {
        orch_host *host;
        McpHandler run, complete;

        static void answer(orch_host *host, orch_mcp_call *raw, const McpHandler &handler) {
            McpCall call(host, raw);
            auto failure = detail::guard(host, "a handler for MCP", [&] { handler(call); });
            if (failure) call.fail(*failure);
        }
    };
    orch_mcp_handler handler{};
    handler.run = [](void *ud, orch_mcp_call *call) {
        auto *both = static_cast<Both *>(ud);
        Both::answer(both->host, call, both->run);
    };
    if (complete) {
        handler.complete = [](void *ud, orch_mcp_call *call) {
            auto *both = static_cast<Both *>(ud);
            Both::answer(both->host, call, both->complete);
        };
    }
    handler.ud = new Both{host.raw(), std::move(run), std::move(complete)};
    handler.release = [](void *ud) { delete static_cast<Both *>(ud); };
    uint64_t id = 0;
    check(host.required<orch_mcp>(ORCH_EXT_MCP)
              .add(host.raw(), nullptr, kind, lend(declaration), lend(permission), handler, &id),
          "The declaration for MCP was refused; the log says why.");
    return id;
}

inline void remove_mcp(Host host, uint64_t id) {
    check(host.required<orch_mcp>(ORCH_EXT_MCP).remove(host.raw(), id), "The declaration has ended already.");
}

/// Says that what can be read at a URI of this plugin has changed.
inline void mcp_updated(Host host, std::string_view uri) {
    host.required<orch_mcp>(ORCH_EXT_MCP).updated(host.raw(), lend(uri));
}

} // namespace orchestron

#endif
