#include "check.h"
#include "fake_host.h"

#include <orchestron/orchestron.hpp>

#include <cstdio>
#include <cstring>

extern "C" const orch_plugin *orch_plugin_everything(orch_host *host);
extern "C" const orch_plugin *orch_plugin_mistaken(orch_host *host);

using orchestron::view;

static bool is(const char *text, const std::string &wanted) { return text == wanted; }

struct Fixture {
    fake_host *fake = fake_host_new("everything", ".");
    Fixture() { CHECK(fake_host_load(fake, orch_plugin_everything, "{}") == ORCH_OK); }
    ~Fixture() {
        CHECK(fake_host_unload(fake) == ORCH_ABORTED); /* what its stop says */
        CHECK(std::strcmp(fake_host_message(fake), "It does not stop.") == 0);
        CHECK(fake_host_logged(fake, "drains in 5000"));
        CHECK(fake_host_free(fake) == 0);
    }
    std::string ok(const char *method, const char *args = "{}") {
        const fake_reply *reply = fake_host_call(fake, method, args);
        if (reply->status != ORCH_OK) std::fprintf(stderr, "%s: %d %s\n", method, reply->status, reply->message);
        CHECK(reply->status == ORCH_OK);
        return reply->json;
    }
    std::string seen() {
        std::string state = ok("everything.state", "{\"command\":\"look\"}");
        return state.substr(9, state.find("\",\"fired") - 9);
    }
    void fails(orch_status status, const char *message, const char *method, const char *args = "{}") {
        const fake_reply *reply = fake_host_call(fake, method, args);
        CHECK(reply->status == status);
        CHECK(std::strstr(reply->message, message) != nullptr);
    }
    template <class Fn> Fn *native(const char *method) {
        return reinterpret_cast<Fn *>(fake_host_method(fake, method)->fn);
    }
};

static void a_handler_reads_every_type_of_argument() {
    Fixture f;
    CHECK(f.ok("everything.describe",
               R"({"text":"a \"b\" ü\u0001","number":1.5,"flag":true,"bytes":"aGk=","any":[1,{"x":null}]})") ==
          R"({"text":"a \"b\" ü\u0001","whole":9007199254740993,"number":1.500000,"flag":true,"bytes":"hi",)"
          R"("any":[1,{"x":null}],"absent":true,"actor":"user:test","caller":"host"})");
}

static void another_configuration_is_taken_or_refused_while_it_runs() {
    Fixture f;
    CHECK(fake_host_reconfigure(f.fake, "{}") == ORCH_OK);
    CHECK(fake_host_reconfigure(f.fake, "{\"mode\":\"fail\"}") == ORCH_INVALID_ARGUMENT);
    CHECK(std::strcmp(fake_host_message(f.fake), "The mode is fail.") == 0);
    CHECK(fake_host_reconfigure(f.fake, "{\"mode\":\"throw\"}") == ORCH_INTERNAL);
    CHECK(f.seen() == "{};");
}

static void failures_and_exceptions_become_statuses() {
    Fixture f;
    CHECK(fake_host_check_examples(f.fake) == 1);
    f.fails(ORCH_INTERNAL, "raise failed in an unexpected way", "everything.raise");
    CHECK(fake_host_logged(f.fake, "raise threw: asked to"));
    f.fails(ORCH_INTERNAL, "raise failed", "everything.raise", "{\"oddly\":true}");
    f.fails(ORCH_INVALID_ARGUMENT, "ms must not be negative.", "everything.later", "{\"ms\":-1}");
    fake_host_event(f.fake, "task:throw", "{}");
    fake_host_event(f.fake, "task:created", "{}");
    fake_host_run(f.fake);
    CHECK(f.ok("everything.state") == R"({"seen":"task:created {};","fired":0})");
}

static void calls_are_answered_later_or_given_up() {
    Fixture f;
    CHECK(f.ok("everything.later", "{\"ms\":5000}") == "\"later\"");
    f.fails(ORCH_INTERNAL, "gave up the call", "everything.never");
    CHECK(f.ok("everything.compute", "{\"fails\":false}") == "42");
    f.fails(ORCH_DATA_LOSS, "It did not work.", "everything.compute", "{\"fails\":true}");
    const fake_reply *reply = fake_host_call(f.fake, "everything.count", "{\"to\":3}");
    CHECK(reply->status == ORCH_OK && std::strcmp(reply->chunks, "0\n1\n2\n") == 0);
    fake_host_answer_calls(f.fake, "tasks.get", ORCH_OK, "{\"id\":1}");
    fake_host_answer_calls(f.fake, "tasks.bad", ORCH_ABORTED, "Somebody was faster.");
    CHECK(f.ok("everything.ask", "{\"method\":\"tasks.get\"}") == "{\"id\":1}");
    f.fails(ORCH_ABORTED, "Somebody was faster.", "everything.ask", "{\"method\":\"tasks.bad\"}");
}

