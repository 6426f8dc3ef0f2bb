/* fake_examples.c: runs the examples of declarations in the fake host. */
#include "fake_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *status_name(orch_status status) {
    static const char *const names[] = {
        "ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
        "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented",
        "internal", "unavailable", "data_loss", "unauthenticated",
    };
    return status >= 0 && (size_t)status < sizeof names / sizeof *names ? names[status] : "internal";
}

static void check_example(fake_host *fake, const char *name, orch_json_value example) {
    const orch_json *json = fake_json();
    orch_json_value args, wanted, got;
    orch_str error = orch_str_from("ok");
    orch_json_doc *doc = NULL;
    if (!json->get(example, orch_str_from("args"), &args)) {
        fake_fault(fake, "an example of %s has no args", name);
        return;
    }
    if (json->get(example, orch_str_from("error"), &wanted)) json->str(wanted, &error);
    orch_buf text = json->text(args);
    char *copy = fake_copy(text.p, text.n);
    const fake_reply *reply = fake_host_call(fake, name, copy);
    const char *status = status_name(reply->status);
    if (strlen(status) != error.n || memcmp(status, error.p, error.n) != 0) {
        fake_fault(fake, "example %s %s: wanted %.*s, got %s %s", name, copy, (int)error.n, error.p, status,
                   reply->message);
    } else if (json->get(example, orch_str_from("result"), &wanted) && reply->status == ORCH_OK) {
        json->parse(orch_str_from(reply->json), &doc, NULL);
        got = json->root(doc);
        if (!fake_json_equal(wanted, got)) fake_fault(fake, "example %s %s: got %s", name, copy, reply->json);
        json->free(doc);
    }
    free(copy);
    orch_buf_release(&text);
}

static size_t check_method(fake_host *fake, const orch_service *service, const orch_method *method) {
    const orch_json *json = fake_json();
    orch_json_doc *doc = NULL;
    orch_json_cursor cursor = {{0}, 0};
    orch_json_value example;
    size_t n = 0;
    if (!(method->flags & ORCH_METHOD_HANDLER) || !method->examples) return 0;
    char *name = fake_print("%s.%s", service->name, method->name);
    if (json->parse(orch_str_from(method->examples), &doc, NULL) == ORCH_OK && json->type(json->root(doc)) == 'a') {
        for (; json->next(json->root(doc), &cursor, NULL, &example); n++) check_example(fake, name, example);
    } else {
        fake_fault(fake, "the examples of %s are not a JSON array", name);
    }
    json->free(doc);
    free(name);
    return n;
}

size_t fake_host_check_examples(fake_host *fake) {
    size_t n = 0;
    for (size_t i = 0; fake->plugin && i < fake->plugin->n_services; i++)
        for (size_t j = 0; j < fake->plugin->services[i]->n_methods; j++)
            n += check_method(fake, fake->plugin->services[i], fake->plugin->services[i]->methods[j]);
    return n;
}
