/* event-throws: a subscriber throws at the event zoo:tick; the host names the plugin and its subscription, marks it
 * as failed, and delivers the event to the others. */
#include "zoo.h"

#include <stdexcept>

static void receive(void *, const orch_event *) { throw std::runtime_error("no news today"); }

static void start(void *self, uint64_t token) {
    orch_host *host = zoo_host(self);
    orch_str topic = orch_str_from("zoo:tick");
    orch_subscribe wish = {sizeof wish, 0, &topic, 1, 0, {nullptr, 0}};
    orch_subscription subscription = {};
    subscription.size = sizeof subscription;
    orch_status status =
        host->v->subscribe(host, nullptr, &wish, orch_event_cb{receive, nullptr, nullptr}, &subscription);
    host->v->done(host, token, status, orch_str_from(nullptr));
}

ZOO_FIXTURE { zoo_plugin.start = start; }
