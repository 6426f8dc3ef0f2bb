/* The fake host finds the faults that it promises to find, and format.h cuts where it may. */
#include "check.h"
#include "fake_host.h"

#include <orchestron/format.h>

const orch_plugin *orch_plugin_faulty(orch_host *host);

static void is_a_fault(fake_host *fake, const char *method, orch_status status) {
    int before = fake_host_faults(fake);
    CHECK(fake_host_call(fake, method, "{}")->status == status);
    CHECK(fake_host_faults(fake) == before + 1);
}

static void long_messages_are_cut_between_characters(fake_host *fake) {
    char text[ORCH_MESSAGE_MAX * 2];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = shift; i + 4 < sizeof text; i += 4) memcpy(text + i, "\xf0\x9f\x8d\x9a", 4);
        text[sizeof text - 1] = 0;
        orch_fail_f(fake_host_ctx(fake), ORCH_INTERNAL, "%s", text);
        size_t n = strlen(fake_host_message(fake));
        CHECK(n < ORCH_MESSAGE_MAX && n >= ORCH_MESSAGE_MAX - 4);
        CHECK((n - shift) % 4 == 0);
    }
}

static void arguments_are_checked(fake_host *fake) {
    CHECK(fake_host_call(fake, "faulty.wrong", "{\"x\":1}")->status == ORCH_INVALID_ARGUMENT);
    CHECK(fake_host_call(fake, "faulty.wrong", "[]")->status == ORCH_INVALID_ARGUMENT);
    CHECK(fake_host_call(fake, "faulty.wrong", "{")->status == ORCH_INVALID_ARGUMENT);
    CHECK(fake_host_call(fake, "faulty.absent", "{}")->status == ORCH_NOT_FOUND);
}

int main(void) {
    fake_host *fake = fake_host_new("faulty", ".");
    CHECK(fake_host_load(fake, orch_plugin_faulty, "{}") == ORCH_OK);
    is_a_fault(fake, "faulty.silent", ORCH_INTERNAL);
    is_a_fault(fake, "faulty.twice", ORCH_OK);
    is_a_fault(fake, "faulty.garbage", ORCH_INTERNAL);
    is_a_fault(fake, "faulty.stranger", ORCH_OK);
    is_a_fault(fake, "faulty.elsewhere", ORCH_OK);
    is_a_fault(fake, "faulty.publishes", ORCH_OK);

    int before = fake_host_faults(fake);
    CHECK(fake_host_call(fake, "faulty.retained", "{}")->status == ORCH_DEADLINE_EXCEEDED);
    CHECK(fake_host_faults(fake) == before + 2); /* promised ANSWERS_NOW; never answered */
    CHECK(fake_host_check_examples(fake) == 4);
    CHECK(fake_host_faults(fake) == before + 4); /* two of the four examples are wrong */

    arguments_are_checked(fake);
    long_messages_are_cut_between_characters(fake);

    before = fake_host_faults(fake);
    CHECK(fake_host_unload(fake) == ORCH_DEADLINE_EXCEEDED);
    CHECK(fake_host_faults(fake) == before + 2);    /* a foreign token, and its own never completed */
    CHECK(fake_host_free(fake) == before + 2 + 1); /* the retained call was never released */
    puts("faulty: ok");
    return 0;
}
