/* null-arguments: passes NULL to the verbs of the host wherever a name, a struct or a place for a result must be;
 * the host refuses each with a status (`seen` counts them: 6) and lives. */
#include "zoo.h"

static void ignore(void *ud, const orch_reply *reply) { (void)ud, (void)reply; }

static void run(void *self, orch_call *call) {
    orch_host *host = zoo_host(self);
    const orch_host_verbs *verbs = host->v;
    orch_str nothing = {NULL, 7};
    orch_slot *slot = NULL;
    orch_subscription subscription = {.size = sizeof subscription};
    orch_event_cb no_event = {NULL, NULL, NULL};
    orch_reply_cb no_reply = {ignore, NULL, NULL};
    int64_t refused = 0;

    verbs->info(host, NULL);
    verbs->log(host, ORCH_LOG_INFO, nothing, nothing);
    verbs->call(host, NULL, nothing, nothing, NULL, no_reply, NULL);
    verbs->post(host, (orch_task){NULL, NULL, NULL});
    refused += verbs->import_slot(host, NULL, ORCH_FROM_LOOP, NULL, NULL, &slot) != ORCH_OK;
    refused += verbs->publish(host, NULL, nothing, orch_str_from("{}")) != ORCH_OK;
    refused += verbs->subscribe(host, NULL, NULL, no_event, &subscription) != ORCH_OK;
    refused += verbs->add_service(host, NULL, NULL) != ORCH_OK;
    refused += verbs->remove_service(host, NULL) != ORCH_OK;
    refused += verbs->extension(host, NULL) == NULL;
    zoo_see(self, refused);
    zoo_run(self, call);
}

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
