#include "check.h"
#include "fake_host.h"

#include <cstdio>
#include <cstring>

extern "C" const orch_plugin *orch_plugin_@SYMBOL@(orch_host *host);

static void adds(fake_host *fake) {
    using add_fn = orch_status(void *, orch_ctx *, double, double, double *);
    auto *add = reinterpret_cast<add_fn *>(fake_host_method(fake, "@SYMBOL@.add")->fn);
    double result = 0;
    CHECK(add(fake_host_self(fake), fake_host_ctx(fake), 1, 2.5, &result) == ORCH_OK);
    CHECK(result == 3.5);
}

static void greets_and_tells_it(fake_host *fake) {
    const fake_reply *reply = fake_host_call(fake, "@SYMBOL@.greet", "{\"name\":\"Ada\"}");
    CHECK(reply->status == ORCH_OK);
    CHECK(std::strcmp(reply->json, "{\"greeting\":\"Hello\",\"name\":\"Ada\"}") == 0);
    CHECK(std::strcmp(fake_host_published_topic(fake, 0), "@ID@:greeted") == 0);
    CHECK(std::strcmp(fake_host_published_data(fake, 0), reply->json) == 0);
}

static void refuses_an_empty_name(fake_host *fake) {
    const fake_reply *reply = fake_host_call(fake, "@SYMBOL@.greet", "{\"name\":\"\"}");
    CHECK(reply->status == ORCH_INVALID_ARGUMENT);
    CHECK(std::strcmp(reply->message, "name must not be empty.") == 0);
    CHECK(fake_host_published_topic(fake, 1) == nullptr);
}

int main(int argc, char **argv) {
    fake_host *fake = fake_host_new("@ID@", argc > 1 ? argv[1] : ".");
    CHECK(fake_host_load(fake, orch_plugin_@SYMBOL@, "{}") == ORCH_OK);
    adds(fake);
    greets_and_tells_it(fake);
    refuses_an_empty_name(fake);
    CHECK(fake_host_check_examples(fake) == 3); /* those of the handler */
    CHECK(fake_host_free(fake) == 0);
    std::puts("@ID@: ok");
}
