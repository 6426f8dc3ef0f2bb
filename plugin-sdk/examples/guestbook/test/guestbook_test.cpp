#include "check.h"
#include "fake_host.h"

#include <orchestron/orchestron.hpp>

#include <cstring>

extern "C" const orch_plugin *orch_plugin_guestbook(orch_host *host);

static fake_host *load() {
    fake_host *fake = fake_host_new("guestbook", ".");
    CHECK(fake_host_load(fake, orch_plugin_guestbook, "{}") == ORCH_OK);
    return fake;
}

static fake_request *connect(fake_host *fake) {
    fake_request *client = fake_host_request(fake, "GET /guestbook/live", "Upgrade: websocket\n", "");
    CHECK(fake_request_code(client) == 101);
    return client;
}

static void say(fake_request *client, const char *text) { fake_request_message(client, 1, text, strlen(text)); }

static bool heard(fake_request *client, size_t at, const char *text) {
    const char *sent = fake_request_sent(client, at, nullptr);
    return text ? sent && strcmp(sent, text) == 0 : !sent;
}

static void serves_its_page() {
    fake_host *fake = load();
    fake_request *page = fake_host_request(fake, "GET /guestbook/", "", "");
    CHECK(fake_request_code(page) == 200);
    CHECK(strstr(fake_request_body(page), "<h1>Guestbook</h1>"));
    CHECK(strcmp(fake_request_headers(page), "Content-Security-Policy: default-src 'self'\n") == 0);
    CHECK(fake_request_code(fake_host_request(fake, "GET /guestbook/guestbook.js?v=1", "", "")) == 200);
    CHECK(fake_request_code(fake_host_request(fake, "GET /guestbook/none", "", "")) == 404);
    CHECK(fake_host_free(fake) == 0);
}

static void everybody_sees_what_somebody_writes() {
    fake_host *fake = load();
    fake_request *ada = connect(fake), *bob = connect(fake);
    say(ada, "hello");
    say(bob, "");
    fake_request_close(bob, 1001);
    say(ada, "anybody?");
    fake_request *late = connect(fake);
    CHECK(heard(ada, 0, "hello") && heard(ada, 1, "anybody?") && heard(ada, 2, nullptr));
    CHECK(heard(bob, 0, "hello") && heard(bob, 1, nullptr));
    CHECK(heard(late, 0, "hello") && heard(late, 1, "anybody?"));
    fake_request *text = fake_host_request(fake, "GET /guestbook/entries.txt", "", "");
    CHECK(strcmp(fake_request_body(text), "hello\nanybody?\n") == 0);
    CHECK(fake_host_unload(fake) == ORCH_OK);
    CHECK(fake_request_closed(ada) == 1001);
    CHECK(fake_host_free(fake) == 0);
}

static void who_is_slow_misses_some() {
    fake_host *fake = load();
    fake_request *slow = connect(fake), *quick = connect(fake);
    fake_request_pause(slow, 1);
    say(quick, "one");
    fake_request_pause(slow, 0);
    say(quick, "two");
    CHECK(heard(slow, 0, "two") && heard(quick, 0, "one"));
    CHECK(fake_host_free(fake) == 0);
}

static void takes_entries_while_they_come() {
    fake_host *fake = load();
    fake_request *client = connect(fake);
    fake_request *upload = fake_host_request(fake, "POST /guestbook/entries", "", nullptr);
    fake_request_send(upload, "one\ntw");
    CHECK(heard(client, 0, "one") && heard(client, 1, nullptr));
    fake_request_send(upload, "o\nthree");
    CHECK(heard(client, 1, "two") && heard(client, 2, nullptr));
    CHECK(fake_request_code(upload) == 0);
    fake_request_send(upload, nullptr);
    CHECK(heard(client, 2, "three"));
    CHECK(fake_request_code(upload) == 204 && fake_request_ended(upload));
    fake_request *broken = fake_host_request(fake, "POST /guestbook/entries", "", nullptr);
    fake_request_send(broken, "four");
    fake_request_cancel(broken);
    CHECK(heard(client, 3, nullptr));
    CHECK(fake_host_free(fake) == 0);
}

static void what_is_no_handshake_is_refused() {
    fake_host *fake = load();
    CHECK(fake_request_code(fake_host_request(fake, "GET /guestbook/live", "", "")) == 426);
    CHECK(fake_host_free(fake) == 0);
}

int main() {
    serves_its_page();
    everybody_sees_what_somebody_writes();
    who_is_slow_misses_some();
    takes_entries_while_they_come();
    what_is_no_handshake_is_refused();
}
