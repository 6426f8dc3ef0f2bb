/* null-services: the descriptor counts three services in a list that is NULL; the host says so. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_plugin.services = NULL;
    zoo_plugin.n_services = 3;
}
