// guestbook: raw routes in C++: a page with its files, a WebSocket channel, and a download.
#include <orchestron/orchestron.hpp>

#include <algorithm>

using namespace orchestron;

namespace {

class Guestbook {
public:
    Guestbook(Host host, std::string_view) : host_(host) {}

    void start(Done done) {
        add_files(host_, "/guestbook/", "web", {"Content-Security-Policy: default-src 'self'"}, ORCH_HTTP_PAGE);
        add_route(host_, "GET /guestbook/live", [this](Exchange x) { join(x); });
        add_route(host_, "GET /guestbook/entries.txt", [this](Exchange x) { download(x); });
        add_route(host_, "POST /guestbook/entries", [this](Exchange x) { import(x); }, ORCH_HTTP_STREAM);
        done();
    }

private:
    static constexpr size_t longest = 280, most = 1000;

    /// A client opens the channel: it gets what was written before, and then what it and the others write.
    void join(const Exchange &x) {
        uint64_t id = ++last_id_;
        WebSocketListener listener;
        listener.message = [this](std::string_view text, bool) { write(std::string(text)); };
        listener.closed = [this, id](uint16_t) {
            auto gone = std::remove_if(guests_.begin(), guests_.end(), [&](auto &guest) { return guest.first == id; });
            guests_.erase(gone, guests_.end());
        };
        WebSocket socket = x.upgrade(listener);
        for (auto &entry : entries_) socket.send(entry);
        guests_.emplace_back(id, socket);
    }

    void write(std::string text) {
        if (text.empty() || text.size() > longest) return;
        if (entries_.size() == most) entries_.erase(entries_.begin());
        entries_.push_back(text);
        // Who does not read as fast as the others write misses some: there is no queue without an end.
        for (auto &guest : guests_) guest.second.send(text);
    }

    void download(const Exchange &x) {
        std::string text;
        for (auto &entry : entries_) text += entry + "\n";
        x.respond(200, {"Content-Type: text/plain; charset=utf-8"}, text);
    }

    /// Takes one entry a line, while the body comes.
    void import(const Exchange &x) {
        auto rest = std::make_shared<std::string>();
        auto part = [this, rest](std::string_view bytes) {
            *rest += bytes;
            for (size_t end; (end = rest->find('\n')) != std::string::npos; rest->erase(0, end + 1))
                write(rest->substr(0, end));
            if (rest->size() > longest) rest->resize(longest + 1);
        };
        x.read(part, [this, rest, x](orch_status status) {
            if (status != ORCH_OK) return;
            write(*rest);
            x.respond(204, {}, "");
        });
    }

    Host host_;
    std::vector<std::string> entries_;
    std::vector<std::pair<uint64_t, WebSocket>> guests_;
    uint64_t last_id_ = 0;
};

Plugin<Guestbook> declare() { return Plugin<Guestbook>("guestbook", "1.0.0"); }

} // namespace

ORCHESTRON_PLUGIN(guestbook, declare)