static void what_lies_outside_is_reached() {
    Fixture f;
    fake_host_answer_commands(f.fake, "clean\n", "warning\n", 3);
    CHECK(f.ok("everything.spawn", "{\"folder\":\"/tmp\"}") == R"("clean\u000awarning\u000a3/0")");
    CHECK(std::strcmp(fake_host_command(f.fake, 0), "git status\nyes") == 0);
    CHECK(f.ok("everything.spawn", "{\"folder\":\"/tmp\",\"kill\":true}") == R"("-1/9")");
    f.fails(ORCH_INVALID_ARGUMENT, "was not started", "everything.spawn", "{\"folder\":\"tmp\"}");
    f.fails(ORCH_INVALID_ARGUMENT, "NUL", "everything.spawn", "{\"folder\":\"/tmp\",\"cut\":true}");

    fake_host_answer_http(f.fake, 404, "nothing");
    CHECK(f.ok("everything.fetch", "{\"url\":\"http://a.example\"}") == "\"404 nothing\"");
    CHECK(std::strcmp(fake_host_http_request(f.fake, 0), "POST http://a.example\nping") == 0);

    fake_host_answer_http(f.fake, 200, "data: 12345678");
    CHECK(f.ok("everything.follow", "{\"url\":\"http://a.example\",\"stop\":false}") == "\"200 data: 1 2345678 0\"");
    CHECK(f.ok("everything.follow", "{\"url\":\"http://a.example\",\"stop\":true}") == "\"200 data: 1 1\"");

    f.ok("everything.look");
    CHECK(fake_host_change(f.fake, "/somewhere", "a.txt", ORCH_FS_RENAMED) == 1);
    CHECK(fake_host_change(f.fake, "/elsewhere", "a.txt", ORCH_FS_RENAMED) == 0);
    CHECK(f.ok("everything.state") == R"({"seen":"3;a.txt1;","fired":0})");
}

static void spans_end_once_in_the_trace_of_their_call() {
    Fixture f;
    CHECK(f.ok("everything.trace") == "\"nobody records\"");
    fake_host_record(f.fake);
    CHECK(f.ok("everything.trace") == "\"recorded\"");
    CHECK(is(fake_host_span(f.fake, 0), "2 render\npages=3\nformat=text\n0"));
    CHECK(is(fake_host_span(f.fake, 1), "1 last\n0"));
    CHECK(is(fake_host_span(f.fake, 2), "3 query < 00-00000000000000000000000000000001-0000000000000001-01\nrows=2\n"
                                        "10 Somebody was faster."));
    CHECK(fake_host_span(f.fake, 3) == nullptr);
}

static void native_functions_are_c_functions() {
    Fixture f;
    void *self = fake_host_self(f.fake);
    orch_ctx *ctx = fake_host_ctx(f.fake);
    using Repeat = orch_status(void *, orch_ctx *, orch_str, int64_t, uint8_t, orch_buf *);
    auto *repeat = f.native<Repeat>("everything.repeat");
    orch_buf out{};
    CHECK(repeat(self, ctx, orch_str_from("ab"), 2, 1, &out) == ORCH_OK);
    CHECK(view({out.p, out.n}) == "abab! user:test");
    orch_buf_release(&out);
    CHECK(repeat(self, ctx, orch_str_from("ab"), -1, 0, &out) == ORCH_INVALID_ARGUMENT && out.p == nullptr);
    CHECK(std::strcmp(fake_host_message(f.fake), "times must not be negative.") == 0);
    CHECK(repeat(self, nullptr, orch_str_from("throw"), 1, 0, &out) == ORCH_INTERNAL);

    double half = 0;
    using Half = orch_status(void *, orch_ctx *, double, double *);
    CHECK(f.native<Half>("everything.half")(self, ctx, 3, &half) == ORCH_OK);
    CHECK(half == 1.5);
    uint8_t negated = 9;
    using Negate = orch_status(void *, orch_ctx *, uint8_t, uint8_t *);
    CHECK(f.native<Negate>("everything.negate")(self, ctx, 0, &negated) == ORCH_OK);
    CHECK(negated == 1);
    CHECK(f.native<orch_status(void *, orch_ctx *)>("everything.touch")(self, ctx) == ORCH_OK);
    CHECK(std::strcmp(fake_host_published_topic(f.fake, 0), "everything:touched") == 0);
    CHECK(f.native<orch_status(void *, orch_ctx *)>("everything.clear")(self, ctx) == ORCH_OK);
    CHECK((f.native<orch_status(void *, orch_ctx *, orch_str, orch_str, orch_buf *)>("everything.wrap")(
               self, ctx, orch_str_from("1"), orch_str_from("x"), &out) == ORCH_OK));
    CHECK(view({out.p, out.n}) == "[1,\"x\"]");
    orch_buf_release(&out);
    std::string types;
    for (const char *name : {"repeat", "half", "touch", "wrap", "negate"})
        types += fake_host_method(f.fake, (std::string("everything.") + name).c_str())->result;
    CHECK(types == "sdvjb");
}

