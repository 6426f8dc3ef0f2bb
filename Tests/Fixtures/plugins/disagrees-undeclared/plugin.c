/* disagrees-undeclared: the descriptor has a service that plugin.json does not mention; the host names the service. */
#include "zoo.h"

static orch_service hidden;

ZOO_FIXTURE {
    static const orch_service *both[] = {&zoo_service, &hidden};
    hidden = zoo_service;
    hidden.name = "unmentioned";
    zoo_plugin.services = both;
    zoo_plugin.n_services = 2;
}
