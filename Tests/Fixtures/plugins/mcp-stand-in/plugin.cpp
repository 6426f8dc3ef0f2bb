// In the place of the plugin mcp, as far as a bridge can see: `mcp.open` and `mcp.send`. What a message asks for, its
// method says; the id of the process is in every answer.
#include "zoo-tools.h"

#include <orchestron/orchestron.hpp>

#include <deque>
#include <map>
#include <unistd.h>

using namespace orchestron;

namespace {

// The JSON text behind a key, of messages as the tests write them: the first such key counts.
std::string value(std::string_view json, const std::string &key) {
    size_t at = json.find("\"" + key + "\":");
    if (at == json.npos) return "";
    at += key.size() + 3;
    if (json[at] == '"') return std::string(json.substr(at, json.find('"', at + 1) + 1 - at));
    return std::string(json.substr(at, json.find_first_of(",}", at) - at));
}

class StandIn;

// The stream of one bridge.
struct Stream : std::enable_shared_from_this<Stream> {
    explicit Stream(Pending call) : call(std::move(call)) {}
    void say(const std::string &message) {
        waiting.push_back("{\"message\":" + message + "}");
        flush();
    }
    void flush() {
        while (!waiting.empty() && call.emit(waiting.front())) waiting.pop_front();
        if (waiting.empty() || isWatching) return;
        isWatching = true;
        auto *held = new std::shared_ptr<Stream>(shared_from_this());
        orch_task task = {[](void *ud) {
                              auto &stream = *static_cast<std::shared_ptr<Stream> *>(ud);
                              stream->isWatching = false;
                              stream->flush();
                          },
                          held, [](void *ud) { delete static_cast<std::shared_ptr<Stream> *>(ud); }};
        call.raw()->v->on_writable(call.raw(), task);
    }
    Pending call;
    std::deque<std::string> waiting;
    bool isWatching = false;
};

class StandIn {
public:
    StandIn(Host host, std::string_view) : host_(host) {}

    void open(Pending call) {
        if (call.has("profile") && call.text("profile") == "none")
            return call.fail(ORCH_INVALID_ARGUMENT, "there is no profile \"none\"");
        std::string id = "c" + std::to_string(getpid()) + "-" + std::to_string(++last_);
        auto stream = std::make_shared<Stream>(call);
        streams_[id] = stream;
        call.emit("{\"connection\":\"" + id + "\"}");
        auto *gone = new std::pair<StandIn *, std::string>(this, id);
        orch_task task = {[](void *ud) {
                              auto *gone = static_cast<std::pair<StandIn *, std::string> *>(ud);
                              gone->first->streams_.erase(gone->second);
                          },
                          gone, [](void *ud) { delete static_cast<std::pair<StandIn *, std::string> *>(ud); }};
        call.raw()->v->on_cancel(call.raw(), task);
    }

    std::string send(Call &call) {
        auto found = streams_.find(std::string(call.text("connection")));
        if (found == streams_.end()) throw Failure(ORCH_NOT_FOUND, "there is no such connection");
        if (call.has("text"))
            answer(found->second, "null", "\"error\":{\"code\":-32700,\"message\":\"no JSON\"}");
        else
            hear(found->second, std::string(call.json("message")));
        return "{}";
    }

private:
    void answer(const std::shared_ptr<Stream> &stream, const std::string &id, const std::string &outcome) {
        stream->say("{\"jsonrpc\":\"2.0\",\"id\":" + id + "," + outcome + "}");
    }

    void hear(const std::shared_ptr<Stream> &stream, const std::string &message) {
        std::string method = value(message, "method"), id = value(message, "id");
        if (method == "\"subscriptions/listen\"")
            return stream->say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":"
                               "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" +
                               id + "},\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"a:b\"]}}}");
        if (id.empty() || method == "\"never\"") return;
        if (method == "\"crash\"") _exit(9);
        // Where no wrapper catches it: the plugin ends.
        if (method == "\"throw\"")
            return zoo_after(host_.raw(), 0, [](void *) { throw std::runtime_error("no more today"); }, nullptr);
        if (method == "\"initialize\"")
            return answer(stream, id, "\"result\":{\"capabilities\":{\"tools\":{\"listChanged\":true}}}");
        std::string pad(method == "\"large\"" ? std::stoul(value(message, "size")) : 0, 'x');
        std::string result = "\"result\":{\"pid\":" + std::to_string(getpid()) + ",\"method\":" + method +
                             ",\"length\":" + std::to_string(message.size()) + ",\"pad\":\"" + pad + "\"}";
        if (method != "\"slow\"") return answer(stream, id, result);
        auto later = [this, stream, id, result] { answer(stream, id, result); };
        host_.timer(std::chrono::milliseconds(std::stoul(value(message, "ms"))), std::chrono::milliseconds(0), later);
    }

    Host host_;
    std::map<std::string, std::shared_ptr<Stream>> streams_;
    uint64_t last_ = 0;
};

Plugin<StandIn> declare() {
    return Plugin<StandIn>("mcp-stand-in", "1.0.0")
        .service(Service("mcp", "1.0.0", "What a bridge talks to.")
                     .method(method<&StandIn::open>("open", "Opens a connection.")
                                 .flags(ORCH_METHOD_STREAM)
                                 .param('s', "profile", "The tools.", "\"minimal\"")
                                 .param('s', "role", "The role.", "\"member\"")
                                 .result('j'))
                     .method(method<&StandIn::send>("send", "Takes a message.")
                                 .param('s', "connection", "Which.")
                                 .param('j', "message", "A message.", "null")
                                 .param('s', "text", "What is no message.", "null")
                                 .result('j')));
}

} // namespace

ORCHESTRON_PLUGIN(mcp_stand_in, declare)