static void subscriptions_and_timers_end() {
    Fixture f;
    for (const char *topic : {"task:created", "tasks:created", "x:y:z", "x:z"}) fake_host_event(f.fake, topic, "1");
    fake_host_run(f.fake);
    CHECK(f.ok("everything.state", "{\"command\":\"unsubscribe\"}") ==
          R"({"seen":"task:created 1;x:y:z 1;","fired":0})");
    f.fails(ORCH_FAILED_PRECONDITION, "ended already", "everything.state", "{\"command\":\"unsubscribe\"}");
    fake_host_event(f.fake, "task:created", "2");
    f.ok("everything.state", "{\"command\":\"timer\"}");
    fake_host_advance(f.fake, 1000);
    CHECK(f.ok("everything.state") == R"({"seen":"task:created 1;x:y:z 1;","fired":3})");
}

static void health_says_what_is_wrong() {
    Fixture f;
    const orch_plugin *plugin = orch_plugin_everything(nullptr);
    CHECK(plugin == orch_plugin_everything(nullptr));
    CHECK(plugin->health(fake_host_self(f.fake), fake_host_ctx(f.fake)) == ORCH_OK);
    f.ok("everything.state", "{\"command\":\"break\"}");
    CHECK(plugin->health(fake_host_self(f.fake), fake_host_ctx(f.fake)) == ORCH_UNAVAILABLE);
    CHECK(std::strcmp(fake_host_message(f.fake), "It is broken.") == 0);
}

static void refused_creations_say_why() {
    fake_host *fake = fake_host_new("everything", ".");
    CHECK(fake_host_load(fake, orch_plugin_everything, "{\"mode\":\"fail\"}") == ORCH_FAILED_PRECONDITION);
    CHECK(std::strcmp(fake_host_message(fake), "The mode is fail.") == 0);
    CHECK(fake_host_load(fake, orch_plugin_everything, "{\"mode\":\"throw\"}") == ORCH_INTERNAL);
    CHECK(fake_host_free(fake) == 0);
    fake = fake_host_new("mistaken", ".");
    CHECK(fake_host_load(fake, orch_plugin_mistaken, "{}") == ORCH_FAILED_PRECONDITION);
    CHECK(std::strcmp(fake_host_message(fake),
                      "The declarations are wrong: the function half takes (d), but (i) is declared.") == 0);
    CHECK(fake_host_free(fake) == 0);
}

static void raw_routes_answer() {
    Fixture f;
    auto get = [&](const char *target) { return fake_host_request(f.fake, target, "X-One: first\n", "body"); };
    fake_request *shown = get("GET /everything/a%20b?q=1");
    CHECK(fake_request_code(shown) == 200);
    CHECK(std::strcmp(fake_request_headers(shown), "X-Secure: 0\n") == 0);
    CHECK(std::strcmp(fake_request_body(shown),
                      "GET|/everything/a%20b?q=1|a b|1|first|body|127.0.0.1|user:test") == 0);
    CHECK(fake_request_code(get("GET /everything/throw")) == 500);
    CHECK(fake_request_code(get("GET /everything/fail")) == 404);
    fake_request *busy = get("GET /everything/busy"), *half = get("GET /everything/half");
    CHECK(fake_request_code(busy) == 503 && std::strcmp(fake_request_headers(busy), "Retry-After: 2\n") == 0);
    CHECK(std::strcmp(fake_request_body(half), "half") == 0 && !fake_request_ended(half));
    CHECK(fake_host_faults(f.fake) == 0);
}

static void raw_answers_wait_for_slow_clients() {
    Fixture f;
    fake_request *slow = fake_host_request(f.fake, "PUT /everything/count", "", nullptr);
    fake_request_pause(slow, 1);
    fake_request_send(slow, "body");
    fake_request_send(slow, nullptr);
    CHECK(std::strcmp(fake_request_body(slow), "") == 0);
    fake_request_pause(slow, 0);
    CHECK(std::strcmp(fake_request_body(slow), "01234") == 0 && fake_request_ended(slow));
    fake_request *gone = fake_host_request(f.fake, "PUT /everything/count", "", nullptr);
    fake_request_cancel(gone);
    CHECK(f.seen() == "cancelled;1;");
    CHECK(fake_host_faults(f.fake) == 0); /* nobody waits for an answer any more */
}

