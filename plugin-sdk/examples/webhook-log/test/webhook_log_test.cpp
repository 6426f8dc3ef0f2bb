#include "../src/journal.hpp"
#include "check.h"
#include "fake_host.h"

#include <orchestron/orchestron.hpp>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

extern "C" const orch_plugin *orch_plugin_webhook_log(orch_host *host);

static std::string folder;

static std::string contents(const std::string &path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

static fake_host *load(const char *config) {
    fake_host *fake = fake_host_new("webhook-log", folder.c_str());
    CHECK(fake_host_load(fake, orch_plugin_webhook_log, config) == ORCH_OK);
    return fake;
}

static std::string tail(fake_host *fake, const char *args) {
    const fake_reply *reply = fake_host_call(fake, "webhook_log.tail", args);
    CHECK(reply->status == ORCH_OK);
    return reply->json;
}

static const char first[] = R"({"time":"2023-11-14T22:13:20.000Z","topic":"task:created","source":"test",)"
                            R"("actor":"user:test","data":{"id":1}})";
static const char second[] = R"({"time":"2023-11-14T22:13:20.000Z","topic":"task:deleted","source":"test",)"
                             R"("actor":"user:test","data":{"id":1}})";

static void keeps_task_events_in_order() {
    fake_host *fake = load("{}");
    fake_host_event(fake, "task:created", "{\"id\":1}");
    fake_host_event(fake, "sprint:created", "{\"id\":2}");
    fake_host_event(fake, "task:deleted", "{\"id\":1}");
    fake_host_run(fake);
    CHECK(tail(fake, "{}") == std::string("{\"items\":[") + first + "," + second + "],\"next\":null}");
    CHECK(tail(fake, "{\"n\":1}") == std::string("{\"items\":[") + second + "],\"next\":null}");
    CHECK(fake_host_check_examples(fake) == 2);
    CHECK(fake_host_http_request(fake, 0) == nullptr);
    CHECK(fake_host_free(fake) == 0);
    CHECK(contents(folder + "/webhook-log.ndjson") == std::string(first) + "\n" + second + "\n");
}

static void events_that_wait_are_kept_at_the_end() {
    fake_host *fake = load("{}");
    fake_host_event(fake, "task:created", "{\"id\":1}");
    CHECK(fake_host_free(fake) == 0);
    CHECK(contents(folder + "/webhook-log.ndjson") == std::string(first) + "\n" + second + "\n" + first + "\n");
}

static void a_torn_line_is_passed_over() {
    std::ofstream(folder + "/webhook-log.ndjson") << first << "\n{\"time\":\"20";
    fake_host *fake = load("{}");
    fake_host_event(fake, "task:deleted", "{\"id\":1}");
    fake_host_run(fake);
    CHECK(tail(fake, "{}") == std::string("{\"items\":[") + first + "," + second + "],\"next\":null}");
    CHECK(fake_host_free(fake) == 0);
}

static void posts_to_the_url() {
    fake_host *fake = load("{\"url\":\"https://example.org/hook\"}");
    fake_host_event(fake, "task:created", "{\"id\":1}");
    fake_host_run(fake);
    CHECK(std::string("POST https://example.org/hook\n") + first + "\n" == fake_host_http_request(fake, 0));
    CHECK(!fake_host_logged(fake, "The webhook answered"));
    fake_host_answer_http(fake, 500, "");
    fake_host_event(fake, "task:deleted", "{\"id\":1}");
    fake_host_run(fake);
    CHECK(fake_host_logged(fake, "The webhook answered 500."));
    CHECK(fake_host_free(fake) == 0);
}

static void a_file_that_cannot_be_written_is_shown_in_health() {
    std::string there = folder;
    folder += "/absent";
    fake_host *fake = load("{}");
    void *self = fake_host_self(fake);
    const orch_plugin *plugin = orch_plugin_webhook_log(nullptr);
    CHECK(plugin->health(self, fake_host_ctx(fake)) == ORCH_OK);
    fake_host_event(fake, "task:created", "{}");
    fake_host_run(fake);
    CHECK(plugin->health(self, fake_host_ctx(fake)) == ORCH_UNAVAILABLE);
    CHECK(std::strstr(fake_host_message(fake), "No such file or directory") != nullptr);
    CHECK(fake_host_logged(fake, "Events cannot be kept"));
    CHECK(tail(fake, "{}") == "{\"items\":[],\"next\":null}");
    CHECK(mkdir(folder.c_str(), 0700) == 0);
    fake_host_event(fake, "task:created", "{}");
    fake_host_run(fake);
    CHECK(plugin->health(self, fake_host_ctx(fake)) == ORCH_OK);
    CHECK(fake_host_free(fake) == 0);
    folder = there;
}

static void a_journal_is_bounded_and_its_tail_spans_both_files() {
    Journal journal(folder + "/journal", 100000);
    CHECK(journal.tail(10).empty());
    std::string padding(90, 'x');
    for (int i = 0; i < 1500; i++) journal.append(std::to_string(10000 + i) + padding + "\n");
    CHECK(contents(folder + "/journal").size() <= 100000 && contents(folder + "/journal.1").size() <= 100000);
    CHECK(contents(folder + "/journal").size() + contents(folder + "/journal.1").size() == 1500 * 96);
    for (size_t n : {0u, 1u, 2u, 400u, 700u, 1500u, 2000u}) {
        auto lines = journal.tail(n);
        CHECK(lines.size() == (n < 1500 ? n : 1500));
        for (size_t i = 0; i < lines.size(); i++)
            CHECK(lines[i] == std::to_string(11500 - lines.size() + i) + padding);
    }
}

int main(int, char **argv) {
    folder = argv[1];
    keeps_task_events_in_order();
    events_that_wait_are_kept_at_the_end();
    a_torn_line_is_passed_over();
    posts_to_the_url();
    a_file_that_cannot_be_written_is_shown_in_health();
    a_journal_is_bounded_and_its_tail_spans_both_files();
    std::puts("webhook-log: ok");
}