static void a_channel_is_told_what_happens() {
    Fixture f;
    fake_request *client = fake_host_request(f.fake, "GET /everything/socket", "Upgrade: websocket\n", "");
    CHECK(std::strcmp(fake_request_sent(client, 0, nullptr), "hello") == 0);
    fake_request_message(client, 1, "one", 3);
    fake_request_message(client, 1, "throw", 5);
    fake_request_pause(client, 1);
    fake_host_advance(f.fake, 20);
    fake_request_pause(client, 0);
    fake_request_close(client, 1001);
    CHECK(f.seen() == "one;refused;writable;closed 1001;");
    fake_request *other = fake_host_request(f.fake, "GET /everything/socket", "Upgrade: websocket\n", "");
    CHECK(fake_request_code(fake_host_request(f.fake, "GET /everything/leave", "", "")) == 204);
    CHECK(fake_request_closed(other) == 1001);
    fake_host_advance(f.fake, 20); /* the plugin still holds it */
    CHECK(f.seen() == "one;refused;writable;closed 1001;refused;");
}

static void what_is_declared_for_mcp_answers() {
    Fixture f;
    fake_mcp_call *all = fake_host_mcp(f.fake, ORCH_MCP_TOOL, "all", "{\"x\":1}", nullptr);
    CHECK(is(fake_mcp_result(all),
             R"({"content":[{"type":"text","text":"{\"x\":1}"},{"type":"image","data":"iVA=","mimeType":"image/png"},)"
             R"({"type":"audio","data":"","mimeType":"audio/wav"},{"type":"resource_link","uri":"x://a","name":"a"},)"
             R"({"type":"resource","resource":{"uri":"x://b","mimeType":"text/plain","text":"b"}},)"
             R"({"type":"resource","resource":{"uri":"x://c","blob":"Yw=="}}],"structuredContent":{"n":1}})"));
    CHECK(is(fake_mcp_lines(all), "1/2 half\n6 all 7\n"));

    fake_mcp_call *first = fake_host_mcp(f.fake, ORCH_MCP_TOOL, "asks", nullptr, nullptr);
    CHECK(is(fake_mcp_questions(first), R"({"who":{"method":"roots/list"}})") && is(fake_mcp_state(first), "one "));
    fake_mcp_ask answer = {nullptr, "one ", R"({"who":{"roots":[]}})"};
    fake_mcp_call *second = fake_host_mcp(f.fake, ORCH_MCP_TOOL, "asks", nullptr, &answer);
    CHECK(is(fake_mcp_result(second), R"({"content":[{"type":"text","text":"one {\"roots\":[]}"}],"isError":true})"));
    CHECK(!fake_host_mcp(f.fake, ORCH_MCP_TOOL, "all", nullptr, nullptr) && !fake_host_mcp_updated(f.fake, 1));
    CHECK(is(fake_host_mcp_updated(f.fake, 0), "x://a"));

    fake_mcp_call *talk = fake_host_mcp(f.fake, ORCH_MCP_PROMPT, "talk", nullptr, nullptr);
    CHECK(is(fake_mcp_result(talk),
             R"({"messages":[{"role":"user","content":{"type":"text","text":"q"}},)"
             R"({"role":"assistant","content":{"type":"text","text":"a"}}],"description":"talk"})"));
    fake_mcp_call *wrong = fake_host_mcp(f.fake, ORCH_MCP_PROMPT, "talk", R"({"wrong":1})", nullptr);
    CHECK(fake_mcp_status(wrong) == ORCH_INVALID_ARGUMENT);
    fake_mcp_call *late = fake_host_mcp(f.fake, ORCH_MCP_PROMPT, "talk", R"({"late":1})", nullptr);
    CHECK(fake_mcp_status(late) == -1);
    fake_mcp_cancel(late);
    CHECK(fake_mcp_status(late) == ORCH_OK);
    fake_mcp_call *names = fake_host_mcp_complete(f.fake, ORCH_MCP_PROMPT, "talk", "who", nullptr);
    CHECK(is(fake_mcp_result(names), R"({"values":["who"]})"));
    CHECK(fake_host_faults(f.fake) == 0);
}

int main() {
    what_is_declared_for_mcp_answers();
    raw_routes_answer();
    raw_answers_wait_for_slow_clients();
    a_channel_is_told_what_happens();
    a_handler_reads_every_type_of_argument();
    another_configuration_is_taken_or_refused_while_it_runs();
    failures_and_exceptions_become_statuses();
    calls_are_answered_later_or_given_up();
    what_lies_outside_is_reached();
    spans_end_once_in_the_trace_of_their_call();
    native_functions_are_c_functions();
    subscriptions_and_timers_end();
    health_says_what_is_wrong();
    refused_creations_say_why();
    std::puts("everything: ok");
}
